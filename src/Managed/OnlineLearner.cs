using Subquad.Data;
using Subquad.Evaluation;
using Subquad.Layers;
using Subquad.Online;
using Subquad.Simd.Memory;

namespace Subquad;

/// <summary>
/// Learns and forgets single rows for a <see cref="Network"/>, exactly: after any calls the output weights are those of a ridge regression
/// on the present rows, A = A_0 + H^T (H H^T + mu I)^-1 (Y - H A_0), to rounding. H are the features of the hidden layers and, with direct
/// weights, the input row. The hidden layers stay as they are, as do the transforms of rows and targets; A_0 is 0 or
/// <see cref="OnlineLearningOptions.KeepOutput"/>. Made by <see cref="Network.StartLearning"/>. For n rows a call costs O(n^2), and a
/// prediction O(n k) for k firing neurons. Owns native memory: dispose it.
/// </summary>
/// <remarks>
/// Thread safety: all members may be called from any thread at any time; calls of one learner take turns. Every call but Dispose shares the
/// network as its predictions do, and <see cref="Apply"/> has it alone for as long as the output weights are copied. A fit of the network
/// or a delta that is applied to it makes other features: later calls of the learner are refused. Warm calls allocate nothing unless
/// memory grows.
/// </remarks>
public sealed class OnlineLearner : IDisposable
{
    private readonly Lock _turn = new();
    private readonly Network _network;
    private readonly OutputRegression _regression;
    private readonly float[] _targets;
    private readonly PredictionInterval[] _intervals;
    private readonly int _changes;
    private long[] _numbers;
    private long _next;
    private bool _isDisposed;

    /// <summary>A learner whose first rows are there; called while the network is shared.</summary>
    internal OnlineLearner(Network network, OutputRegression regression)
    {
        (_network, _regression, _changes) = (network, regression, network.Gate.Changes);
        Damping = regression.Damping;
        _targets = new float[network.OutputCount];
        _intervals = new PredictionInterval[network.OutputCount];
        _numbers = new long[regression.Count];
        while (_next < _numbers.Length)
            _numbers[_next] = _next++;
    }

