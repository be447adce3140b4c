using Subquad;

namespace Subquad.Managed.Tests.Engine;

/// <summary>
/// Small networks whose widths are no multiples of anything: panels of 64, pairs of 128 and blocks of 512 all end in the middle.
/// </summary>
internal static class Shapes
{
    /// <summary>Three normalised layers, several outputs.</summary>
    public static NetworkShape Odd { get; } = new() { Inputs = 37, Hidden = [513, 65, 130], Outputs = 3, Densities = [0.1, 0.3, 0.2] };

    /// <summary>The same with one output.</summary>
    public static NetworkShape OneOutput { get; } = Odd with { Outputs = 1 };

    /// <summary>The same as <see cref="Odd"/> with direct weights.</summary>
    public static NetworkShape Direct { get; } = Odd with { DirectWeights = true };

    /// <summary>Two plain layers.</summary>
    public static NetworkShape Plain { get; } =
        new() { Inputs = 20, Hidden = [65, 700], Outputs = 2, Densities = [0.2], Normalisation = Normalisation.Plain };

    /// <summary>Plain ReLU: half of the neurons fire, so the forward pass runs dense.</summary>
    public static NetworkShape Dense { get; } = new() { Inputs = 37, Hidden = [130, 65], Outputs = 2, Densities = [0.5] };

    /// <summary>More outputs than a block of 16, fewer data than the width.</summary>
    public static NetworkShape ManyOutputs { get; } = new() { Inputs = 12, Hidden = [65, 37], Outputs = 17, Densities = [0.3] };
}
