namespace Subquad.Simd.Threading;

/// <summary>
/// Waits that <see cref="Thread.Interrupt"/> cannot leave early: work that others rely on must be finished first. An interruption is kept
/// and requested again when the wait is over. Every wait for a contended monitor can be interrupted, also that of <c>lock</c>.
/// </summary>
internal static class Uninterruptible
{
    /// <summary>Enters a monitor until the result is disposed.</summary>
    public static Scope Lock(object monitor) => new(monitor, Enter(monitor));

    /// <summary>Enters a monitor; true when there was an interruption.</summary>
    public static bool Enter(object monitor)
    {
        bool interrupted = false;
        while (true)
            try
            {
                Monitor.Enter(monitor);
                return interrupted;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
    }

    /// <summary>Waits for a pulse of a monitor that is held; true when the wait was interrupted instead.</summary>
    public static bool Wait(object monitor)
    {
        try
        {
            Monitor.Wait(monitor);
            return false;
        }
        catch (ThreadInterruptedException)
        {
            // A second interruption may come while the monitor is entered again.
            if (!Monitor.IsEntered(monitor))
                Enter(monitor);
            return true;
        }
    }

    /// <summary>Waits for a thread to end; true when there was an interruption.</summary>
    public static bool Join(Thread thread)
    {
        bool interrupted = false;
        while (true)
            try
            {
                thread.Join();
                return interrupted;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
    }

    /// <summary>Requests a kept interruption again.</summary>
    public static void Restore(bool interrupted)
    {
        if (interrupted)
            Thread.CurrentThread.Interrupt();
    }

    /// <summary>A monitor that is held.</summary>
    internal readonly ref struct Scope(object monitor, bool interrupted) : IDisposable
    {
        public void Dispose()
        {
            Monitor.Exit(monitor);
            Restore(interrupted);
        }
    }
}
