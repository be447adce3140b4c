namespace Subquad;

/// <summary>What one trial step did. Made only when somebody listens.</summary>
public sealed record StepReport
{
    /// <summary>Number of the trial, from 1; 0 is the state before training.</summary>
    public required int Step { get; init; }

    /// <summary>Loss after the trial if it was accepted, else before it: ||f - y||^2 / (2 n C).</summary>
    public required double Loss { get; init; }

    /// <summary>||f - y|| after the trial over ||f - y|| before it.</summary>
    public required double ResidualRatio { get; init; }

    /// <summary>Accuracy on the training data, or root mean squared error in original units.</summary>
    public required double TrainMetric { get; init; }

    /// <summary>The same on held-out data, null without any, and on mini-batches within an epoch.</summary>
    public double? ValidationMetric { get; init; }

    /// <summary>The loss on held-out data, likewise.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Damping of this trial, relative to trace(K) / n.</summary>
    public required double Damping { get; init; }

    /// <summary>Whether the step became part of the weights.</summary>
    public required bool Accepted { get; init; }

    /// <summary>How the trial's system was solved; null before the first trial.</summary>
    public required SolverChoice? Solver { get; init; }

    /// <summary>Conjugate gradient iterations; 0 where nothing iterates.</summary>
    public required int CgIterations { get; init; }

    /// <summary>Fall of half the squared residual that the linear model promised.</summary>
    public required double PredictedDecrease { get; init; }

    /// <summary>Fall that was found.</summary>
    public required double ActualDecrease { get; init; }

    /// <summary>Share of neurons that fire, per trained hidden layer.</summary>
    public required IReadOnlyList<double> Active
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Active));
    }

    /// <summary>Neurons whose firing changed over all data, per trained hidden layer.</summary>
    public required IReadOnlyList<long> Flips
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Flips));
    }

    /// <summary>Data for which some trained layer has no firing neuron.</summary>
    public required int DeadData { get; init; }

    /// <summary>Share of the neurons whose pre-activation was computed anew by the trial's forward pass, per trained hidden layer: 1 for a full forward pass, 0 where it was only
    /// corrected, and the firing plus the uncertain neurons under a certificate. When a full pass replaces the certificate follows
    /// costs, and so the number of workers; results do not.</summary>
    public required IReadOnlyList<double> Reevaluated
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Reevaluated));
    }

    /// <summary>Seconds per stage: pullback, gram, factor, solve, forward, update, validation. The report on the state before training holds the first forward pass.</summary>
    public required IReadOnlyDictionary<string, double> Seconds
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Seconds));
    }

    /// <summary>Multiply-adds of the sparse verbs of this trial.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>The same per stage.</summary>
    public required IReadOnlyDictionary<string, long> StageMultiplyAdds
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(StageMultiplyAdds));
    }

    /// <summary>Touched lines per stage; null unless <see cref="GaussNewtonOptions.CountLines"/>.</summary>
    public required IReadOnlyDictionary<string, long>? StageTouchedLines { get; init; }

    /// <summary>64-byte lines of weights that the verbs on active lists touched, once per tile visit; null unless <see cref="GaussNewtonOptions.CountLines"/>.</summary>
    public required long? TouchedLines { get; init; }
}
