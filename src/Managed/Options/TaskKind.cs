namespace Subquad;

/// <summary>What a data set asks of a network.</summary>
public enum TaskKind
{
    /// <summary>Name one class out of several.</summary>
    Classification,

    /// <summary>Give one or more numbers.</summary>
    Regression,

    /// <summary>Nothing is known about the rows but their inputs: they can only be predicted.</summary>
    None,

    /// <summary>Rank labels, of which a row may have any number: every output scores one.</summary>
    MultiLabel,
}
