using Microsoft.Extensions.Logging;

namespace Subquad.Training;

/// <summary>What a trainer says in the log of its host.</summary>
internal static partial class TrainerLog
{
    /// <summary>Who computes, and whether the C core is there: a line that tells a host why a machine is slower than another.</summary>
    [LoggerMessage(EventId = 1, EventName = "Kernels", Message = "training with kernels {Kernels}; {Core}")]
    public static partial void Kernels(ILogger logger, LogLevel level, string kernels, string core);
}
