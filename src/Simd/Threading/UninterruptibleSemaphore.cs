namespace Subquad.Simd.Threading;

/// <summary>
/// A semaphore whose waits <see cref="Thread.Interrupt"/> cannot leave early. It stands in for <see cref="SemaphoreSlim"/>, which counts
/// the waiters that it has woken: a waiter that is woken and interrupted at once stays in that count, and the next
/// <see cref="SemaphoreSlim.Release()"/> wakes nobody.
/// </summary>
internal sealed class UninterruptibleSemaphore
{
    // Looks before a wait parks its thread. A park and a wake cost about as much, and most jobs of a team follow each other within them.
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

    // SpinWait.SpinOnce sleeps for zero milliseconds now and then, and that can be interrupted. Pauses stay short, for a job begins that
    // much later.
    private static void Pause(int look)
    {
        if (Environment.ProcessorCount > 1 && (look < LooksBeforeYields || look % 2 == 0))
            Thread.SpinWait(8);
        else
            Thread.Yield();
    }
}
