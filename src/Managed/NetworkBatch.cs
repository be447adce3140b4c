using Subquad.Data;
using Subquad.Evaluation;
using Subquad.Simd.Threading;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>
    /// Computes the loss and one metric over a data set with targets: accuracy of classes, P@1 of labels, root mean squared error of
    /// values. Thread-safe.
    /// </summary>
    /// <param name="data">The data.</param>
    /// <param name="threads">Workers, 1 to 4096; default: all processors. The result does not depend on them.</param>
    /// <param name="cancellation">Honoured between tiles.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is outside that range.</exception>
    /// <exception cref="InvalidDataException">The data do not fit the network or have no targets.</exception>
    /// <exception cref="InvalidOperationException">An operation has the network alone, such as a fit; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public EvaluationResult Evaluate(Dataset data, int? threads = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        using SharedCall call = _gate.Share(this);
        return EvaluateRows(data, threads, cancellation);
    }

    /// <summary>
    /// Computes everything that is measured of a data set with targets: of classes, of values, of labels. Thread-safe. Takes memory for
    /// the outputs of all rows.
    /// </summary>
    /// <param name="data">The data.</param>
    /// <param name="threads">Workers, 1 to 4096; default: all processors. The result does not depend on them.</param>
    /// <param name="cancellation">Honoured between tiles.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is outside that range.</exception>
    /// <exception cref="InvalidDataException">The data do not fit the network or have no targets, or the outputs of all rows do not fit
    /// into one array.</exception>
    /// <exception cref="InvalidOperationException">An operation has the network alone, such as a fit; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public EvaluationReport Report(Dataset data, int? threads = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        using SharedCall call = _gate.Share(this);
        if ((long)data.Count * OutputCount > Array.MaxLength)
            throw new InvalidDataException(
                $"expected at most {Array.MaxLength / OutputCount} rows for {OutputCount} outputs, found {data.Count}");
        var outputs = new float[data.Count * OutputCount];
        Score score = EvaluateInto(data, outputs, threads, cancellation);
        Examples examples = data.Examples;
        Target.ToUnits(outputs, origins: examples.ValueOrigins);
        Calibration calibration = CalibrationOrDefault;
        var report = new EvaluationReport(data.Count, score.Loss) { Clipped = Input.Clipped(examples.Inputs).Sum() };
        if (Target.Kind == TargetKind.Classes)
            return report with
            {
                Classification = Classification.Measure(outputs, examples.Labels, OutputCount, calibration),
            };
        return report with
        {
            Regression = Target.HasLabels ? null : Regression.Measure(outputs, examples.Values, OutputCount),
            Ranking = Target.HasLabels || Ranking.IsOfLabels(examples.Values, OutputCount)
                ? Ranking.Measure(outputs, examples.Values, OutputCount, calibration)
                : null,
        };
    }

    /// <summary>
    /// Computes the outputs of every row, as <see cref="Predict(ReadOnlySpan{float}, Span{float})"/> does one, bit for bit. Thread-safe.
    /// </summary>
    /// <param name="data">The data; targets are not looked at.</param>
    /// <param name="outputs">Room for Count x <see cref="OutputCount"/> numbers, row after row.</param>
    /// <param name="threads">Workers, 1 to 4096; default: all processors.</param>
    /// <param name="cancellation">Honoured between tiles.</param>
    /// <exception cref="ArgumentException">The room for outputs is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is outside that range.</exception>
    /// <exception cref="InvalidDataException">The data do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">An operation has the network alone, such as a fit; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public void PredictAll(Dataset data, Span<float> outputs, int? threads = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        using SharedCall call = _gate.Share(this);
        PredictRows(data, outputs, threads, cancellation);
    }

    /// <summary><see cref="Evaluate"/> inside the gate.</summary>
    internal EvaluationResult EvaluateRows(Dataset data, int? threads, CancellationToken cancellation)
    {
        Score score = EvaluateInto(data, [], threads, cancellation);
        return new(score.Loss, score.Metric, data.Count);
    }

    /// <summary><see cref="PredictAll(Dataset, Span{float}, int?, CancellationToken)"/> inside the gate.</summary>
    internal void PredictRows(Dataset data, Span<float> outputs, int? threads, CancellationToken cancellation)
    {
        if (outputs.Length != (long)data.Count * OutputCount)
            throw new ArgumentException(
                $"expected room for {(long)data.Count * OutputCount} outputs, found {outputs.Length}", nameof(outputs));
        Layers.ApplyPending();
        using var team = new WorkerTeam(threads ?? Environment.ProcessorCount) { Cancellation = cancellation };
        using var evaluator = new Evaluator(new TeamKernels(Kernels, team), Layers, Loss, Input, Target);
        evaluator.Predict(data.Examples, outputs);
        Target.ToUnits(outputs);
    }

    private Score EvaluateInto(Dataset data, Span<float> outputs, int? threads, CancellationToken cancellation)
    {
        Layers.ApplyPending();
        using var team = new WorkerTeam(threads ?? Environment.ProcessorCount) { Cancellation = cancellation };
        using var evaluator = new Evaluator(new TeamKernels(Kernels, team), Layers, Loss, Input, Target);
        return evaluator.Evaluate(data.Examples, outputs);
    }
}
