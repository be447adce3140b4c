using System.Collections.Concurrent;

namespace Subquad.Embedding;

/// <summary>The networks that C holds, by numbers that are never used twice: a handle that was freed, or never was one, is found out instead of followed.</summary>
internal static class Handles
{
    private static readonly ConcurrentDictionary<nint, Handle> s_open = new();
    private static long s_last;

    public static nint Open(Network network)
    {
        var handle = (nint)Interlocked.Increment(ref s_last);
        s_open[handle] = new Handle(network);
        return handle;
    }

    public static Handle Find(nint handle) => s_open.TryGetValue(handle, out Handle? found) ? found
        : throw new StatusException(Status.InvalidHandle, handle == 0 ? "network: expected a handle, found NULL" : "network: expected a handle that is in use, found one that was freed or never given out");

    public static void Close(nint handle)
    {
        Find(handle).Alone(network =>
        {
            s_open.TryRemove(handle, out _);
            network.Dispose();
        });
    }
}

/// <summary>A network and who uses it: many that predict, or one alone. Nobody waits; who comes at the wrong time is told so.</summary>
internal sealed class Handle(Network network)
{
    private readonly Lock _gate = new();
    private int _users;
    private int _owner;

    /// <summary>For calls that may run side by side, and from the progress callback of the fit that has the network alone.</summary>
    public void Shared(Action<Network> work)
    {
        bool nested = Enter(alone: false, mayNest: true);
        try
        {
            work(network);
        }
        finally
        {
            if (!nested)
                Leave();
        }
    }

    /// <summary>For calls that want the network alone.</summary>
    /// <param name="work">The call.</param>
    /// <param name="mayNest">Whether the callback of a fit may make it, too.</param>
    public void Alone(Action<Network> work, bool mayNest = false)
    {
        bool nested = Enter(alone: true, mayNest);
        try
        {
            work(network);
        }
        finally
        {
            if (!nested)
                Leave();
        }
    }

    /// <summary>Whether it is a call from inside the one that has the network alone.</summary>
    private bool Enter(bool alone, bool mayNest)
    {
        int thread = Environment.CurrentManagedThreadId;
        lock (_gate)
        {
            if (_owner == thread && mayNest)
                return true;
            if (_owner != 0 || (alone && _users > 0))
                throw new StatusException(Status.Busy, _owner == thread
                    ? "network: expected a call that a progress callback may make (predict, save, describe), found another"
                    : alone ? "network: expected one that no other call uses, found one in use" : "network: expected one that is not being changed, found one in a fit or save");
            if (alone)
                _owner = thread;
            else
                _users++;
            return false;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (_owner != 0)
                _owner = 0;
            else
                _users--;
        }
    }
}
