using System.Text.Json;

namespace Subquad.Cli;

/// <summary>What was measured of a model, for people and as JSON.</summary>
internal static class EvaluationText
{
    public static void Write(TextWriter output, EvaluationReport report)
    {
        output.WriteLine($"rows {report.Count}");
        output.WriteLine($"loss {report.Loss:g5}");
        if (report.Classification is { } classes)
        {
            output.WriteLine(Words.Metric(TaskKind.Classification, classes.Accuracy));
            output.WriteLine($"balanced accuracy {Words.Percent(classes.BalancedAccuracy)}");
            output.WriteLine($"macro F1 {classes.MacroF1:F4}");
            output.WriteLine($"micro F1 {classes.Accuracy:F4}");
            if (double.IsFinite(classes.Auc))
                output.WriteLine($"AUC {classes.Auc:F4}");
            output.WriteLine($"log-loss {classes.LogLoss:F4}");
        }
        if (report.Regression is { } values)
        {
            output.WriteLine(Words.Metric(TaskKind.Regression, values.RootMeanSquaredError));
            output.WriteLine($"MAE {Words.Plain(values.MeanAbsoluteError)}");
            if (double.IsFinite(values.RSquared))
                output.WriteLine($"R^2 {values.RSquared:F4}");
        }
        if (report.Ranking is { } labels)
            WriteLabels(output, labels);
    }

    private static void WriteLabels(TextWriter output, RankingMetrics labels)
    {
        for (int i = 0; i < labels.At.Count; i++)
            output.WriteLine(
                $"P@{labels.At[i]} {Words.Percent(labels.Precision[i])}, nDCG@{labels.At[i]} {Words.Percent(labels.NormalisedGain[i])}");
        output.WriteLine($"macro F1 {labels.MacroF1:F4}, micro F1 {labels.MicroF1:F4} at probabilities from {labels.Threshold} on");
        output.WriteLine($"log-loss {labels.LogLoss:F4}");
    }

    /// <summary>A line per true class and a column per predicted one, in the order of the outputs.</summary>
    /// <exception cref="UsageException">There are too many classes.</exception>
    public static void WriteConfusion(TextWriter output, ClassificationMetrics classes, IReadOnlyList<string> names)
    {
        if (classes.Confusion.Count == 0)
            throw new UsageException($"--confusion: expected at most 1000 classes, found {names.Count}");
        int head = names.Max(name => name.Length), cell = classes.Confusion.Max(row => row.Max(count => $"{count}".Length));
        output.WriteLine("confusion (a line per true class, a column per predicted class):");
        for (int label = 0; label < names.Count; label++)
        {
            IEnumerable<string> counts = classes.Confusion[label].Select(count => $"{count}".PadLeft(cell));
            output.WriteLine($"{names[label].PadRight(head)}  {string.Join(' ', counts)}");
        }
    }

    public static void WriteJson(Stream stream, EvaluationReport report, IReadOnlyList<string> names)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("rows", report.Count);
        Number(json, "loss", report.Loss);
        if (report.Classification is { } classes)
            WriteClasses(json, classes, names);
        if (report.Regression is { } values)
        {
            Number(json, "rmse", values.RootMeanSquaredError);
            Number(json, "mae", values.MeanAbsoluteError);
            Number(json, "r_squared", values.RSquared);
        }
        if (report.Ranking is { } labels)
            WriteLabels(json, labels);
        json.WriteEndObject();
    }

    private static void WriteLabels(Utf8JsonWriter json, RankingMetrics labels)
    {
        for (int i = 0; i < labels.At.Count; i++)
        {
            Number(json, $"precision_at_{labels.At[i]}", labels.Precision[i]);
            Number(json, $"ndcg_at_{labels.At[i]}", labels.NormalisedGain[i]);
        }
        Number(json, "threshold", labels.Threshold);
        Number(json, "macro_f1", labels.MacroF1);
        Number(json, "micro_f1", labels.MicroF1);
        Number(json, "log_loss", labels.LogLoss);
    }

    private static void WriteClasses(Utf8JsonWriter json, ClassificationMetrics classes, IReadOnlyList<string> names)
    {
        Number(json, "accuracy", classes.Accuracy);
        Number(json, "balanced_accuracy", classes.BalancedAccuracy);
        Number(json, "macro_f1", classes.MacroF1);
        Number(json, "micro_f1", classes.Accuracy);
        Number(json, "auc", classes.Auc);
        Number(json, "log_loss", classes.LogLoss);
        json.WriteStartArray("classes");
        foreach (string name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteStartArray("confusion");
        foreach (IReadOnlyList<int> row in classes.Confusion)
        {
            json.WriteStartArray();
            foreach (int count in row)
                json.WriteNumberValue(count);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    // JSON has no word for what is not a number.
    private static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
