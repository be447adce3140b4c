namespace Subquad.Optimizers;

/// <summary>How a step ended.</summary>
/// <param name="IsTaken">Whether there is a step to report; false where none could be computed, or none was worth judging.</param>
/// <param name="IsAccepted">Whether it became part of the weights.</param>
/// <param name="Stop">Why training ends with it; null to go on.</param>
/// <param name="Message">The same in a sentence.</param>
internal readonly record struct StepOutcome(bool IsTaken, bool IsAccepted, StopReason? Stop = null, string Message = "")
{
    /// <summary>No step could be computed.</summary>
    public static StepOutcome None(StopReason reason, string message) => new(IsTaken: false, IsAccepted: false, reason, message);
}
