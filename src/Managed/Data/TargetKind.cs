namespace Subquad.Data;

/// <summary>What an example is labelled with.</summary>
internal enum TargetKind
{
    /// <summary>One class out of several.</summary>
    Classes,

    /// <summary>One or more numbers.</summary>
    Values,

    /// <summary>Nothing: the examples are there to be predicted.</summary>
    None,
}
