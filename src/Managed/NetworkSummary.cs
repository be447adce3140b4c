using Subquad.Data;

namespace Subquad;

/// <summary>
/// What a network does to rows and targets, and which data its parameters are: <see cref="Network.Summary"/>. Never changes.
/// </summary>
public sealed class NetworkSummary
{
    internal NetworkSummary(Network network, string? dataHash)
    {
        Shifts = Array.AsReadOnly(network.Shape.Shifts());
        Standardises = network.Input.Standardises;
        HasConstantFeature = network.Input.Constant != 0;
        bool hasValues = network.Target.Kind == TargetKind.Values;
        HasLabels = network.Task == TaskKind.MultiLabel;
        TargetMeans = Array.AsReadOnly(hasValues ? Means(network.Target) : []);
        TargetDeviations = Array.AsReadOnly(hasValues ? network.Target.Deviation.ToArray() : []);
        Columns = network.Schema?.Columns ?? [];
        TargetColumn = network.Schema?.TargetColumn;
        DataHash = dataHash;
    }

    private static float[] Means(TargetTransform target)
    {
        var means = new float[target.Width];
        target.ToUnits(means);
        return means;
    }

    /// <summary>The shift b of every hidden layer: a neuron fires above b standard deviations of its pre-activation.</summary>
    public IReadOnlyList<double> Shifts { get; }

    /// <summary>
    /// Whether the outputs score labels, of which a row has any number: output 0 scores the label 0 of the file or array, and so on.
    /// </summary>
    public bool HasLabels { get; }

    /// <summary>Whether every feature is shifted and scaled to mean 0 and deviation 1.</summary>
    public bool Standardises { get; }

    /// <summary>Whether a constant feature 1 is added to every row.</summary>
    public bool HasConstantFeature { get; }

    /// <summary>What an output of 0 means, per output; empty for classes.</summary>
    public IReadOnlyList<float> TargetMeans { get; }

    /// <summary>What an output of 1 adds to that, per output; empty for classes.</summary>
    public IReadOnlyList<float> TargetDeviations { get; }

    /// <summary>The columns of the training table; empty when the rows had no names.</summary>
    public IReadOnlyList<ColumnSummary> Columns { get; }

    /// <summary>The column of the training table that is predicted; null when the rows had no names.</summary>
    public string? TargetColumn { get; }

    /// <summary>
    /// The SHA-256 of the data of the model file that the parameters were read from or last saved to, by which a delta names its model;
    /// null before that.
    /// </summary>
    public string? DataHash { get; }
}
