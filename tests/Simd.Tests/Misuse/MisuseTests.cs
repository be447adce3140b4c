using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;

namespace Subquad.Simd.Tests.Misuse;

/// <summary>Wrong uses by safe code end in the exception that says what was expected and what was found; none reaches memory.</summary>
[TestFixture]
public sealed class MisuseTests
{
    private static IEnumerable<TestCaseData> Cases =>
        MisuseCases.All.Select(misuse => new TestCaseData(misuse).SetName($"{{m}}({misuse})"));

    [TestCaseSource(nameof(Cases))]
    public void A_wrong_use_is_refused(object misuse)
    {
        var wrong = (Misuse)misuse;
        try
        {
            Assert.That(wrong.Act, Throws.InstanceOf(wrong.Exception).With.Message.Not.Empty);
        }
        finally
        {
            MisuseCases.DisposeAll();
        }
    }

    [Test]
    public void Disposal_under_a_call_frees_when_the_call_has_left()
    {
        long before = NativeBytes.Live;
        var matrix = new PanelMatrix(200, 30);
        using (Use.Shared(matrix))
        {
            matrix.Dispose();
            matrix.Dispose();
            Assert.That(NativeBytes.Live, Is.GreaterThan(before), "a call in flight keeps the memory");
            Assert.That(matrix.Clear, Throws.TypeOf<ObjectDisposedException>());
        }
        Assert.That(NativeBytes.Live, Is.EqualTo(before));
    }

    [Test]
    public void A_change_beside_a_call_is_refused_and_the_other_way_round()
    {
        using var matrix = new PanelMatrix(200, 30);
        using (Use.Shared(matrix))
            Assert.That(() => matrix.Reshape(1, 1), Throws.InvalidOperationException.With.Message.Contains("in flight"));
        using (Use.Alone(matrix))
            Assert.That(matrix.Clear, Throws.InvalidOperationException.With.Message.Contains("changing it"));
        matrix.Reshape(1, 1);
        Assert.That(matrix.Rows, Is.EqualTo(1));
    }

    [Test]
    public void A_forest_that_could_not_be_built_reports_nothing()
    {
        using var team = new WorkerTeam(1);
        using var forest = new CorrelationForest(KernelSets.Best, team);
        using PanelMatrix large = new(3000, 40), small = new(300, 40);
        using var thresholds = new NativeBuffer<float>(3200);
        using var lists = new ActiveBatch();
        thresholds.Fill(-1);
        forest.Build(large, thresholds);
        team.Run(1, (_, _) => Assert.That(() => forest.Build(small, thresholds), Throws.InvalidOperationException));
        forest.Report(1, lists);
        Assert.That((lists.Count, lists.Entries), Is.EqualTo((0, 0L)));
        forest.Build(small, thresholds);
        forest.Report(1, lists);
        Assert.That(lists.Entries, Is.EqualTo(300 * 40));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "under wine the runtime ends with an internal error in Monitor.Wait")]
    public void An_interrupted_caller_and_interrupted_workers_finish_their_job()
    {
        using var team = new WorkerTeam(4);
        Thread caller = Thread.CurrentThread;
        var workers = new Thread?[4];
        int isOver = 0, done = 0;
        var interrupter = new Thread(() =>
        {
            while (Volatile.Read(ref isOver) == 0)
            {
                caller.Interrupt();
                foreach (Thread? worker in workers)
                    worker?.Interrupt();
                Thread.Yield();
            }
        });
        interrupter.Start();
        for (int job = 0; job < 200; job++)
        {
            int before = done;
            team.Run(16, (_, worker) =>
            {
                workers[worker] = Thread.CurrentThread;
                Interlocked.Increment(ref done);
            });
            Assert.That(done, Is.EqualTo(before + 16), "every item ran before the call returned");
        }
        Volatile.Write(ref isOver, 1);
        while (!TryJoin(interrupter))
        {
        }
        // What is left of the interruptions must not reach the next test.
        while (!TryWait())
        {
        }

        static bool TryJoin(Thread thread)
        {
            try
            {
                thread.Join();
                return true;
            }
            catch (ThreadInterruptedException)
            {
                return false;
            }
        }

        static bool TryWait()
        {
            try
            {
                Thread.CurrentThread.Join(1);
                return true;
            }
            catch (ThreadInterruptedException)
            {
                return false;
            }
        }
    }

    [Test]
    public void Owners_that_are_disposed_while_eight_threads_use_them_end_in_exceptions_only()
    {
        float[] row = new float[600];
        for (int round = 0; round < 40; round++)
        {
            var matrix = new PanelMatrix(600, 40);
            var batch = new ActiveBatch();
            batch.FillDense(new float[600], 1, 600);
            Exception?[] failures = new Exception?[8];
            using var start = new Barrier(failures.Length);
            Thread[] threads = [.. failures.Select((_, index) => new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    for (int i = 0; i < 200; i++)
                        Use(index, i);
                }
                catch (ObjectDisposedException)
                {
                }
                catch (Exception failure)
                {
                    failures[index] = failure;
                }
            }))];
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
            matrix.Dispose();
            batch.Dispose();
            Assert.That(failures, Is.All.Null);

            void Use(int thread, int turn)
            {
                try
                {
                    if (thread == 0 && turn == 100)
                        matrix.Dispose();
                    else if (thread == 1 && turn == 120)
                        batch.Dispose();
                    else if (thread == 2)
                        matrix.Reshape(1 + turn * 7 % 600, 1 + turn * 13 % 40);
                    else if (thread == 3)
                        batch.FillNonZero(row.AsSpan(0, turn), 1, turn);
                    else if (thread < 6)
                        matrix.SetRows(0, 1, new float[40]);
                    else
                        batch.CopyDatum(0, new int[600], new float[600]);
                }
                catch (Exception refusal) when (refusal is ArgumentException
                    || (refusal is InvalidOperationException && refusal is not ObjectDisposedException))
                {
                    // Somebody else is changing it, or its shape is another one now.
                }
            }
        }
    }
}
