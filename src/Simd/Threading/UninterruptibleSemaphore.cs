namespace Subquad.Simd.Threading;

/// <summary>
/// A semaphore whose waits <see cref="Thread.Interrupt"/> does not end. It replaces <see cref="SemaphoreSlim"/>, which loses a wake: that
/// class counts the waiters that it woke, a waiter that is interrupted at the same time stays in the count, and the next
/// <see cref="SemaphoreSlim.Release()"/> then wakes no waiter.
/// </summary>
internal sealed class UninterruptibleSemaphore
{
    // A wait looks at the count so often before it parks its thread. That takes about as long as a park and a wake, and most jobs of a team
    // follow each other faster.
    private const int Looks = 140, LooksBeforeYields = 10;

    private readonly object _monitor = new();
    private int _count;

    /// <summary>Adds one to the count and wakes a waiter; true when there was an interruption.</summary>
    public bool Release()
    {
        bool interrupted = Uninterruptible.Enter(_monitor);
        _count++;
        Monitor.Pulse(_monitor);
        Monitor.Exit(_monitor);
        return interrupted;
    }

    /// <summary>Waits until the count is positive and takes one; true when there was an interruption.</summary>
    public bool Wait()
    {
        for (int look = 0; look < Looks && Volatile.Read(ref _count) == 0; look++)
            Pause(look);
        bool interrupted = Uninterruptible.Enter(_monitor);
        while (_count == 0)
            interrupted |= Uninterruptible.Wait(_monitor);
        _count--;
        // An interrupted waiter may have used up the pulse that was meant for another one.
        if (_count > 0)
            Monitor.Pulse(_monitor);
        Monitor.Exit(_monitor);
        return interrupted;
    }

    // SpinWait.SpinOnce is not used: it also sleeps for zero milliseconds, and a sleep can be interrupted. A pause is short because it
    // delays the start of a job.
    private static void Pause(int look)
    {
        if (Environment.ProcessorCount > 1 && (look < LooksBeforeYields || look % 2 == 0))
            Thread.SpinWait(8);
        else
            Thread.Yield();
    }
}
