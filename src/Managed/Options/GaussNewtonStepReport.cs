using System.Diagnostics.CodeAnalysis;

namespace Subquad;

/// <summary>
/// What one trial step of a <see cref="GaussNewtonTrainer"/> did. Its stages are pullback, gram, factor, solve, forward, update and
/// validation.
/// </summary>
public sealed record GaussNewtonStepReport : StepReport
{
    /// <summary>A report whose properties are all still to be set.</summary>
    public GaussNewtonStepReport()
    {
    }

    /// <summary>A report with what every optimizer reports; the properties of this type are still to be set.</summary>
    [SetsRequiredMembers]
    internal GaussNewtonStepReport(StepReport common) : base(common)
    {
        Flips = [];
        Reevaluated = [];
    }

    /// <summary>||f - y|| after the trial over ||f - y|| before it.</summary>
    public required double ResidualRatio { get; init; }

    /// <summary>Damping of this trial, relative to trace(K) / n.</summary>
    public required double Damping { get; init; }

    /// <summary>
    /// Whether <see cref="StepReport.LeaveOneOutLoss"/> is that of the model averaged over the classes, which only serves to choose the
    /// damping: so with several outputs. With one output it is exact for the linearised model.
    /// </summary>
    public bool LeaveOneOutIsAveraged { get; init; }

    /// <summary>Whether the step became part of the weights.</summary>
    public required bool Accepted { get; init; }

    /// <summary>How the trial's system was solved; null before the first trial.</summary>
    public required SolverChoice? Solver { get; init; }

    /// <summary>Conjugate gradient iterations; 0 where nothing iterates.</summary>
    public required int CgIterations { get; init; }

    /// <summary>Fall of the loss, summed over the data, that its quadratic model promised.</summary>
    public required double PredictedDecrease { get; init; }

    /// <summary>Fall that was found.</summary>
    public required double ActualDecrease { get; init; }

    /// <summary>Neurons whose firing changed over all data, per trained hidden layer.</summary>
    public required IReadOnlyList<long> Flips
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Flips));
    }

    /// <summary>Data for which some trained layer has no firing neuron.</summary>
    public required int DeadData { get; init; }

    /// <summary>
    /// Share of the neurons whose pre-activation was computed anew by the trial's forward pass, per trained hidden layer: 1 for a full
    /// forward pass, 0 where it was only corrected, and the firing plus the uncertain neurons under a certificate. When a full pass
    /// replaces the certificate follows costs, and so the number of workers; results do not.
    /// </summary>
    public required IReadOnlyList<double> Reevaluated
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Reevaluated));
    }
}
