namespace Subquad;

/// <summary>What one training step did. Every optimizer fills these properties. A report is made only for a listener.</summary>
public record StepReport
{
    /// <summary>Number of the step, from 1; 0 is the state before training.</summary>
    public required int Step { get; init; }

    /// <summary>
    /// The pass over the training data that the step belongs to, from 1; 0 before training. A step on all data is a pass.
    /// </summary>
    public required int Epoch { get; init; }

    /// <summary>
    /// Loss per datum and output after the step, or before it if the step was dropped. The squared loss gives ||f - y||^2 / (2 n C).
    /// </summary>
    public required double Loss { get; init; }

    /// <summary>Accuracy on the training data, or root mean squared error in original units.</summary>
    public required double TrainMetric { get; init; }

    /// <summary>The same on held-out data, null without any, and on mini-batches within an epoch.</summary>
    public double? ValidationMetric { get; init; }

    /// <summary>The loss on held-out data, likewise.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>
    /// Loss per datum and output of the rows, each predicted by the model that the step aims at, fitted without it; null where no
    /// leave-one-out errors are computed. Transforms, s^2 and the kernel K are those of all rows, and the model is linear in the change of
    /// the weights.
    /// </summary>
    public double? LeaveOneOutLoss { get; init; }

    /// <summary>Accuracy, or root mean squared error in original units, of the same predictions.</summary>
    public double? LeaveOneOutMetric { get; init; }

    /// <summary>Share of neurons that fire, per trained hidden layer.</summary>
    public required IReadOnlyList<double> Active
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Active));
    }

    /// <summary>Seconds per stage. The report on the state before training holds the first forward pass.</summary>
    public required IReadOnlyDictionary<string, double> Seconds
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Seconds));
    }

    /// <summary>Multiply-adds of the sparse verbs of this step.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>The same per stage.</summary>
    public required IReadOnlyDictionary<string, long> StageMultiplyAdds
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(StageMultiplyAdds));
    }

    /// <summary>
    /// 64-byte lines of weights that the verbs on active lists touched, once per tile visit; null unless they are counted
    /// (<see cref="GaussNewtonOptions.CountLines"/>).
    /// </summary>
    public required long? TouchedLines { get; init; }

    /// <summary>The same per stage.</summary>
    public required IReadOnlyDictionary<string, long>? StageTouchedLines { get; init; }
}
