namespace Subquad;

/// <summary>Why training ended.</summary>
public enum StopReason
{
    /// <summary>The number of steps asked for was done.</summary>
    Steps,

    /// <summary>The residual fell below the tolerance.</summary>
    Residual,

    /// <summary>
    /// The loss on held-out data rose, and the step that made it rise was dropped; or the leave-one-out loss would not have fallen with
    /// another step.
    /// </summary>
    Validation,

    /// <summary>What a step could still gain is below the rounding of the outputs.</summary>
    Rounding,

    /// <summary>No step lowered the loss, however strongly it was damped.</summary>
    Damping,

    /// <summary>A loss or a weight was not finite; the last accepted state is kept.</summary>
    NonFinite,

    /// <summary>Cancelled; the last accepted state is kept.</summary>
    Cancelled,
}
