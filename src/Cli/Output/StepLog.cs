using System.Text.Json;

namespace Subquad.Cli;

/// <summary>One JSON object per line and step, there as soon as the step is done.</summary>
/// <param name="path">The file.</param>
/// <param name="kernels">The kernel set that computes.</param>
internal sealed class StepLog(string path, string kernels) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read);

    public void Write(StepReport report)
    {
        using (var json = new Utf8JsonWriter(_file))
        {
            json.WriteStartObject();
            json.WriteNumber("step", report.Step);
            Number(json, "loss", report.Loss);
            Number(json, "residual_ratio", report.ResidualRatio);
            Number(json, "train_metric", report.TrainMetric);
            Number(json, "validation_metric", report.ValidationMetric);
            Number(json, "damping", report.Damping);
            json.WriteBoolean("accepted", report.Accepted);
            json.WriteString("solver", Words.Solver(report.Solver));
            json.WriteNumber("cg_iterations", report.CgIterations);
            json.WriteStartArray("active");
            foreach (double share in report.Active)
                json.WriteNumberValue(share);
            json.WriteEndArray();
            json.WriteStartArray("flips");
            foreach (long flips in report.Flips)
                json.WriteNumberValue(flips);
            json.WriteEndArray();
            json.WriteStartObject("seconds");
            foreach ((string stage, double seconds) in report.Seconds)
                json.WriteNumber(stage, seconds);
            json.WriteEndObject();
            json.WriteString("kernels", kernels);
            json.WriteEndObject();
        }
        _file.WriteByte((byte)'\n');
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    // JSON knows neither infinity nor NaN.
    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
