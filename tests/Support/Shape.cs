namespace Subquad.Support;

/// <summary>
/// The shape of a kernel problem: W is Rows x Columns, the batch has Data data, and a share Density of inputs and outputs is active.
/// </summary>
public sealed record Shape(int Rows, int Columns, int Data, double Density)
{
    /// <summary>
    /// One of each boundary: panels of 64, pairs of 128, blocks of 512, groups of 4 data, tiles of 256 inputs, and the densities between
    /// empty and full.
    /// </summary>
    public static IReadOnlyList<Shape> All { get; } =
    [
        new(1, 1, 1, 1.0), new(1, 3, 2, 0.6), new(63, 255, 7, 0.1), new(64, 511, 2, 0.6), new(65, 512, 7, 0.1), new(127, 513, 65, 0.01),
        new(128, 1, 65, 1.0), new(129, 1030, 7, 0.1), new(513, 255, 65, 0.1), new(700, 1030, 65, 0.1), new(700, 513, 2, 0.0),
            new(65, 1030, 513, 0.01),
        new(129, 255, 513, 0.1), new(513, 3, 513, 0.6), new(128, 512, 7, 1.0), new(700, 1030, 7, 0.6), new(64, 64, 4, 1.0),
    ];

    /// <summary>The few that have several panels, blocks and data blocks: enough to be cut into parts.</summary>
    public static IReadOnlyList<Shape> Divisible { get; } = [new(700, 1030, 65, 0.1), new(1100, 513, 30, 0.3), new(300, 700, 600, 0.02)];
}
