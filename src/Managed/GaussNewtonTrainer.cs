using Microsoft.Extensions.Logging;
using Subquad.Data;
using Subquad.Simd.Interop;
using Subquad.Simd.Threading;
using Subquad.Trainers;

namespace Subquad;

/// <summary>
/// Trains a <see cref="Network"/> by Gauss-Newton with Levenberg-Marquardt damping: W - s^2 J^T (J J^T + mu I)^-1 (f - y), to the rounding of float32 weights for one output, by
/// preconditioned conjugate gradients to <see cref="GaussNewtonOptions.CgTolerance"/> for several, unless <see cref="GaussNewtonOptions.Solver"/> asks for another way. Needs no learning
/// rate. On all data the loss never rises; a rejected or cancelled step leaves the weights as they were, bit for bit.
/// Source: Song, Zhang, Zhang, ITCS 2024; Cai et al., arXiv 1905.11675, for the Gram form.
/// </summary>
public sealed class GaussNewtonTrainer : IDisposable
{
    private readonly WorkerTeam _team;
    private ILogger? _logger;

    /// <summary>A trainer; its threads start with the first fit.</summary>
    /// <param name="options">Default: see <see cref="GaussNewtonOptions"/>.</param>
    /// <param name="logger">Told once, at the first fit, which kernel set computes and whether the C core is there: as information, or as a warning where a library was found and could not be used.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public GaussNewtonTrainer(GaussNewtonOptions? options = null, ILogger? logger = null)
    {
        _logger = logger;
        Options = options ?? new GaussNewtonOptions();
        Check(Options);
        _team = new WorkerTeam(Options.Threads);
    }

    /// <summary>How it trains.</summary>
    public GaussNewtonOptions Options { get; }

    /// <summary>Trains until a reason to stop holds.</summary>
    /// <param name="network">Its weights change with every accepted step.</param>
    /// <param name="training">Training data with targets.</param>
    /// <param name="validation">Held-out data: training stops at the step that would raise their loss, and drops it.</param>
    /// <param name="progress">Told of every trial step, on the calling thread while training waits; without it no report is made. It may predict with the network and save it, not fit it.
    /// (<see cref="Progress{T}"/> would report later, from another thread, beside the training.)</param>
    /// <param name="cancellation">Honoured between tiles; the weights of the last accepted step are kept.</param>
    /// <exception cref="InvalidDataException">The data do not fit the network.</exception>
    /// <exception cref="ArgumentException">TrainFrom names no hidden layer, or Solver does not take several outputs.</exception>
    /// <exception cref="InsufficientMemoryException">The step does not fit; the message names bytes wanted and available.</exception>
    /// <exception cref="InvalidOperationException">The network was loaded as bfloat16, for predictions only.</exception>
    public TrainingResult Fit(
        Network network, Dataset training, Dataset? validation = null, IProgress<StepReport>? progress = null, CancellationToken cancellation = default)
    {
        network.RequireFloat32();
        if (Options.TrainFrom > network.Shape.Hidden.Count)
            throw new ArgumentException($"TrainFrom: expected a hidden layer from 1 to {network.Shape.Hidden.Count}, found {Options.TrainFrom}");
        if (Options.Activity is ActivityStrategy.HalfSpaceOverWeights or ActivityStrategy.HalfSpaceOverData && (Options.TrainFrom ?? network.Shape.Hidden.Count) != 1)
            throw new ArgumentException($"Activity: expected TrainFrom 1 for {Options.Activity}, which searches over the rows of the first hidden layer, found {Options.TrainFrom ?? network.Shape.Hidden.Count}");
        if (Options.Solver == SolverChoice.DirectSketch && network.Shape.Outputs > 1)
            throw new ArgumentException($"Solver: expected one output for {Options.Solver}, which solves a sketch in place of the system, found {network.Shape.Outputs}");
        PreparedData data = PreparedData.From(training.Examples, network.Input, network.Target, needsTargets: true);
        PreparedData? heldOut = validation is null ? null : PreparedData.From(validation.Examples, network.Input, network.Target, needsTargets: true);
        // Terms beside shared weights stay there, whatever the policy.
        MemoryEstimate.RefuseTooLarge(network.Shape, network.SharesBase ? Options with { Flush = FlushPolicy.Never } : Options, data.Count, heldOut?.Count ?? 0);
        if (Interlocked.Exchange(ref _logger, null) is { } logger)
            TrainerLog.Kernels(logger, NativeCore.IsIgnored ? LogLevel.Warning : LogLevel.Information, network.Kernels.Name, NativeCore.Describe());
        _team.Cancellation = cancellation;
        float metric = network.Metric;
        using var run = new GaussNewtonRun(new TeamKernels(network.Kernels, _team), network.Layers, network.Target, Options, data, heldOut, progress);
        TrainingResult result = run.Run(ref metric);
        network.Metric = metric;
        return result;
    }

    /// <summary>Ends the threads. Calling it again does nothing.</summary>
    public void Dispose() => _team.Dispose();

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
        Require(Enum.IsDefined(options.Solver), nameof(options.Solver), "a named solver", (double)options.Solver);
        Require(options.PackedBytes >= 0, nameof(options.PackedBytes), "0 or more", options.PackedBytes);
        Require(options.Threads is >= 1 and <= 4096, nameof(options.Threads), "from 1 to 4096", options.Threads);
    }

    private static void Require(bool holds, string field, string expected, double found)
    {
        if (!holds)
            throw new ArgumentException($"{field}: expected {expected}, found {found}");
    }
}
