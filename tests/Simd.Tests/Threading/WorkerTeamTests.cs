using NUnit.Framework;
using Subquad.Simd.Threading;

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

    [Test]
    public void A_team_needs_a_worker() => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(0).Dispose());
}
