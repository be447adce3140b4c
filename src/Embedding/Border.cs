using System.Text;

namespace Subquad.Embedding;

/// <summary>The codes of subquad_train.h.</summary>
internal enum Status
{
    Ok = 0,
    Cancelled = 1,
    NotFinite = 2,
    InvalidArgument = 3,
    InvalidHandle = 4,
    InvalidData = 5,
    Busy = 6,
    NoMemory = 7,
    IO = 8,
    Internal = 9,
}

/// <summary>A call that ends with a status of its own.</summary>
internal sealed class StatusException(Status status, string message) : Exception(message)
{
    public Status Status => status;
}

/// <summary>Between C and us: no exception crosses it. What went wrong becomes a status and, for the thread, a message.</summary>
internal static class Border
{
    [ThreadStatic]
    private static byte[]? s_message;

    /// <summary>The message of the last failure on this thread, UTF-8.</summary>
    public static ReadOnlySpan<byte> Message => s_message;

    public static int Cross(Func<Status> work)
    {
        try
        {
            return (int)work();
        }
        catch (Exception fault)
        {
            return (int)Failed(StatusOf(fault), Words(fault));
        }
    }

    /// <summary>Keeps a failure's message.</summary>
    public static Status Failed(Status status, string message)
    {
        s_message = Encoding.UTF8.GetBytes(message.ReplaceLineEndings(" "));
        return status;
    }

    private static Status StatusOf(Exception fault) => fault switch
    {
        StatusException own => own.Status,
        OperationCanceledException => Status.Cancelled,
        // Another thread freed the network between the look at its handle and the call.
        ObjectDisposedException => Status.InvalidHandle,
        // The network's gate: another call has it.
        InvalidOperationException => Status.Busy,
        ArgumentException => Status.InvalidArgument,
        InvalidDataException => Status.InvalidData,
        OutOfMemoryException => Status.NoMemory,
        IOException or UnauthorizedAccessException => Status.IO,
        _ => Status.Internal,
    };

    private static string Words(Exception fault) => StatusOf(fault) switch
    {
        Status.Internal => $"unexpected {fault.GetType().Name}: {fault.Message}",
        _ when fault is ArgumentException { ParamName: { } parameter } =>
            fault.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal),
        _ => fault.Message,
    };
}
