using Microsoft.Extensions.Logging;
using Subquad.Data;
using Subquad.Optimizers.GaussNewton;
using Subquad.Simd.Interop;
using Subquad.Simd.Threading;
using Subquad.Training;

namespace Subquad;

/// <summary>
/// Trains a <see cref="Network"/> by Gauss-Newton with Levenberg-Marquardt damping: W - s^2 J^T (J J^T + mu I)^-1 (f - y), to the rounding
/// of float32 weights for one output, by preconditioned conjugate gradients to <see cref="GaussNewtonOptions.CgTolerance"/> for several,
/// unless <see cref="GaussNewtonOptions.Solver"/> asks for another way. Needs no learning rate. On all data the loss never rises; a
/// rejected or cancelled step leaves the weights as they were, bit for bit. Source: Song, Zhang, Zhang, ITCS 2024; Cai et al., arXiv
/// 1905.11675, for the Gram form.
/// </summary>
/// <remarks>
/// Thread safety: one fit at a time; a second <see cref="Fit"/> while one runs throws <see cref="InvalidOperationException"/>, also with
/// another network and from the fit's own callback. <see cref="Dispose"/> may be called from any other thread at any time. Trainers are
/// independent of each other.
/// </remarks>
public sealed class GaussNewtonTrainer : IDisposable
{
    private readonly TrainerGate _gate = new();
    private readonly WorkerTeam _team;
    private ILogger? _logger;

    /// <summary>A trainer; its threads start with the first fit.</summary>
    /// <param name="options">Default: see <see cref="GaussNewtonOptions"/>.</param>
    /// <param name="logger">Told once, at the first fit, which kernel set computes and whether the C core is there: as information, or as a
    /// warning where a library was found and could not be used.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public GaussNewtonTrainer(GaussNewtonOptions? options = null, ILogger? logger = null)
    {
        _logger = logger;
        Options = options ?? new GaussNewtonOptions();
        Check(Options);
        _team = new WorkerTeam(Options.Threads);
        Published = new PublishedNetwork(Options.PublishEvery is not null);
    }

    /// <summary>How it trains.</summary>
    public GaussNewtonOptions Options { get; }

    /// <summary>
    /// Answers from a snapshot of the network that <see cref="Fit"/> trains, also while it trains, if
    /// <see cref="GaussNewtonOptions.PublishEvery"/> is set: always this same object, which may be used from any thread until the trainer
    /// is disposed.
    /// </summary>
    public PublishedNetwork Published { get; }

    /// <summary>The workers of its fits, for tests that count what these allocate.</summary>
    internal WorkerTeam Team => _team;

    /// <summary>
    /// Trains until a reason to stop holds. Has the network alone: waits for its calls in flight, and calls that come meanwhile get an
    /// <see cref="InvalidOperationException"/>, except those that the progress callback makes.
    /// </summary>
    /// <param name="network">Its weights change with every accepted step.</param>
    /// <param name="training">Training data with targets.</param>
    /// <param name="validation">Held-out data: training stops at the step that would raise their loss, and drops it. At its end
    /// <see cref="Network.Temperature"/> is fitted to them. Without any it is fitted to leave-one-out outputs where these are computed, and
    /// else removed.</param>
    /// <param name="progress">
    /// Told of every trial step by a <see cref="GaussNewtonStepReport"/>, on the calling thread while training waits; without it no report
    /// is made. It may call Predict, Classify, PredictAll, Evaluate, DeltaRanks, Save, SaveDelta and SavePanels of the network, also from
    /// tasks and threads that it starts: the permission flows with the call as an <see cref="AsyncLocal{T}"/> does. It ends when the
    /// callback returns; calls still in flight are waited for. Do not wait there for a thread that disposes network or trainer and was
    /// started without that flow. (<see cref="Progress{T}"/> would report later, from another thread, beside the training.)
    /// </param>
    /// <param name="cancellation">Honoured between tiles and while calls in flight are waited for; the weights of the last accepted step
    /// are kept.</param>
    /// <returns>How it ended: <see cref="StopReason.Cancelled"/> also when network or trainer were disposed meanwhile.</returns>
    /// <exception cref="InvalidDataException">The data do not fit the network.</exception>
    /// <exception cref="ArgumentException">TrainFrom names no hidden layer, or Solver does not take several outputs.</exception>
    /// <exception cref="InsufficientMemoryException">The step does not fit; the message names bytes wanted and available.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network was loaded as bfloat16, for predictions only; another operation has it alone; or a fit of this trainer is going on.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The network or the trainer was disposed.</exception>
    public TrainingResult Fit(
        Network network, Dataset training, Dataset? validation = null, IProgress<StepReport>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        FitCall call;
        try
        {
            call = new FitCall(_gate, network.Gate, cancellation);
        }
        catch (OperationCanceledException)
        {
            return new(
                StopReason.Cancelled, "cancelled before the first step, while calls in flight were waited for; the weights are as before",
                0, 0, double.NaN, double.NaN, null);
        }
        try
        {
            using (call)
                return Run(call, network, training, validation, progress);
        }
        finally
        {
            GC.KeepAlive(network);
        }
    }

