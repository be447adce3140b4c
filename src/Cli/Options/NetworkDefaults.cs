namespace Subquad.Cli;

/// <summary>
/// The network that <c>train</c> makes when no option says what it is like, by the rows to train on and their features. The first line of
/// the table whose bounds hold counts.
/// </summary>
/// <param name="MostRows">Holds up to that many rows.</param>
/// <param name="MostFeatures">Holds up to that many features.</param>
/// <param name="Layers">Hidden layers.</param>
/// <param name="Densities">Share that fires, one value or one per layer.</param>
/// <param name="Steps">Steps at most.</param>
/// <param name="Because">The finding behind the line.</param>
internal sealed record NetworkDefaults(
    int MostRows, int MostFeatures, int Layers, double[] Densities, int Steps, string Because)
{
    private const int Any = int.MaxValue;

    // Found on rows of training files that were held out (two draws each), never on test files. Error or accuracy before and after:
    // few features: yacht 3.09 to 1.74 and 3.39 to 1.79, energy 1.76 to 0.75, concrete 5.69 to 5.05 and 5.12 to 4.66, kin8nm 0.0950 to
    // 0.0834 (2,000 rows), power 3.86 to 3.88 (2,000 rows);
    // few rows of 1,836 to 26,527 features, four labels of bibtex, oewn-hypernym and cedict: 75.6 to 90.8, 71.5 to 91.3, 45.8 to 59.0,
    // 22.0 to 40.3 and 35.0 to 39.3 %.
    // With 11 to 16 features the usual network is level or better: wine 0.575 to 0.582, boston 3.13 to 3.30, naval 0.00137 to 0.00331.
    private static readonly NetworkDefaults[] s_table =
    [
        new(4_000, 8, 1, [0.5], 40, "few inputs want half of the neurons"),
        Usual(Any, 99),
        new(400, Any, 1, [0.5], TrainDefaults.Steps, "few rows of many features want one layer, half of it firing"),
        Usual(Any, Any),
    ];

    /// <summary>The line for rows of so many features.</summary>
    public static NetworkDefaults For(int rows, int features) =>
        s_table.First(line => rows <= line.MostRows && features <= line.MostFeatures);

    /// <summary>The densities for a number of layers that an option may say.</summary>
    public double[] DensitiesFor(int layers) => Densities.Length == 1 || layers == Layers ? Densities : TrainDefaults.Densities(layers);

    private static NetworkDefaults Usual(int mostRows, int mostFeatures) => new(
        mostRows, mostFeatures, TrainDefaults.HiddenLayers, TrainDefaults.Densities(TrainDefaults.HiddenLayers), TrainDefaults.Steps,
        "neither the case of few features nor that of few rows holds");
}
