using System.Globalization;

namespace Subquad.Cli;

/// <summary>
/// Predictions as CSV, a line per row. All scores: for classes with the name of the best one before them. The best ones only: the name of
/// the class or the number of the label, then its score.
/// </summary>
/// <param name="network">What predicted.</param>
/// <param name="score">What scores are called.</param>
/// <param name="id">The column that names the rows; null numbers them.</param>
/// <param name="names">The names of the rows if they have some.</param>
internal sealed class PredictionCsv(Network network, string score, string? id = null, IReadOnlyList<string>? names = null)
{
    /// <summary>Writes every score.</summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="scores">The scores, row by row.</param>
    public void Write(TextWriter output, ReadOnlySpan<float> scores)
    {
        int width = network.OutputCount;
        bool areClasses = network.Task == TaskKind.Classification;
        output.WriteLine($"{RowHeader},{string.Join(',', AllHeaders())}");
        for (int row = 0; row * width < scores.Length; row++)
        {
            ReadOnlySpan<float> outputs = scores.Slice(row * width, width);
            output.Write(NameOf(row));
            if (areClasses)
                output.Write($",{Cell(NameOf(network, Best(outputs)))}");
            foreach (float one in outputs)
                output.Write($",{one}");
            output.WriteLine();
        }
    }

    /// <summary>Writes the values of every row, with the digits that they have.</summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="values">The outputs, row by row.</param>
    public void WriteValues(TextWriter output, ReadOnlySpan<double> values)
    {
        int width = network.OutputCount;
        IReadOnlyList<float> deviations = network.Summary.TargetDeviations;
        output.WriteLine($"{RowHeader},{string.Join(',', AllHeaders())}");
        for (int row = 0; row * width < values.Length; row++)
        {
            output.Write(NameOf(row));
            for (int i = 0; i < width; i++)
                output.Write($",{Number(values[row * width + i], deviations[i])}");
            output.WriteLine();
        }
    }

    /// <summary>Writes the best ones of every row.</summary>
    /// <param name="output">Where the lines go.</param>
    /// <param name="best">The classes or labels, best first, row by row.</param>
    /// <param name="scores">Their scores.</param>
    /// <param name="top">How many of a row.</param>
    public void WriteTop(TextWriter output, ReadOnlySpan<int> best, ReadOnlySpan<float> scores, int top)
    {
        output.WriteLine($"{RowHeader},{string.Join(',', Enumerable.Range(1, top).Select(rank => $"prediction {rank},{score} {rank}"))}");
        for (int row = 0; row * top < scores.Length; row++)
        {
            output.Write(NameOf(row));
            for (int i = row * top; i < (row + 1) * top; i++)
                output.Write($",{Cell(NameOf(network, best[i]))},{scores[i]}");
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

    private string RowHeader => id is null ? "row" : Cell(id);

    private string NameOf(int row) => id is null ? $"{row + 1}" : Cell(names![row]);

    private IEnumerable<string> AllHeaders()
    {
        int count = network.OutputCount;
        return network.Task switch
        {
            TaskKind.Classification => ["prediction", .. Enumerable.Range(0, count).Select(label => Cell(NameOf(network, label)))],
            TaskKind.MultiLabel => Enumerable.Range(0, count).Select(label => $"{label}"),
            _ => count == 1 ? ["prediction"] : Enumerable.Range(1, count).Select(output => $"prediction {output}"),
        };
    }

    private static string NameOf(Network network, int label) => label < network.ClassNames.Count ? network.ClassNames[label] : $"{label}";

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
