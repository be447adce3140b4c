namespace Subquad.Cli;

/// <summary>Predictions as CSV: for classes the name of the best one and every score, for values each output.</summary>
internal static class PredictionCsv
{
    public static void Write(TextWriter output, Network network, ReadOnlySpan<float> scores)
    {
        int width = network.OutputCount;
        bool classes = network.Task == TaskKind.Classification;
        output.WriteLine(Header(network, classes));
        for (int row = 0; row * width < scores.Length; row++)
        {
            ReadOnlySpan<float> outputs = scores.Slice(row * width, width);
            output.Write(row + 1);
            if (classes)
                output.Write($",{Cell(Name(network, Best(outputs)))}");
            foreach (float score in outputs)
                output.Write($",{score}");
            output.WriteLine();
        }
    }

    private static string Header(Network network, bool classes)
    {
        if (!classes)
            return network.OutputCount == 1 ? "row,prediction"
                : network.Summary.HasLabels ? $"row,{string.Join(',', Enumerable.Range(0, network.OutputCount))}"
                : $"row,{string.Join(',', Enumerable.Range(1, network.OutputCount).Select(output => $"prediction {output}"))}";
        return $"row,prediction,{string.Join(',', Enumerable.Range(0, network.OutputCount).Select(label => Cell(Name(network, label))))}";
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
