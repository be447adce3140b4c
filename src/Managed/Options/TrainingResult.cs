namespace Subquad;

/// <summary>How training ended.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="Message">The same in one sentence; names step and layer when something was not finite.</param>
/// <param name="Steps">Trial steps done.</param>
/// <param name="Accepted">Trial steps that became part of the weights.</param>
/// <param name="Loss">Loss on the training data at the end (of the last mini-batch, when training by mini-batches).</param>
/// <param name="TrainMetric">Accuracy of classes, P@1 of labels, or root mean squared error in original units, on the same data.</param>
/// <param name="ValidationMetric">The same on held-out data; null without any.</param>
public sealed record TrainingResult(
    StopReason Reason, string Message, int Steps, int Accepted, double Loss, double TrainMetric, double? ValidationMetric)
{
    /// <summary>
    /// The metric of the last accepted step's <see cref="StepReport.LeaveOneOutMetric"/>; null where no leave-one-out errors chose.
    /// </summary>
    public double? LeaveOneOutMetric { get; init; }

    /// <summary>Why it ended in one sentence; names step and layer when something was not finite.</summary>
    public string Message
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Message));
    } = Message ?? throw new ArgumentNullException(nameof(Message));
}
