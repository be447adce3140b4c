using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Subquad.Simd.Threading;

namespace Subquad;

/// <summary>An operation that has a network or a trainer alone.</summary>
internal enum AloneOperation
{
    None,
    Fit,
    Save,
    ApplyDelta,
    Publish,
    ApplyLearned,
}

/// <summary>
/// Who may use an object now: any number of calls that share it, or one operation that has it alone, until it is closed. A call at the
/// wrong moment is refused with an exception; only an operation and <see cref="TryClose"/> wait, for calls in flight. All members are
/// thread-safe.
/// </summary>
/// <remarks>
/// One number holds the state: the calls in flight in its lower half, above them the operation (set before it waits, so that no new call
/// enters) and whether the gate is closed. A call enters and leaves by one interlocked operation each; whatever finds a flag above the
/// count takes the slow path.
/// </remarks>
internal abstract class CallGate
{
    private const int OperationShift = 32;
    private const long FirstFlag = 1L << OperationShift, Calls = FirstFlag - 1, Operation = 0xFL << OperationShift, Closed = 1L << 40;

    private readonly object _waiting = new();
    private PaddedState _state;
    private CancellationTokenSource? _stop;
    private int _changes;

    /// <summary>Operations so far that may have changed the hidden layers. Stays as it is during a call that shares.</summary>
    public int Changes => Volatile.Read(ref _changes);

    /// <summary>Enters for a call that shares; the result gives it back.</summary>
    /// <param name="owner">Kept alive until the call left: its finalizers free what the call reads.</param>
    /// <exception cref="ObjectDisposedException">The gate is closed.</exception>
    /// <exception cref="InvalidOperationException">An operation has the object alone, and the call does not come from its
    /// callback.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SharedCall Share(object owner) => new(this, owner, Interlocked.Increment(ref _state.Value) < FirstFlag ? null : ShareSlowly());

    /// <summary>
    /// Enters for a call that shares, unless the gate is closed or an operation has the object alone; then false. Left by
    /// <see cref="Leave"/>.
    /// </summary>
    public bool TryShare()
    {
        if (Interlocked.Increment(ref _state.Value) < FirstFlag)
            return true;
        Leave(null);
        return false;
    }

    /// <summary>Leaves after <see cref="Share"/> or <see cref="TryShare"/>.</summary>
    /// <param name="callback">The callback whose permission the call used; null for others.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Leave(CallbackScope? callback)
    {
        if (callback is not null)
            callback.Leave();
        else if (Interlocked.Decrement(ref _state.Value) >= FirstFlag)
            Wake();
    }

    /// <summary>Refuses new calls and waits for those in flight.</summary>
    /// <param name="operation">What the object is wanted for; named in the refusals.</param>
    /// <param name="stop">Ends the wait, and is cancelled when the gate is closed; null for an operation that is not cancelled.</param>
    /// <exception cref="ObjectDisposedException">The gate is closed.</exception>
    /// <exception cref="InvalidOperationException">An operation has the object already.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; calls enter again.</exception>
    public void EnterAlone(AloneOperation operation, CancellationTokenSource? stop = null)
    {
        while (true)
        {
            long found = Volatile.Read(ref _state.Value);
            if (found >= FirstFlag)
                throw Refused(found, isAlone: true);
            if (Interlocked.CompareExchange(ref _state.Value, found | (long)operation << OperationShift, found) == found)
                break;
        }
        try
        {
            using (Uninterruptible.Lock(_waiting))
                _stop = stop;
            if ((Volatile.Read(ref _state.Value) & Closed) != 0)
                stop?.Cancel();
            AwaitCalls(stop?.Token ?? CancellationToken.None);
            if (operation is AloneOperation.Fit or AloneOperation.ApplyDelta)
                Interlocked.Increment(ref _changes);
        }
        catch
        {
            LeaveAlone();
            throw;
        }
    }

    /// <summary>Enters alone if nobody uses the object; false, without a wait, if somebody does.</summary>
    public bool TryEnterAlone(AloneOperation operation) =>
        Interlocked.CompareExchange(ref _state.Value, (long)operation << OperationShift, 0) == 0;

    /// <summary>Lets calls enter again.</summary>
    public void LeaveAlone()
    {
        using (Uninterruptible.Lock(_waiting))
            _stop = null;
        if ((Interlocked.And(ref _state.Value, ~Operation) & Closed) != 0)
            Wake();
    }

