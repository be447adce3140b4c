using System.Text.Json;

namespace Subquad.Cli;

/// <summary>One JSON object per line and step, there as soon as the step is done.</summary>
/// <param name="path">The file.</param>
/// <param name="kernels">The kernel set that computes.</param>
/// <param name="task">What the metrics are.</param>
/// <param name="error">Where a log that cannot be written is told of.</param>
internal sealed class StepLog(string path, string kernels, TaskKind task, TextWriter error) : IDisposable
{
    private FileStream? _file = Open(path);
    private bool _hasFailed;

    /// <summary>Writes a line. A log that cannot be written goes on elsewhere: it must not cost the training.</summary>
    public void Write(StepReport report)
    {
        byte[] line = Line(report);
        try
        {
            Append(line);
        }
        catch (IOException fault)
        {
            GoOnElsewhere(fault, line);
        }
    }

    public void Dispose()
    {
        try
        {
            _file?.Dispose();
        }
        catch (IOException)
        {
            // Told of when its last line was written.
        }
    }

    // Two runs would mix their lines: a second writer is refused by the lock, which Windows has from sharing for reading alone.
    private static FileStream Open(string path)
    {
        bool isSpecial = WholeFile.IsSpecial(path);
        FileShare share = isSpecial ? FileShare.ReadWrite : OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None;
        try
        {
            return new(path, isSpecial ? FileMode.Open : FileMode.Create, FileAccess.Write, share, bufferSize: 1);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--log: '{path}' cannot be written, or another run writes it: {fault.Message}", fault);
        }
    }

    private void Append(byte[] line)
    {
        _file?.Write(line);
        _file?.Flush();
    }

    private void GoOnElsewhere(IOException fault, byte[] line)
    {
        Dispose();
        _file = null;
        string told = $"subquad: the log '{path}' cannot be written: {fault.Message}", second = OutputFiles.SecondPlace(path);
        if (!_hasFailed)
        {
            try
            {
                _file = Open(second);
                Append(line);
                told += $"; it goes on in '{second}'";
            }
            catch (IOException)
            {
                Dispose();
                _file = null;
            }
        }
        _hasFailed = true;
        error.WriteLine(told);
    }

    private byte[] Line(StepReport report)
    {
        var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("step", report.Step);
            json.WriteNumber("epoch", report.Epoch);
            Number(json, "loss", report.Loss);
            if (report is GaussNewtonStepReport { ResidualRatio: var ratio })
                Number(json, "residual_ratio", ratio);
            Number(json, "train_metric", report.TrainMetric);
            Number(json, "validation_metric", report.ValidationMetric);
            if (report is GaussNewtonStepReport trial)
                WriteTrial(json, trial);
            if (report.LeaveOneOutLoss is { } leftOut)
                WriteLeftOut(json, report, leftOut);
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
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static void WriteTrial(Utf8JsonWriter json, GaussNewtonStepReport trial)
    {
        Number(json, "damping", trial.Damping);
        json.WriteBoolean("accepted", trial.Accepted);
        json.WriteString("solver", Words.Solver(trial.Solver));
        json.WriteNumber("cg_iterations", trial.CgIterations);
    }

    /// <summary>With several outputs the errors only choose, and the name of the field says so.</summary>
    private void WriteLeftOut(Utf8JsonWriter json, StepReport report, double loss)
    {
        bool isAveraged = report is GaussNewtonStepReport { LeaveOneOutIsAveraged: true };
        Number(json, isAveraged ? Words.AveragedLoss : Words.LeftOutLoss, loss);
        if (!isAveraged)
            Number(json, Words.LeftOutMetric(task), report.LeaveOneOutMetric);
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
