using System.Globalization;
using System.Text;

namespace Subquad.Golden;

/// <summary>
/// The golden file: a text of losses and active sets, the same on every machine. It is built into the program, so that it is found wherever
/// that runs.
/// </summary>
internal static class GoldenFile
{
    private const string Heading = """
        # Training runs from a fixed seed: what every machine and every kernel set must get.
        # GoldenRun.cs says what is run, GoldenNumbers.cs how closely it must be met.
        # A change that alters these numbers on purpose writes them anew, by the scalar kernels:
        #   dotnet run -c Release --project tests/Golden -- write tests/Golden/training.txt
        # loss STEP LOSS; layer NUMBER, neurons that fire in the first forward pass over all data, and the first half of a SHA-256 of which.

        """;

    private static readonly string s_text = Load();

    public static GoldenNumbers Read(string run)
    {
        string[] lines = [.. s_text.Split('\n').Select(line => line.Trim()).SkipWhile(line => line != $"run {run}").Skip(1)
            .TakeWhile(line => line.Length > 0)];
        return new(
            [.. lines.Where(line => line.StartsWith("loss ", StringComparison.Ordinal))
                .Select(line => double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture))],
            [.. lines.Where(line => line.StartsWith("layer ", StringComparison.Ordinal)).Select(line => line.Split(' '))
                .Select(words => (long.Parse(words[2], CultureInfo.InvariantCulture), words[3]))]);
    }

    /// <summary>Writes a file, which the next build takes up where it is the source.</summary>
    public static void Write(string path, IEnumerable<(string Run, GoldenNumbers Numbers)> runs)
    {
        var text = new StringBuilder(Heading.ReplaceLineEndings("\n"));
        foreach ((string run, GoldenNumbers numbers) in runs)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nrun {run}\n");
            for (int step = 0; step < numbers.Losses.Length; step++)
                text.Append(CultureInfo.InvariantCulture, $"loss {step} {numbers.Losses[step]:G9}\n");
            for (int layer = 0; layer < numbers.Layers.Length; layer++)
                text.Append(
                    CultureInfo.InvariantCulture, $"layer {layer + 1} {numbers.Layers[layer].Count} {numbers.Layers[layer].Hash}\n");
        }
        File.WriteAllText(path, text.ToString());
    }

    private static string Load()
    {
        using Stream stream = typeof(GoldenFile).Assembly.GetManifestResourceStream("training.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
