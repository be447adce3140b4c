using Subquad.Simd.Threading;

namespace Subquad;

/// <summary>
/// The permission of a progress callback to use the network of its fit. It flows with the call (also into tasks and threads that the
/// callback starts), not with a thread, and ends when the callback returns. A scope without permission marks the rest of a fit, so that a
/// listener inside it cannot dispose what the fit uses. All members are thread-safe.
/// </summary>
/// <param name="network">The gate of the network that is fitted.</param>
/// <param name="trainer">The gate of the trainer that fits it.</param>
/// <param name="outer">The scope around that fit; null without one.</param>
/// <param name="permits">Whether calls may enter.</param>
internal sealed class CallbackScope(CallGate network, CallGate trainer, CallbackScope? outer, bool permits)
{
    private const int Ended = 1 << 30;

    private static readonly AsyncLocal<CallbackScope?> s_current = new();

    private readonly object _waiting = new();
    private int _state;

    /// <summary>The scope that flows with this call.</summary>
    public static CallbackScope? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    /// <summary>The scope around the fit; null without one.</summary>
    public CallbackScope? Outer => outer;

    /// <summary>
    /// The innermost scope of this call that has not ended: ended ones are not kept alive by those that begin inside them.
    /// </summary>
    public static CallbackScope? Living()
    {
        CallbackScope? scope = Current;
        while (scope is not null && scope.HasEnded)
            scope = scope.Outer;
        return scope;
    }

    /// <summary>Enters by the permission of a callback around this call; null without one.</summary>
    /// <param name="gate">The network's gate.</param>
    public static CallbackScope? TryEnter(CallGate gate)
    {
        for (CallbackScope? scope = Current; scope is not null; scope = scope.Outer)
            if (scope.Permits(gate) && scope.TryEnter())
                return scope;
        return null;
    }

    /// <summary>Whether this call comes from inside a fit of a network, or by a trainer.</summary>
    /// <param name="gate">The gate of either.</param>
    public static bool IsInside(CallGate gate)
    {
        for (CallbackScope? scope = Current; scope is not null; scope = scope.Outer)
            if (scope.BelongsTo(gate))
                return true;
        return false;
    }

    /// <summary>Leaves after <see cref="TryEnter(CallGate)"/>.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _state) == Ended)
            using (Uninterruptible.Lock(_waiting))
                Monitor.PulseAll(_waiting);
    }

    /// <summary>Takes the permission back and waits for the calls that use it.</summary>
    public void End()
    {
        Interlocked.Or(ref _state, Ended);
        bool interrupted = false;
        using (Uninterruptible.Lock(_waiting))
            while (Volatile.Read(ref _state) != Ended)
                interrupted |= Uninterruptible.Wait(_waiting);
        Uninterruptible.Restore(interrupted);
    }

    private bool HasEnded => (Volatile.Read(ref _state) & Ended) != 0;

    private bool Permits(CallGate gate) => permits && gate == network;

    private bool BelongsTo(CallGate gate) => (gate == network || gate == trainer) && !HasEnded;

    private bool TryEnter()
    {
        while (true)
        {
            int found = Volatile.Read(ref _state);
            if ((found & Ended) != 0)
                return false;
            if (Interlocked.CompareExchange(ref _state, found + 1, found) == found)
                return true;
        }
    }
}
