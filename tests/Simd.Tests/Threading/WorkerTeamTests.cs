using System.Runtime.CompilerServices;
using NUnit.Framework;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Simd.Tests.Threading;

/// <summary>A team runs every item once, stops when told, keeps failures, and allocates nothing.</summary>
[TestFixture]
public sealed class WorkerTeamTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    public void Every_item_runs_once_whatever_the_degree(int degree)
    {
        using var team = new WorkerTeam(degree);
        foreach (int items in (int[])[0, 1, 2, 7, 1000])
        {
            var runs = new int[items];
            team.Run(items, (item, worker) =>
            {
                Assert.That(worker, Is.InRange(0, degree - 1));
                Interlocked.Increment(ref runs[item]);
            });
            Assert.That(runs, Is.All.EqualTo(1));
        }
    }

    [Test]
    public void Workers_have_scratch_of_their_own()
    {
        using var team = new WorkerTeam(3);
        Assert.That(new[] { team.Scratch(0), team.Scratch(1), team.Scratch(2) }, Is.Unique);
    }

    [Test]
    public void A_failure_reaches_the_caller_and_the_team_goes_on()
    {
        using var team = new WorkerTeam(2);
        ArgumentException? failure = Assert.Throws<ArgumentException>(() => team.Run(10, (item, _) =>
        {
            if (item == 3)
                throw new ArgumentException("item three");
        }));
        Assert.That(failure!.Message, Is.EqualTo("item three"), "as it was thrown, so that the caller can tell what to do");
        int done = 0;
        team.Run(10, (_, _) => Interlocked.Increment(ref done));
        Assert.That(done, Is.EqualTo(10));
    }

    [Test]
    public void Cancellation_stops_between_items()
    {
        const int Many = 100_000_000;
        using var stop = new CancellationTokenSource();
        using var team = new WorkerTeam(2) { Cancellation = stop.Token };
        int done = 0;
        Assert.Throws<OperationCanceledException>(() => team.Run(Many, (_, _) =>
        {
            if (Interlocked.Increment(ref done) == 5)
                stop.Cancel();
        }));
        // The other worker goes on until it sees the token, which is long before the last item.
        Assert.That(done, Is.InRange(5, Many - 1));
    }

    [Test]
    public void A_warm_job_allocates_nothing()
    {
        using var team = new WorkerTeam(2);
        Action<int, int> body = static (_, _) => { };
        for (int i = 0; i < 100; i++)
            team.Run(50, body);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            team.Run(50, body);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void A_disposed_team_says_so_and_may_be_disposed_again()
    {
        var team = new WorkerTeam(2);
        team.Run(4, (_, _) => { });
        team.Dispose();
        team.Dispose();
        Assert.Throws<ObjectDisposedException>(() => team.Run(4, (_, _) => { }));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(WorkerTeam.MaxDegree + 1)]
    public void A_degree_that_cannot_be_is_refused(int degree) =>
        Assert.That(() => new WorkerTeam(degree), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("1 to 4096"));

    [Test]
    public void Arguments_that_cannot_be_are_refused()
    {
        using var team = new WorkerTeam(2);
        Assert.That(() => team.Run(1, null!), Throws.ArgumentNullException.With.Property("ParamName").EqualTo("body"));
        Assert.That(
            () => team.Run(-1, (_, _) => { }), Throws.TypeOf<ArgumentOutOfRangeException>().With.Property("ParamName").EqualTo("items"));
    }

    [Test]
    public void A_second_job_is_refused_while_one_runs([Values(1, 2)] int degree, [Values] bool nested)
    {
        using var team = new WorkerTeam(degree);
        int done = 0;
        team.Run(3, (item, _) =>
        {
            if (item == 1)
                Assert.That(
                    () => Here(nested, () => team.Run(1, (_, _) => { })),
                    Throws.InvalidOperationException.With.Message.Contains(
                        nested ? "from the body of the team's own job" : "for another thread"));
            Interlocked.Increment(ref done);
        });
        Assert.That(done, Is.EqualTo(3), "the job that runs is not disturbed");
        team.Run(3, (_, _) => Interlocked.Increment(ref done));
        Assert.That(done, Is.EqualTo(6));
    }

    [Test]
    public void A_job_may_use_another_team_but_not_dispose_the_outer_one()
    {
        using var outer = new WorkerTeam(2);
        int refused = 0;
        outer.Run(2, (_, _) =>
        {
            using var inner = new WorkerTeam(2);
            inner.Run(2, (_, _) =>
            {
                Assert.That(outer.Dispose, Throws.InvalidOperationException.With.Message.Contains("own job"));
                Assert.That(inner.Dispose, Throws.InvalidOperationException.With.Message.Contains("own job"));
                Interlocked.Increment(ref refused);
            });
        });
        Assert.That(refused, Is.EqualTo(4));
    }

    [Test]
    public void Dispose_waits_for_the_job_of_another_thread()
    {
        var team = new WorkerTeam(2);
        using ManualResetEventSlim started = new(), mayEnd = new();
        int done = 0;
        Task job = Task.Run(() => team.Run(4, (_, _) =>
        {
            started.Set();
            mayEnd.Wait();
            team.Scratch(0).Reserve(64);
            Interlocked.Increment(ref done);
        }));
        started.Wait();
        var dispose = new Thread(team.Dispose);
        dispose.Start();
        // Dispose refuses new jobs before it waits.
        while (!IsDisposed(team))
            Thread.Yield();
        Assert.That(dispose.Join(TimeSpan.FromMilliseconds(20)), Is.False, "items are still at work");
        mayEnd.Set();
        dispose.Join();
        job.Wait();
        Assert.That(done, Is.EqualTo(4));
    }

    [Test]
    public void An_interrupted_caller_still_waits_for_its_workers()
    {
        using var team = new WorkerTeam(2);
        using ManualResetEventSlim started = new(), mayEnd = new();
        int done = 0, interrupted = 0;
        var caller = new Thread(() =>
        {
            team.Run(2, (_, worker) =>
            {
                // The caller takes no item before the other worker has one, and must not be interrupted here.
                while (worker == 0 && !started.IsSet)
                    Thread.Yield();
                if (worker == 1)
                {
                    started.Set();
                    mayEnd.Wait();
                }
                Interlocked.Increment(ref done);
            });
            try
            {
                new ManualResetEventSlim().Wait(TimeSpan.FromSeconds(30));
            }
            catch (ThreadInterruptedException)
            {
                interrupted = done;
            }
        });
        caller.Start();
        started.Wait();
        caller.Interrupt();
        mayEnd.Set();
        caller.Join();
        Assert.That(interrupted, Is.EqualTo(2), "the interruption comes after the job");
    }

    [Test]
    [Property(LeakCheckAttribute.Leaks, 3)]
    public void The_threads_of_a_team_that_nobody_disposed_end_with_it()
    {
        Thread worker = Forgotten();
        for (int attempt = 0; attempt < 100 && worker.IsAlive; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            worker.Join(TimeSpan.FromMilliseconds(50));
        }
        Assert.That(worker.IsAlive, Is.False);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Thread Forgotten()
        {
            var team = new WorkerTeam(3);
            Thread? found = null;
            using var both = new Barrier(3);
            team.Run(3, (_, worker) =>
            {
                // All three items at once: each worker has one.
                both.SignalAndWait();
                if (worker == 1)
                    found = Thread.CurrentThread;
            });
            return found!;
        }
    }

    [Test]
    public void The_values_of_the_first_caller_do_not_flow_to_the_workers()
    {
        var local = new AsyncLocal<string> { Value = "mine" };
        using var team = new WorkerTeam(2);
        using var both = new Barrier(2);
        var found = new string?[2];
        team.Run(2, (_, worker) =>
        {
            both.SignalAndWait();
            found[worker] = local.Value;
        });
        Assert.That(found, Is.EqualTo(new[] { "mine", null }));
    }

    private static bool IsDisposed(WorkerTeam team)
    {
        try
        {
            team.Run(0, (_, _) => { });
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static void Here(bool nested, Action work)
    {
        if (nested)
        {
            work();
            return;
        }
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception found)
            {
                failure = found;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw failure;
    }
}
