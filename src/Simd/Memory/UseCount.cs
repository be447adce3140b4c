using System.Runtime.CompilerServices;

namespace Subquad.Simd.Memory;

/// <summary>An object whose native memory public calls use: it counts them, and gives the memory back when the last one has left.</summary>
internal interface INativeOwner
{
    /// <summary>The calls in flight.</summary>
    ref UseCount Uses { get; }

    /// <summary>Gives the memory back. Runs once.</summary>
    void Free();
}

/// <summary>
/// Counts the public calls in flight on one object. Calls that only read its structure share it; calls that change its structure (shape,
/// lists, tree) are alone. Disposal closes it: no call enters any more, and the memory is freed when the last call has left. Nobody waits.
/// The engine, whose objects no user can reach, does not enter.
/// </summary>
/// <remarks>
/// Elements that one call writes while another reads them are a race between floats, not between structures: the results are undefined,
/// memory stays whole.
/// </remarks>
internal struct UseCount
{
    private const int Closed = int.MinValue, Alone = 1 << 30;

    private int _state;

    /// <summary>Whether the object was disposed.</summary>
    public readonly bool IsClosed => (_state & Closed) != 0;

    public void EnterShared(INativeOwner owner)
    {
        int seen = Volatile.Read(ref _state);
        while (true)
        {
            if ((seen & (Closed | Alone)) != 0)
                throw Refused(owner, seen);
            int before = Interlocked.CompareExchange(ref _state, seen + 1, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }

    public void LeaveShared(INativeOwner owner)
    {
        if (Interlocked.Decrement(ref _state) == Closed)
            owner.Free();
    }

    public void EnterAlone(INativeOwner owner)
    {
        int before = Interlocked.CompareExchange(ref _state, Alone, 0);
        if (before != 0)
            throw Refused(owner, before);
    }

    public void LeaveAlone(INativeOwner owner)
    {
        if ((Interlocked.And(ref _state, ~Alone) & ~Alone) == Closed)
            owner.Free();
    }

    public void Close(INativeOwner owner)
    {
        if (Interlocked.Or(ref _state, Closed) == 0)
            owner.Free();
    }

    private static InvalidOperationException Refused(INativeOwner owner, int state)
    {
        string name = owner.GetType().Name.Split('`')[0];
        return (state & Closed) != 0
            ? new ObjectDisposedException(name)
            : new InvalidOperationException((state & Alone) != 0
                ? $"{name}: expected an object that no other call changes, found a call that is changing it; wait for that call to return"
                : $"{name}: expected an object that no other call uses, found {state} calls in flight; wait for them to return");
    }
}

/// <summary>One call's use of an object, until it is disposed: it also keeps the object from being finalized.</summary>
internal readonly ref struct Use(INativeOwner owner, bool alone) : IDisposable
{
    /// <summary>Enters a call that reads the object's structure.</summary>
    /// <exception cref="ArgumentNullException">There is no object.</exception>
    /// <exception cref="ObjectDisposedException">The object was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is changing the object.</exception>
    public static Use Shared(INativeOwner owner, [CallerArgumentExpression(nameof(owner))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(owner, name);
        owner.Uses.EnterShared(owner);
        return new Use(owner, alone: false);
    }

    /// <summary>Enters a call that changes the object's structure.</summary>
    /// <exception cref="ArgumentNullException">There is no object.</exception>
    /// <exception cref="ObjectDisposedException">The object was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the object.</exception>
    public static Use Alone(INativeOwner owner, [CallerArgumentExpression(nameof(owner))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(owner, name);
        owner.Uses.EnterAlone(owner);
        return new Use(owner, alone: true);
    }

    /// <summary>Leaves.</summary>
    public void Dispose()
    {
        if (alone)
            owner.Uses.LeaveAlone(owner);
        else
            owner.Uses.LeaveShared(owner);
    }
}
