using System.Collections.Concurrent;

namespace Subquad.Embedding;

/// <summary>
/// The networks that C holds, by numbers that are never used twice: a handle that was freed, or never was one, is found out instead of
/// followed. The network's own gate refuses calls at the wrong moment.
/// </summary>
internal static class Handles
{
    private static readonly ConcurrentDictionary<nint, Network> s_open = new();
    private static long s_last;

    public static nint Open(Network network)
    {
        var handle = (nint)Interlocked.Increment(ref s_last);
        s_open[handle] = network;
        return handle;
    }

    public static Network Find(nint handle) => s_open.TryGetValue(handle, out Network? found) ? found
        : throw new StatusException(Status.InvalidHandle, handle == 0 ? "network: expected a handle, found NULL"
            : "network: expected a handle that is in use, found one that was freed or never given out");

    /// <summary>Frees a network that no call uses; C programs are told, they do not wait.</summary>
    public static void Close(nint handle)
    {
        Network network = Find(handle);
        if (!network.TryDispose())
            throw new StatusException(Status.Busy, "network: expected one that no other call uses, found one in use");
        s_open.TryRemove(handle, out _);
    }
}
