using Subquad.Data;
using Subquad.Online;
using Subquad.Simd.Memory;
using Subquad.Solvers;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>
    /// Fits the output weights to rows by ridge regression over the features of the hidden layers, which stay as they are, and returns a
    /// learner that learns and forgets single rows in milliseconds. The network itself is not changed before
    /// <see cref="OnlineLearner.Apply"/>. Takes 16 bytes for each pair of rows, and three times as much while it runs. Thread-safe.
    /// </summary>
    /// <param name="training">The first rows, with targets. They get the numbers 0 to Count - 1.</param>
    /// <param name="options">Default: see <see cref="OnlineLearningOptions"/>.</param>
    /// <param name="cancellation">Honoured between rows and tiles.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    /// <exception cref="InvalidDataException">The data do not fit the network or have no targets.</exception>
    /// <exception cref="InvalidOperationException">
    /// Hidden layers were trained on data, and <see cref="OnlineLearningOptions.FreezeHidden"/> is off; the network was loaded as bfloat16;
    /// the damping is too small for float64; or an operation has the network alone, such as a fit.
    /// </exception>
    /// <exception cref="InsufficientMemoryException">The matrices do not fit; the message names bytes wanted and available.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public OnlineLearner StartLearning(
        Dataset training, OnlineLearningOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        options ??= new OnlineLearningOptions();
        if (options.Damping is { } damping && !(damping > 0 && double.IsFinite(damping)))
            throw new ArgumentException($"{nameof(options.Damping)}: expected a finite number above 0, found {damping}", nameof(options));
        if (options.Threads is < 1 or > 4096)
            throw new ArgumentException($"{nameof(options.Threads)}: expected from 1 to 4096, found {options.Threads}", nameof(options));
        using SharedCall call = _gate.Share(this);
        if (call.IsNested)
            throw new InvalidOperationException(
                "expected StartLearning outside progress callbacks, found it called from the callback of a fit that changes the network; " +
                "make it when Fit returned");
        RequireFloat32();
        if (HiddenStepScale != 0 && !options.FreezeHidden)
            throw new InvalidOperationException(
                "expected a network whose hidden layers were not trained, found one whose features depend on the rows that it was " +
                "trained on, so that learning and forgetting rows would not equal training anew; set " +
                "OnlineLearningOptions.FreezeHidden to take the hidden layers as they are, or draw a new network");
        Examples examples = training.Examples;
        Int128 wanted = DualRidge.BytesOf(examples.Count, OutputCount), available = NativeBytes.Available;
        if (wanted > available)
            throw new InsufficientMemoryException(
                $"online learning of {examples.Count} rows takes {wanted} bytes, but only {available} are available; use fewer rows");
        RowBatch rows = RowBatch.From(examples, Input, Target, needsTargets: true);
        Layers.ApplyPending();
        var regression = new OutputRegression(Kernels, Layers, Input, options.KeepOutput, options.Threads);
        try
        {
            regression.Start(rows.Inputs, rows.Targets, options.Damping, cancellation);
            return new OnlineLearner(this, regression);
        }
        catch
        {
            regression.Dispose();
            throw;
        }
    }
}
