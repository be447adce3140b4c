using NUnit.Framework;
using Subquad.Simd.Threading;

namespace Subquad.Simd.Tests.Threading;

/// <summary>A semaphore whose waits end with a count and never with an interruption.</summary>
[TestFixture]
public sealed class UninterruptibleSemaphoreTests
{
    // SemaphoreSlim fails this: a waiter that was woken and interrupted at once makes the next release wake nobody. Another interruption
    // would hide that, so every second round has none.
    [Test]
    [Platform(Exclude = "Win", Reason = "under wine the runtime ends with an internal error in Monitor.Wait")]
    public void No_wake_is_lost_to_an_interruption()
    {
        const int rounds = 3_000;
        UninterruptibleSemaphore there = new(), back = new();
        int interrupted = 0;
        var waiter = new Thread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                if (there.Wait())
                    interrupted++;
                back.Release();
            }
        }) { IsBackground = true };
        var caller = new Thread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                // The waiter is parked then: a wait that only looks is not woken.
                for (int parked = 0, look = 0; parked < 20 && look < 10_000; look++, Thread.SpinWait(50))
                    parked = (waiter.ThreadState & ThreadState.WaitSleepJoin) != 0 ? parked + 1 : 0;
                if (round % 4 == 0)
                    waiter.Interrupt();
                there.Release();
                if (round % 4 == 2)
                    waiter.Interrupt();
                back.Wait();
            }
        }) { IsBackground = true };
        waiter.Start();
        caller.Start();
        bool ended = caller.Join(TimeSpan.FromMinutes(2)) && waiter.Join(TimeSpan.FromMinutes(2));
        Assert.That(ended, "a thread waits for a count that was given");
        Assert.That(interrupted, Is.Positive, "no wait was interrupted, so nothing was shown");
    }

    [Test]
    public void Every_count_is_taken_once_by_several_waiters()
    {
        const int waiters = 4, counts = 5_000;
        var semaphore = new UninterruptibleSemaphore();
        int taken = 0, given = 0, tooMany = 0;
        Thread[] threads = [.. Enumerable.Range(0, waiters).Select(_ => new Thread(() =>
        {
            for (int count = 0; count < counts; count++)
            {
                semaphore.Wait();
                if (Interlocked.Increment(ref taken) > Volatile.Read(ref given))
                    Interlocked.Increment(ref tooMany);
            }
        }) { IsBackground = true })];
        foreach (Thread thread in threads)
            thread.Start();
        for (int count = 0; count < waiters * counts; count++)
        {
            Interlocked.Increment(ref given);
            semaphore.Release();
            // Now and then the waiters catch up and park.
            while (count % 16 == 0 && Volatile.Read(ref taken) <= count)
                Thread.Yield();
        }
        foreach (Thread thread in threads)
            Assert.That(thread.Join(TimeSpan.FromMinutes(2)), "a thread waits for a count that was given");
        Assert.That((taken, tooMany), Is.EqualTo((waiters * counts, 0)), "no count is taken twice");
    }
}