    private TrainingResult Run(FitCall call, Network network, Dataset training, Dataset? validation, IProgress<StepReport>? progress)
    {
        network.RequireFloat32();
        if (Options.TrainFrom > network.Shape.Hidden.Count)
            throw new ArgumentException(
                $"TrainFrom: expected a hidden layer from 1 to {network.Shape.Hidden.Count}, found {Options.TrainFrom}");
        if (Options.Activity is ActivityStrategy.HalfSpaceOverWeights or ActivityStrategy.HalfSpaceOverData
            && (Options.TrainFrom ?? network.Shape.Hidden.Count) != 1)
            throw new ArgumentException($"Activity: expected TrainFrom 1 for {Options.Activity}, which searches over the rows of the " +
                $"first hidden layer, found {Options.TrainFrom ?? network.Shape.Hidden.Count}");
        if (Options.Solver == SolverChoice.DirectSketch && network.Shape.Outputs > 1)
            throw new ArgumentException($"Solver: expected one output for {Options.Solver}, which solves a sketch in place of the " +
                $"system, found {network.Shape.Outputs}");
        RowBatch data = RowBatch.From(training.Examples, network.Input, network.Target, needsTargets: true);
        RowBatch? heldOut = validation is null
            ? null
            : RowBatch.From(validation.Examples, network.Input, network.Target, needsTargets: true);
        int from = (Options.TrainFrom ?? network.Shape.Hidden.Count) - 1;
        GaussNewtonOptions options = Decide(Options, network, data.Count, heldOut?.Count ?? 0);
        // Terms beside shared weights stay there, whatever the policy.
        GaussNewtonOptions sized = network.SharesBase ? options with { Flush = FlushPolicy.Never } : options;
        // Snapshots of an earlier fit are there already.
        sized = Published.Holds(network) ? sized with { PublishEvery = null } : sized;
        MemoryEstimate.RefuseTooLarge(network.Shape, sized, data.Inputs.Size, heldOut?.Inputs.Size ?? default);
        if (Interlocked.Exchange(ref _logger, null) is { } logger)
            TrainerLog.Kernels(
                logger, NativeCore.IsIgnored ? LogLevel.Warning : LogLevel.Information, network.Kernels.Name, NativeCore.Describe());
        _team.Cancellation = call.Stop.Token;
        try
        {
            var kernels = new TeamKernels(network.Kernels, _team);
            SnapshotPublisher? publisher = Options.PublishEvery is { } interval
                ? new(Published, network, kernels, from, interval, call.Stop)
                : null;
            IProgress<StepReport>? permitted = call.Permit(progress);
            TrainingResult result;
            using (var optimizer = new GaussNewtonOptimizer(
                kernels, network.Layers, options, network.Loss, data.Count, keepsFlips: permitted is not null)
            {
                HiddenStepScale = network.HiddenStepScale,
            })
            using (var loop = new TrainingLoop(
                kernels, network.Layers, PlanOf(options), optimizer, network.Target, SourceOf(data, options), heldOut, permitted)
            {
                Accepted = publisher is null ? null : publisher.Accepted,
            })
            {
                try
                {
                    result = loop.Run();
                    network.Calibration = loop.Calibrate();
                }
                finally
                {
                    network.HiddenStepScale = optimizer.HiddenStepScale;
                }
            }
            // It may wait for a reader: the memory of the fit is given back before.
            publisher?.Finish();
            return result;
        }
        finally
        {
            _team.Cancellation = CancellationToken.None;
        }
    }

