using Subquad.Data;
using Subquad.Engine;
using Subquad.Evaluation;
using Subquad.Losses;
using Subquad.Simd.Threading;

namespace Subquad;

public sealed partial class Network
{
    private Calibration? _calibration;

    /// <summary>
    /// T of the probabilities softmax(f / T) of classes, or 1 / (1 + exp(-(f / T + b))) of labels; null before it was fitted. A fit with
    /// held-out data fits it to their scores at its end, one that leaves rows out one by one
    /// (<see cref="GaussNewtonOptions.LeaveOneOut"/>) to the scores of each row without itself, and <see cref="Calibrate"/> to those of any
    /// data. Any other fit removes it, as it changes the scores.
    /// </summary>
    public double? Temperature => Calibration?.Temperature;

    /// <summary>What makes probabilities of scores; null before it was fitted.</summary>
    internal Calibration? Calibration
    {
        get => Volatile.Read(ref _calibration);
        set => Volatile.Write(ref _calibration, value);
    }

    private Calibration CalibrationOrDefault => Calibration ?? Calibration.Default(Target.HasLabels);

    /// <summary>
    /// Computes the probabilities of one raw row: softmax(f / T) over the scores f of the classes, which adds up to 1, or for labels
    /// 1 / (1 + exp(-(f / T + b))), each by itself. T and b are those of <see cref="Temperature"/>; before they were fitted, T is 0.15 for
    /// classes, and T is 0.08 and b is -5 for labels. Thread-safe; a warm call allocates nothing.
    /// </summary>
    /// <param name="input"><see cref="InputWidth"/> finite features.</param>
    /// <param name="probabilities">Room for <see cref="OutputCount"/> numbers.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The network predicts values; or an operation has the network alone, such as a
    /// fit.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void PredictProbabilities(ReadOnlySpan<float> input, Span<float> probabilities)
    {
        RequireProbabilities();
        using SharedCall call = _gate.Share(this);
        PredictRow(input, probabilities);
        ProbabilityLink.Apply(probabilities, CalibrationOrDefault, Target.HasLabels);
    }