    /// <summary>Rows that are learned now.</summary>
    /// <exception cref="ObjectDisposedException">The learner was disposed.</exception>
    public int Count
    {
        get
        {
            lock (_turn)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                return _regression.Count;
            }
        }
    }

    /// <summary>mu, which stays as it is: given by <see cref="OnlineLearningOptions.Damping"/>, or chosen at the start.</summary>
    public double Damping { get; }

    /// <summary>Learns a row of a class. For a network with one numeric output, the target is this whole number.</summary>
    /// <param name="row">A raw row: <see cref="Network.InputWidth"/> finite features.</param>
    /// <param name="classIndex">The class, from 0 in the order of <see cref="Network.ClassNames"/>.</param>
    /// <returns>The number of the row, by which <see cref="Forget(long)"/> knows it.</returns>
    /// <exception cref="ArgumentException">The row has another length, or there is no such class.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The network has several numeric outputs, was trained since the learner was made, or an
    /// operation has it alone; or the damping is too small for float64. Nothing is learned.</exception>
    /// <exception cref="ObjectDisposedException">The learner or the network was disposed.</exception>
    public long Learn(ReadOnlySpan<float> row, int classIndex)
    {
        if (!Classifies)
            return Learn(row, (double)classIndex);
        if (classIndex < 0 || classIndex >= _network.OutputCount)
            throw new ArgumentOutOfRangeException(
                nameof(classIndex), $"expected a class from 0 to {_network.OutputCount - 1}, found {classIndex}");
        lock (_turn)
        {
            using SharedCall call = Read(row);
            _network.Target.Apply(classIndex, _targets);
            return Learn();
        }
    }

    /// <summary>Learns a row of a class by its name.</summary>
    /// <param name="row">A raw row: <see cref="Network.InputWidth"/> finite features.</param>
    /// <param name="className">One of <see cref="Network.ClassNames"/>.</param>
    /// <inheritdoc cref="Learn(ReadOnlySpan{float}, int)"/>
    public long Learn(ReadOnlySpan<float> row, string className)
    {
        ArgumentNullException.ThrowIfNull(className);
        RequireClasses(true, "expected a number as target of this network, found the name of a class");
        int index = _network.ClassNames.Count - 1;
        while (index >= 0 && _network.ClassNames[index] != className)
            index--;
        if (index < 0)
            throw new ArgumentException(
                $"expected one of the {_network.ClassNames.Count} classes of the network, found '{className}'", nameof(className));
        return Learn(row, index);
    }

    /// <summary>Learns a row of a network with one numeric output.</summary>
    /// <param name="row">A raw row: <see cref="Network.InputWidth"/> finite features.</param>
    /// <param name="target">The target, in its own units.</param>
    /// <returns>The number of the row, by which <see cref="Forget(long)"/> knows it.</returns>
    /// <exception cref="ArgumentException">The row has another length.</exception>
    /// <exception cref="InvalidDataException">A feature or the target is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The network classifies or has several outputs, was trained since the learner was made,
    /// or an operation has it alone; or the damping is too small for float64. Nothing is learned.</exception>
    /// <exception cref="ObjectDisposedException">The learner or the network was disposed.</exception>
    public long Learn(ReadOnlySpan<float> row, double target)
    {
        RequireClasses(false, "expected a class as target of this network, found numbers");
        if (_network.OutputCount > 1)
            throw new InvalidOperationException($"expected {_network.OutputCount} targets, found one");
        if (!float.IsFinite((float)target))
            throw new InvalidDataException($"target 0: expected a finite number, found {target}");
        lock (_turn)
        {
            using SharedCall call = Read(row);
            _targets[0] = _network.Target.Apply(target, output: 0);
            return Learn();
        }
    }

    /// <summary>Learns a row of a network with numeric outputs, those of several labels (0 or 1 each) included.</summary>
    /// <param name="row">A raw row: <see cref="Network.InputWidth"/> finite features.</param>
    /// <param name="targets">A target per output, in its own units.</param>
    /// <exception cref="ArgumentException">The row has another length, or there are other than <see cref="Network.OutputCount"/>
    /// targets.</exception>
    /// <inheritdoc cref="Learn(ReadOnlySpan{float}, double)"/>
    public long Learn(ReadOnlySpan<float> row, ReadOnlySpan<float> targets)
    {
        RequireClasses(false, "expected a class as target of this network, found numbers");
        if (targets.Length != _network.OutputCount)
            throw new ArgumentException($"expected {_network.OutputCount} targets, found {targets.Length}", nameof(targets));
        if (Examples.IndexOfNotFinite(targets) is >= 0 and var bad)
            throw new InvalidDataException($"target {bad}: expected a finite number, found {targets[bad]}");
        lock (_turn)
        {
            using SharedCall call = Read(row);
            _network.Target.Apply(targets, _targets);
            return Learn();
        }
    }

    /// <summary>Forgets a row: all is as if it had never been learned.</summary>
    /// <param name="number">What Learn returned, or the place of a first row in its data set.</param>
    /// <exception cref="ArgumentException">No row has that number, or it was forgotten already.</exception>
    /// <exception cref="InvalidOperationException">The network was trained since the learner was made, or an operation has it
    /// alone.</exception>
    /// <exception cref="ObjectDisposedException">The learner or the network was disposed.</exception>
    public void Forget(long number)
    {
        lock (_turn)
        {
            using SharedCall call = Share();
            int place = Array.BinarySearch(_numbers, 0, _regression.Count, number);
            if (place < 0)
                throw new ArgumentException(
                    $"expected the number of a row that is learned, found {number}, which was never given or is forgotten", nameof(number));
            ForgetAt(place);
        }
    }

    /// <summary>
    /// Forgets a row by its features. Of rows with the same features and targets the last one is forgotten; rows with the same features and
    /// different targets must be forgotten by number. Rows are the same when the hidden layers do not tell them apart.
    /// </summary>
    /// <param name="row">A raw row: <see cref="Network.InputWidth"/> finite features.</param>
    /// <returns>The number of the row that was forgotten.</returns>
    /// <exception cref="ArgumentException">The row has another length, was not learned, or is one of several with different
    /// targets.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The network was trained since the learner was made, or an operation has it
    /// alone.</exception>
    /// <exception cref="ObjectDisposedException">The learner or the network was disposed.</exception>
    public long Forget(ReadOnlySpan<float> row)
    {
        lock (_turn)
        {
            using SharedCall call = Read(row);
            int place = _regression.Find(out bool isAmbiguous);
            if (place < 0)
                throw new ArgumentException("expected a row that is learned, found another one", nameof(row));
            if (isAmbiguous)
                throw new ArgumentException(
                    "expected a row that is learned once, found several with the same features and different targets; forget it by its " +
                    "number", nameof(row));
            long number = _numbers[place];
            ForgetAt(place);
            return number;
        }
    }

    /// <summary>Computes the outputs of one raw row from the present rows, in original units as the network does.</summary>
    /// <param name="row">A raw row: <see cref="Network.InputWidth"/> finite features.</param>
    /// <param name="output">Room for <see cref="Network.OutputCount"/> numbers.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The network was trained since the learner was made, or an operation has it
    /// alone.</exception>
    /// <exception cref="ObjectDisposedException">The learner or the network was disposed.</exception>
    public void Predict(ReadOnlySpan<float> row, Span<float> output)
    {
        if (output.Length != _network.OutputCount)
            throw new ArgumentException($"expected room for {_network.OutputCount} outputs, found {output.Length}", nameof(output));
        lock (_turn)
        {
            using SharedCall call = Read(row);
            for (int c = 0; c < output.Length; c++)
                output[c] = (float)_regression.Predict(c);
            _network.Loss.Link(output);
            _network.Target.ToUnits(output);
        }
    }

    /// <summary>The most likely class of one raw row.</summary>
    /// <param name="row">A raw row: <see cref="Network.InputWidth"/> finite features.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The network was trained since the learner was made, or an operation has it
    /// alone.</exception>
    /// <exception cref="ObjectDisposedException">The learner or the network was disposed.</exception>
    public int Classify(ReadOnlySpan<float> row)
    {
        Span<float> scores = _network.OutputCount <= 256 ? stackalloc float[_network.OutputCount] : new float[_network.OutputCount];
        Predict(row, scores);
        return Classification.Highest(scores);
    }

    /// <summary>
    /// The prediction of a network with one numeric output, and its jackknife+ interval (Barber, Candes, Ramdas and Tibshirani 2021): from
    /// the predictions that the fits without one row make, and their errors on that row, in closed form. For rows that are drawn alike it
    /// covers the target with a probability near <paramref name="level"/>, and of at least 2 level - 1 whatever their distribution.
    /// </summary>
    /// <param name="row">A raw row: <see cref="Network.InputWidth"/> finite features.</param>
    /// <param name="level">The share of targets to cover, above 0 and below 1. An interval is finite from level / (1 - level) rows
    /// on.</param>
    /// <exception cref="ArgumentException">The row has another length, or the level is out of range.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The network classifies or has several outputs, was trained since the learner was made,
    /// or an operation has it alone.</exception>
    /// <exception cref="ObjectDisposedException">The learner or the network was disposed.</exception>
    public PredictionInterval PredictInterval(ReadOnlySpan<float> row, double level)
    {
        if (!Classifies && _network.OutputCount > 1)
            throw new InvalidOperationException($"expected one output, found {_network.OutputCount}; use PredictIntervals");
        Span<PredictionInterval> interval = stackalloc PredictionInterval[1];
        PredictIntervals(row, level, interval);
        return interval[0];
    }

    /// <summary>The prediction and interval of every output of a network with numeric outputs, each at the level by itself.</summary>
    /// <param name="row">A raw row: <see cref="Network.InputWidth"/> finite features.</param>
    /// <param name="level">The share of targets to cover, above 0 and below 1.</param>
    /// <param name="intervals">Room for <see cref="Network.OutputCount"/> intervals.</param>
    /// <inheritdoc cref="PredictInterval"/>
    public void PredictIntervals(ReadOnlySpan<float> row, double level, Span<PredictionInterval> intervals)
    {
        RequireClasses(false, "expected a network that predicts numbers, which have intervals, found one that classifies");
        if (!(level is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(level), $"expected a level above 0 and below 1, found {level}");
        if (intervals.Length != _network.OutputCount)
            throw new ArgumentException(
                $"expected room for {_network.OutputCount} intervals, found {intervals.Length}", nameof(intervals));
        lock (_turn)
        {
            using SharedCall call = Read(row);
            _regression.Intervals(level, _intervals);
            for (int c = 0; c < intervals.Length; c++)
            {
                PredictionInterval own = _intervals[c];
                TargetTransform target = _network.Target;
                intervals[c] = new(target.ToUnits(own.Lower, c), target.ToUnits(own.Value, c), target.ToUnits(own.Upper, c));
            }
        }
    }

    /// <summary>
    /// Puts the present output weights into the network, whose predictions are then those of the learner, and which can be saved. Waits for
    /// calls of the network in flight; those that come until the weights are copied are refused, calls of the learner wait. A fitted
    /// <see cref="Network.Temperature"/> is that of other weights and is dropped.
    /// </summary>
    /// <exception cref="InvalidOperationException">The network was trained since the learner was made, or an operation has it
    /// alone.</exception>
    /// <exception cref="ObjectDisposedException">The learner or the network was disposed.</exception>
    public void Apply()
    {
        lock (_turn)
        {
            LayerStack layers = _network.Layers;
            using var weights = new PanelMatrix(layers.Outputs, layers.Output.Columns);
            using PanelMatrix? direct = layers.Direct is null ? null : new PanelMatrix(layers.Outputs, layers.Inputs);
            using (Share())
                _regression.CopyWeights(weights, direct);
            _network.Gate.EnterAlone(AloneOperation.ApplyLearned);
            try
            {
                RequireSameFeatures();
                // It was fitted to the scores of other weights.
                _network.Calibration = null;
                layers.Output.CopyFrom(weights);
                if (direct is not null)
                    layers.Direct!.Matrix.CopyFrom(direct);
            }
            finally
            {
                _network.Gate.LeaveAlone();
            }
        }
    }

    /// <summary>Gives all memory back after calls in flight; later calls throw. The network is as it is. Calling it again does
    /// nothing.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            _regression.Dispose();
        }
    }

    /// <summary>Learns the row of the last <see cref="Read"/> with the numbers in <see cref="_targets"/>.</summary>
    private long Learn()
    {
        int place = _regression.Count;
        if (place == _numbers.Length)
            Array.Resize(ref _numbers, place + place / 2 + 1);
        if (!_regression.TryLearn(_targets))
            throw new InvalidOperationException(
                $"expected a damping that keeps K + mu I positive definite in float64, found {Damping}; start with a larger Damping");
        return _numbers[place] = _next++;
    }

    private void ForgetAt(int place)
    {
        _regression.Forget(place);
        Array.Copy(_numbers, place + 1, _numbers, place, _regression.Count - place);
    }

    /// <summary>Enters the network and computes the features of a row.</summary>
    private SharedCall Read(ReadOnlySpan<float> row)
    {
        if (row.Length != _network.InputWidth)
            throw new ArgumentException($"expected {_network.InputWidth} features, found {row.Length}", nameof(row));
        SharedCall call = Share();
        try
        {
            if (!_regression.TryRead(row))
                throw new RawRow(row).NotFinite(_network.Table);
            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private SharedCall Share()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        SharedCall call = _network.Gate.Share(_network);
        try
        {
            RequireSameFeatures();
            return call;
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    private void RequireSameFeatures()
    {
        if (_network.Gate.Changes != _changes)
            throw new InvalidOperationException(
                "expected a network as it was when the learner was made, found one that was trained since, or got a delta, and has other " +
                "features; call StartLearning again");
    }

    /// <summary>Whether a target is a class; those of labels are numbers.</summary>
    private bool Classifies => _network.Task == TaskKind.Classification;

    private void RequireClasses(bool expected, string refusal)
    {
        if (Classifies != expected)
            throw new InvalidOperationException(refusal);
    }
}