    /// <summary>
    /// Ends the threads and frees what <see cref="Published"/> holds. A fit that is going on is cancelled, it and predictions of
    /// <see cref="Published"/> are waited for; later calls throw <see cref="ObjectDisposedException"/>. Calling it again does nothing.
    /// Thread-safe.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is called from the progress callback of the trainer's own fit; the trainer is as
    /// before.</exception>
    public void Dispose()
    {
        if (!_gate.TryClose())
            return;
        Published.Close();
        _team.Dispose();
    }

    /// <summary>
    /// Whether leave-one-out errors choose the damping and the end of a fit of so many rows without held-out ones, as
    /// <see cref="GaussNewtonOptions.LeaveOneOut"/> says: such a fit needs no rows to stop by. Thread-safe.
    /// </summary>
    /// <param name="options">How it trains.</param>
    /// <param name="rows">Training rows.</param>
    /// <param name="network">The network; null for one that is still to be created.</param>
    /// <exception cref="ArgumentException">The option is on, and something rules it out; or TrainFrom names no hidden layer.</exception>
    public static bool LeavesOneOut(GaussNewtonOptions options, int rows, Network? network = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        return Decide(options, network, rows, heldOut: 0).LeaveOneOut == LeaveOneOutChoice.On;
    }

    private static GaussNewtonOptions Decide(GaussNewtonOptions options, Network? network, int rows, int heldOut) => LeaveOneOut.Decide(
        options, isFirst: network is null || network.HiddenStepScale == 0, residual: network is not null
            && network.Layers.Hidden.Skip((options.TrainFrom ?? network.Shape.Hidden.Count) - 1).Any(layer => layer.ResidualOf > 0),
        rows, heldOut);

    /// <summary>The part of the options that concerns the loop.</summary>
    internal static TrainingPlan PlanOf(GaussNewtonOptions options) =>
        new(options.Steps, options.ResidualTolerance, options.TrainOutput, options.CountLines);

    /// <summary>The part of the options that concerns the order of the rows.</summary>
    internal static InMemorySource SourceOf(RowBatch rows, GaussNewtonOptions options) => new(rows, options.Batch, options.Seed);

    private static void Check(GaussNewtonOptions options)
    {
        Require(options.TrainFrom is null or >= 1, nameof(options.TrainFrom), "1 or more", options.TrainFrom ?? 0);
        Require(options.Steps >= 0, nameof(options.Steps), "0 or more", options.Steps);
        Require(options.Batch >= 0, nameof(options.Batch), "0 or more", options.Batch);
        Require(options.HiddenShare is > 0 and < 1, nameof(options.HiddenShare), "above 0 and below 1", options.HiddenShare);
        Require(options.Damping >= 0 && double.IsFinite(options.Damping), nameof(options.Damping), "0 or more", options.Damping);
        Require(options.ResidualTolerance >= 0, nameof(options.ResidualTolerance), "0 or more", options.ResidualTolerance);
        Require(options.CgTolerance is > 0 and < 1, nameof(options.CgTolerance), "above 0 and below 1", options.CgTolerance);
        Require(options.CgIterations >= 1, nameof(options.CgIterations), "1 or more", options.CgIterations);
        Require(Enum.IsDefined(options.LeaveOneOut), nameof(options.LeaveOneOut), "a named choice", (double)options.LeaveOneOut);
        Require(Enum.IsDefined(options.Solver), nameof(options.Solver), "a named solver", (double)options.Solver);
        Require(Enum.IsDefined(options.Activity), nameof(options.Activity), "a named strategy", (double)options.Activity);
        if (options.PublishEvery < TimeSpan.Zero)
            throw new ArgumentException($"{nameof(options.PublishEvery)}: expected zero or more, or null, found {options.PublishEvery}");
        Require(options.PackedBytes >= 0, nameof(options.PackedBytes), "0 or more", options.PackedBytes);
        Require(options.Threads is >= 1 and <= 4096, nameof(options.Threads), "from 1 to 4096", options.Threads);
    }

    private static void Require(bool holds, string field, string expected, double found)
    {
        if (!holds)
            throw new ArgumentException($"{field}: expected {expected}, found {found}");
    }
}