    /// <summary>Refuses all later calls, cancels the operation that has the object, and waits for it and for calls in flight.</summary>
    /// <returns>Whether the caller is to free the object: false when the gate was closed before.</returns>
    /// <exception cref="InvalidOperationException">It comes from inside a fit that has the object: the wait would never end. The gate is as
    /// before.</exception>
    public bool TryClose()
    {
        RefuseInside();
        // Two callbacks that dispose each other's network would wait for each other for good.
        if ((Volatile.Read(ref _state.Value) & Operation) == (long)AloneOperation.Fit << OperationShift
            && CallbackScope.Living() is not null)
            throw new InvalidOperationException(InsideOtherFit);
        if ((Interlocked.Or(ref _state.Value, Closed) & Closed) != 0)
            return false;
        CancellationTokenSource? stop;
        using (Uninterruptible.Lock(_waiting))
            stop = _stop;
        stop?.Cancel();
        bool interrupted = false;
        using (Uninterruptible.Lock(_waiting))
            while ((Volatile.Read(ref _state.Value) & (Calls | Operation)) != 0)
                interrupted |= Uninterruptible.Wait(_waiting);
        Uninterruptible.Restore(interrupted);
        return true;
    }

    /// <summary>Closes the gate if nobody uses the object; false if somebody does.</summary>
    /// <param name="isFirst">Whether the caller is to free the object.</param>
    /// <exception cref="InvalidOperationException">It comes from inside a fit that has the object.</exception>
    public bool TryCloseAtOnce(out bool isFirst)
    {
        RefuseInside();
        long found = Interlocked.CompareExchange(ref _state.Value, Closed, 0);
        isFirst = found == 0;
        return isFirst || (found & Closed) != 0;
    }

    /// <summary>The type whose disposal refuses calls.</summary>
    protected abstract Type Owner { get; }

    /// <summary>Why a call is refused while an operation has the object.</summary>
    /// <param name="operation">That operation.</param>
    /// <param name="isInCallback">Whether the call comes from the operation's callback, which may make other calls.</param>
    protected abstract string Busy(AloneOperation operation, bool isInCallback);

    /// <summary>Why the object may not be disposed by the fit that has it.</summary>
    protected abstract string InsideOwnFit { get; }

    /// <summary>Why an object that a fit has may not be disposed from inside another fit.</summary>
    private const string InsideOtherFit =
        "expected Dispose outside progress callbacks, found it called from the callback of one fit for an object that another fit uses; " +
        "cancel that fit, and dispose when both returned";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private CallbackScope? ShareSlowly()
    {
        while (true)
        {
            Leave(null);
            if (CallbackScope.TryEnter(this) is { } callback)
                return callback;
            long found = Volatile.Read(ref _state.Value);
            if (found >= FirstFlag)
                throw Refused(found, isAlone: false);
            // The operation ended in between.
            if (Interlocked.Increment(ref _state.Value) < FirstFlag)
                return null;
        }
    }

    private Exception Refused(long state, bool isAlone)
    {
        bool isInCallback = isAlone && CallbackScope.IsInside(this);
        return (state & Closed) != 0 && !isInCallback
            ? new ObjectDisposedException(Owner.FullName)
            : new InvalidOperationException(Busy((AloneOperation)((state & Operation) >> OperationShift), isInCallback));
    }

    private void RefuseInside()
    {
        if (CallbackScope.IsInside(this))
            throw new InvalidOperationException(InsideOwnFit);
    }

    private void AwaitCalls(CancellationToken cancellation)
    {
        var spin = new SpinWait();
        while (!spin.NextSpinWillYield && (Volatile.Read(ref _state.Value) & Calls) != 0)
            spin.SpinOnce();
        if ((Volatile.Read(ref _state.Value) & Calls) == 0)
            return;
        // The registration must be given up outside the lock, which its callback takes.
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static gate => ((CallGate)gate!).Wake(), this);
        using (Uninterruptible.Lock(_waiting))
            while ((Volatile.Read(ref _state.Value) & Calls) != 0)
            {
                cancellation.ThrowIfCancellationRequested();
                Monitor.Wait(_waiting);
            }
    }

    private void Wake()
    {
        using (Uninterruptible.Lock(_waiting))
            Monitor.PulseAll(_waiting);
    }

    /// <summary>The state on cache lines of its own: every call writes it, and its neighbours are only read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct PaddedState
    {
        [FieldOffset(128)]
        public long Value;
    }
}

/// <summary>A call that shares an object; disposing it leaves the gate.</summary>
/// <param name="gate">The object's gate.</param>
/// <param name="owner">The object.</param>
/// <param name="callback">The callback whose permission the call uses; null for others.</param>
internal readonly struct SharedCall(CallGate gate, object owner, CallbackScope? callback) : IDisposable
{
    /// <summary>Whether it comes from the callback of a fit, which holds the object in the middle of its work.</summary>
    public bool IsNested => callback is not null;

    public void Dispose()
    {
        gate.Leave(callback);
        GC.KeepAlive(owner);
    }
}
