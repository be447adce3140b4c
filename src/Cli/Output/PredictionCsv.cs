using System.Globalization;

namespace Subquad.Cli;

/// <summary>Predictions as CSV: for classes the name of the best one and every score, for values each output.</summary>
internal static class PredictionCsv
{
    /// <summary>Writes one line per row.</summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="network">What predicted.</param>
    /// <param name="scores">Its outputs, row by row.</param>
    /// <param name="id">The column that names the rows; null numbers them.</param>
    /// <param name="names">The names of the rows if they have some.</param>
    public static void Write(
        TextWriter output, Network network, ReadOnlySpan<float> scores, string? id = null, IReadOnlyList<string>? names = null)
    {
        int width = network.OutputCount;
        bool classes = network.Task == TaskKind.Classification;
        output.WriteLine(Header(network, classes, id is null ? "row" : Cell(id)));
        for (int row = 0; row * width < scores.Length; row++)
        {
            ReadOnlySpan<float> outputs = scores.Slice(row * width, width);
            output.Write(id is null ? $"{row + 1}" : Cell(names![row]));
            if (classes)
                output.Write($",{Cell(Name(network, Best(outputs)))}");
            foreach (float score in outputs)
                output.Write($",{score}");
            output.WriteLine();
        }
    }

    /// <summary>Writes the values of every row, with the digits that they have.</summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="network">What predicted.</param>
    /// <param name="values">Its outputs, row by row.</param>
    /// <param name="id">The column that names the rows; null numbers them.</param>
    /// <param name="names">The names of the rows if they have some.</param>
    public static void WriteValues(
        TextWriter output, Network network, ReadOnlySpan<double> values, string? id = null, IReadOnlyList<string>? names = null)
    {
        int width = network.OutputCount;
        IReadOnlyList<float> deviations = network.Summary.TargetDeviations;
        output.WriteLine(Header(network, classes: false, id is null ? "row" : Cell(id)));
        for (int row = 0; row * width < values.Length; row++)
        {
            output.Write(id is null ? $"{row + 1}" : Cell(names![row]));
            for (int i = 0; i < width; i++)
                output.Write($",{Number(values[row * width + i], deviations[i])}");
            output.WriteLine();
        }
    }

    /// <summary>
    /// A value as float32 prints it, or with the digits that float32 lacks beside the deviation of the targets: outputs have seven digits
    /// of a deviation.
    /// </summary>
    private static string Number(double value, double deviation)
    {
        double lacking = Math.Log10(Math.Abs(value) / deviation);
        return lacking <= 2 || !double.IsFinite(lacking)
            ? $"{(float)value}"
            : value.ToString($"G{Math.Min(17, 8 + (int)lacking)}", CultureInfo.InvariantCulture);
    }

    private static string Header(Network network, bool classes, string row)
    {
        if (!classes)
            return network.OutputCount == 1 ? $"{row},prediction"
                : network.Summary.HasLabels ? $"{row},{string.Join(',', Enumerable.Range(0, network.OutputCount))}"
                : $"{row},{string.Join(',', Enumerable.Range(1, network.OutputCount).Select(output => $"prediction {output}"))}";
        return $"{row},prediction,{string.Join(',', Enumerable.Range(0, network.OutputCount).Select(label => Cell(Name(network, label))))}";
    }

    private static string Name(Network network, int label) => label < network.ClassNames.Count ? network.ClassNames[label] : $"{label}";

    // The first of equals, as accuracy counts it.
    private static int Best(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int label = 1; label < scores.Length; label++)
            if (scores[label] > scores[best])
                best = label;
        return best;
    }

    private static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
