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
            if (report is GaussNewtonStepReport { ResidualRatio: var ratio })
                Number(json, "residual_ratio", ratio);
            Number(json, "train_metric", report.TrainMetric);
            Number(json, "validation_metric", report.ValidationMetric);
            if (report is GaussNewtonStepReport trial)
                WriteTrial(json, trial);
            json.WriteStartArray("active");
            foreach (double share in report.Active)
                json.WriteNumberValue(share);
            json.WriteEndArray();
            if (report is GaussNewtonStepReport { Flips: var flips })
                WriteFlips(json, flips);
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

    private static void WriteTrial(Utf8JsonWriter json, GaussNewtonStepReport trial)
    {
        Number(json, "damping", trial.Damping);
        json.WriteBoolean("accepted", trial.Accepted);
        json.WriteString("solver", Words.Solver(trial.Solver));
        json.WriteNumber("cg_iterations", trial.CgIterations);
    }

    private static void WriteFlips(Utf8JsonWriter json, IReadOnlyList<long> perLayer)
    {
        json.WriteStartArray("flips");
        foreach (long flips in perLayer)
            json.WriteNumberValue(flips);
        json.WriteEndArray();
    }

    // JSON knows neither infinity nor NaN.
    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