    /// <summary>
    /// Computes the probabilities of every row, as <see cref="PredictProbabilities(ReadOnlySpan{float}, Span{float})"/> does of one, bit
    /// for bit. Thread-safe.
    /// </summary>
    /// <param name="data">The data; targets are not looked at.</param>
    /// <param name="probabilities">Room for Count x <see cref="OutputCount"/> numbers, row after row.</param>
    /// <param name="threads">Workers, 1 to 4096; default: all processors.</param>
    /// <param name="cancellation">Honoured between tiles.</param>
    /// <exception cref="ArgumentException">The room for probabilities is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is outside that range.</exception>
    /// <exception cref="InvalidDataException">The data do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">The network predicts values; or an operation has the network alone, such as a
    /// fit.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public void PredictProbabilities(
        Dataset data, Span<float> probabilities, int? threads = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        RequireProbabilities();
        using SharedCall call = _gate.Share(this);
        PredictRows(data, probabilities, threads, cancellation);
        Calibration calibration = CalibrationOrDefault;
        for (int start = 0; start < probabilities.Length; start += OutputCount)
            ProbabilityLink.Apply(probabilities.Slice(start, OutputCount), calibration, Target.HasLabels);
    }

    /// <summary>Finds the classes or labels of one raw row with the highest scores. Thread-safe.</summary>
    /// <param name="input"><see cref="InputWidth"/> finite features.</param>
    /// <param name="labels">Room for as many as are wanted, 1 to <see cref="OutputCount"/>; highest first, of equal ones the lower.</param>
    /// <param name="scores">Room for as many scores.</param>
    /// <param name="asProbabilities">Whether probabilities are written in place of scores.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The network predicts values; or an operation has the network alone, such as a
    /// fit.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void TopK(ReadOnlySpan<float> input, Span<int> labels, Span<float> scores, bool asProbabilities = false)
    {
        RequireTop(1, labels.Length, nameof(labels), labels.Length, scores.Length);
        using SharedCall call = _gate.Share(this);
        Span<float> all = OutputCount <= 256 ? stackalloc float[OutputCount] : new float[OutputCount];
        PredictRow(input, all);
        Ranking.SelectTop(all, labels, scores, asProbabilities ? CalibrationOrDefault : null, Target.HasLabels);
    }

    /// <summary>
    /// Finds the classes or labels with the highest scores of every row, as
    /// <see cref="TopK(ReadOnlySpan{float}, Span{int}, Span{float}, bool)"/> does of one. Thread-safe. Takes no memory for the scores of
    /// all rows.
    /// </summary>
    /// <param name="data">The data; targets are not looked at.</param>
    /// <param name="k">How many of a row, 1 to <see cref="OutputCount"/>.</param>
    /// <param name="labels">Room for Count x <paramref name="k"/>, row after row; highest first, of equal ones the lower.</param>
    /// <param name="scores">Room for as many scores.</param>
    /// <param name="asProbabilities">Whether probabilities are written in place of scores.</param>
    /// <param name="threads">Workers, 1 to 4096; default: all processors.</param>
    /// <param name="cancellation">Honoured between tiles.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is outside that range.</exception>
    /// <exception cref="InvalidDataException">The data do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">The network predicts values; or an operation has the network alone, such as a
    /// fit.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public void TopK(
        Dataset data, int k, Span<int> labels, Span<float> scores, bool asProbabilities = false, int? threads = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        RequireTop(data.Count, k, nameof(k), labels.Length, scores.Length);
        using SharedCall call = _gate.Share(this);
        Layers.ApplyPending();
        using var team = new WorkerTeam(threads ?? Environment.ProcessorCount) { Cancellation = cancellation };
        using var evaluator = new Evaluator(new TeamKernels(Kernels, team), Layers, Loss, Input, Target);
        evaluator.PredictTop(data.Examples, labels, scores, asProbabilities ? CalibrationOrDefault : null);
    }

    /// <summary>
    /// Fits <see cref="Temperature"/> to the scores of data that were not trained on: the least cross-entropy. Scores and classes stay as
    /// they are. Uses the first rows, up to 2^20 scores. Thread-safe: a prediction uses the calibration before or after.
    /// </summary>
    /// <param name="data">Rows with targets. Those of the training data would promise too much.</param>
    /// <param name="threads">Workers, 1 to 4096; default: all processors. The result does not depend on them.</param>
    /// <param name="cancellation">Honoured between tiles; the calibration is then as before.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is outside that range.</exception>
    /// <exception cref="InvalidDataException">The data do not fit the network or have no targets.</exception>
    /// <exception cref="InvalidOperationException">The network predicts values; or an operation has the network alone, such as a
    /// fit.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public void Calibrate(Dataset data, int? threads = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        RequireProbabilities();
        using SharedCall call = _gate.Share(this);
        Layers.ApplyPending();
        using var team = new WorkerTeam(threads ?? Environment.ProcessorCount) { Cancellation = cancellation };
        using var evaluator = new Evaluator(new TeamKernels(Kernels, team), Layers, Loss, Input, Target);
        Calibration = evaluator.Calibrate(data.Examples);
    }

    private void RequireProbabilities()
    {
        if (!Target.HasProbabilities)
            throw new InvalidOperationException("expected a network of classes or labels, found one of values");
    }

    private void RequireTop(int rows, int k, string parameter, int labels, int scores)
    {
        RequireProbabilities();
        if (k < 1 || k > OutputCount)
            throw new ArgumentOutOfRangeException(parameter, $"expected 1 to {OutputCount} labels of a row, found {k}");
        if (labels != (long)rows * k)
            throw new ArgumentException($"expected room for {(long)rows * k} labels, found {labels}", nameof(labels));
        if (scores != labels)
            throw new ArgumentException($"expected room for {labels} scores, found {scores}", nameof(scores));
    }
}
