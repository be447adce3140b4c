namespace Subquad;

/// <summary>How a <see cref="GaussNewtonTrainer"/> trains. The defaults need no tuning: the damping finds itself.</summary>
public sealed record GaussNewtonOptions
{
    /// <summary>The first hidden layer that is trained, from 1; layers before it stay as drawn. Default: the last one.</summary>
    public int? TrainFrom { get; init; }

    /// <summary>Whether the output matrix A is trained. Default: true.</summary>
    public bool TrainOutput { get; init; } = true;

    /// <summary>Trial steps at most; on mini-batches, one per batch. Default: 20.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>Data per step; 0 takes all of them. Default: 0.</summary>
    public int Batch { get; init; }

    /// <summary>
    /// Share of trace(K) that the hidden layers carry, in (0, 1); sets s^2 (<see cref="Network.HiddenStepScale"/>) of a network that has
    /// none yet. Default: 0.5.
    /// </summary>
    public double HiddenShare { get; init; } = 0.5;

    /// <summary>
    /// First damping, relative to trace(K) / n; 0 with <see cref="AdaptDamping"/> off is the undamped step. Where leave-one-out errors
    /// choose, their search begins here. Default: 1.
    /// </summary>
    public double Damping { get; init; } = 1;

    /// <summary>
    /// Whether the damping follows the ratio of actual to predicted decrease, and steps that do not lower the loss are dropped. Default:
    /// true.
    /// </summary>
    public bool AdaptDamping { get; init; } = true;

    /// <summary>
    /// Whether leave-one-out errors choose the damping mu of every step and the end of training, so that no row is held out. Each step then
    /// lowers ||f - y||^2 / 2 + mu |W - W_0|^2 / (2 s^2), with W_0 the weights at the start, in place of the loss alone; the loss may rise
    /// where mu does. Default: automatic.
    /// </summary>
    public LeaveOneOutChoice LeaveOneOut { get; init; } = LeaveOneOutChoice.Automatic;

    /// <summary>Stops when ||f - y|| is below this share of ||y||. Default: 1e-4.</summary>
    public double ResidualTolerance { get; init; } = 1e-4;

    /// <summary>Relative residual of the conjugate gradients for several outputs. Default: 0.1.</summary>
    public double CgTolerance { get; init; } = 0.1;

    /// <summary>Conjugate gradient iterations at most. Default: 8.</summary>
    public int CgIterations { get; init; } = 8;

    /// <summary>How the step's system is solved. Default: the cheapest by a table of costs that looks at sizes only.</summary>
    public SolverChoice Solver { get; init; } = SolverChoice.Automatic;

    /// <summary>
    /// The most bytes that packed active blocks of one layer may take. A rule of sizes, not of free memory: the result is the same on every
    /// machine. Default: 2 GiB.
    /// </summary>
    public long PackedBytes { get; init; } = 2L << 30;

    /// <summary>When accepted steps are added to the weights that they are held beside. Default: by a cost model.</summary>
    public FlushPolicy Flush
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Flush));
    } = FlushPolicy.CostModel;

    /// <summary>How the firing neurons are found. All strategies find the same ones. Default: the cheapest by a cost model.</summary>
    public ActivityStrategy Activity { get; init; } = ActivityStrategy.Automatic;

    /// <summary>Constants of certified activity; tests audit with them.</summary>
    internal CertificatePolicy Certificates { get; init; } = new();

    /// <summary>
    /// Whether touched lines of weights are counted for the reports; counting takes a pass over the lists per verb. Default: false.
    /// </summary>
    public bool CountLines { get; init; }

    /// <summary>Draws mini-batches and probes. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// The least time between two snapshots that <see cref="GaussNewtonTrainer.Published"/> answers from; zero takes one at every accepted
    /// step. Null, the default, takes none. Two copies of the weights are held, which <see cref="MemoryEstimate"/> counts, and a snapshot
    /// adds what is held beside the weights of the lowest trained layer to them (the same as reading the weights in the progress callback):
    /// losses agree with a fit that does not publish within rounding.
    /// </summary>
    public TimeSpan? PublishEvery { get; init; }

    /// <summary>Workers. Default: the processors of this machine.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
