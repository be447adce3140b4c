using System.Globalization;
using System.Text;
using Subquad.Data;
using Subquad.Golden;

namespace Subquad.Record;

/// <summary>The data of the runs, computed without functions that differ between C libraries.</summary>
internal static class RunData
{
    private const ulong Seed = 21;

    private static readonly string[] s_colours = ["red", "green", "blue"];

    /// <summary>Ten classes of images.</summary>
    public static Dataset Images(int count) => GoldenRun.Images(count);

    /// <summary>Smooth functions of the first four features.</summary>
    public static Dataset Values(int count, int width, int outputs = 1, ulong seed = Seed)
    {
        var random = new SplitMix64(seed);
        float[] rows = new float[count * width], targets = new float[count * outputs];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = (float)(random.NextUnit() + random.NextUnit() - 1);
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<float> x = rows.AsSpan(row * width, width);
            for (int c = 0; c < outputs; c++)
                targets[row * outputs + c] = (x[c % 4] * x[(c + 1) % 4]) + x[(c + 2) % 4] - (x[(c + 3) % 4] * x[(c + 3) % 4]);
        }
        return Dataset.From(rows, width, targets, outputs).WithoutTransforms();
    }

    /// <summary>A CSV of two columns of numbers, one of them with missing cells, a column of texts, and a number to predict.</summary>
    public static Dataset Table(RunRecorder run, int count)
    {
        var random = new SplitMix64(Seed);
        var text = new StringBuilder("length,colour,weight,price\n");
        for (int row = 0; row < count; row++)
        {
            double length = random.NextUnit(), weight = 10 * random.NextUnit();
            int colour = random.Below(s_colours.Length);
            string cell = row % 9 == 4 ? "" : Text(length);
            text.Append(CultureInfo.InvariantCulture, $"{cell},{s_colours[colour]},{Text(weight)},{Text((length * weight) + colour)}\n");
        }
        string path = run.PathOf("table.csv");
        File.WriteAllText(path, text.ToString());
        return Dataset.ReadCsv(path, new() { Task = TaskKind.Regression });
    }

    /// <summary>LIBSVM text of three classes, told apart by the features that they use most.</summary>
    public static Dataset Sparse(RunRecorder run, int count, int width)
    {
        var random = new SplitMix64(Seed);
        var text = new StringBuilder();
        for (int row = 0; row < count; row++)
        {
            int label = random.Below(3);
            text.Append(CultureInfo.InvariantCulture, $"{label + 1}");
            AppendFeatures(text, ref random, width, first: 1, label);
        }
        string path = run.PathOf("classes.libsvm");
        File.WriteAllText(path, text.ToString());
        return Dataset.ReadLibsvm(path, width, TaskKind.Classification);
    }

    /// <summary>Extreme-classification text: any number of labels per row.</summary>
    public static Dataset ManyLabels(RunRecorder run, int count, int width, int labels)
    {
        var random = new SplitMix64(Seed);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{count} {width} {labels}\n");
        for (int row = 0; row < count; row++)
        {
            int label = random.Below(labels);
            text.Append(label == labels - 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{label},{labels - 1}"));
            AppendFeatures(text, ref random, width, first: 0, label);
        }
        string path = run.PathOf("labels.txt");
        File.WriteAllText(path, text.ToString());
        return Dataset.ReadLibsvm(path);
    }

    private static void AppendFeatures(StringBuilder text, ref SplitMix64 random, int width, int first, int label)
    {
        for (int feature = 0; feature < width; feature++)
            if (random.Below(feature % 3 == label % 3 ? 6 : 20) == 0)
                text.Append(CultureInfo.InvariantCulture, $" {feature + first}:{Text(random.NextUnit() + 0.25)}");
        text.Append('\n');
    }

    private static string Text(double value) => ((float)value).ToString("G9", CultureInfo.InvariantCulture);
}
