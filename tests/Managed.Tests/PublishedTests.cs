using System.Collections.Concurrent;
using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>Serving while training: every answer is that of one accepted step, and readers and fit do not wait for each other.</summary>
[TestFixture]
internal sealed class PublishedTests
{
    private static GaussNewtonOptions Every => new()
    {
        Steps = 5,
        Threads = 2,
        Flush = FlushPolicy.Immediate,
        PublishEvery = TimeSpan.Zero,
        ResidualTolerance = 0,
    };

    [Test]
    public void Nothing_is_published_unless_asked_for()
    {
        using var one = new GateCase();
        one.Trainer.Fit(one.Network, GateCase.Data);
        Assert.That(one.Trainer.Published.Latest, Is.Null);
        Assert.That(
            () => one.Trainer.Published.Predict(GateCase.Row, new float[3]),
            Throws.InvalidOperationException.With.Message.Contains("PublishEvery"));
        Assert.That(
            () => new GaussNewtonTrainer(new() { PublishEvery = TimeSpan.FromSeconds(-1) }),
            Throws.ArgumentException.With.Message.Contains("PublishEvery"));
        using var asked = new GaussNewtonTrainer(Every);
        Assert.That(() => asked.Published.Classify(GateCase.Row), Throws.InvalidOperationException.With.Message.Contains("found none"));
    }

    [Test]
    public void It_answers_as_the_network_does_at_that_step([Values(1, 3)] int trainFrom, [Values(0, 12)] int batch)
    {
        using var one = new GateCase(Every with { TrainFrom = trainFrom, Batch = batch });
        PublishedNetwork published = one.Trainer.Published;
        var steps = new List<int>();
        one.Fit(report =>
        {
            float[] expected = new float[3 * GateCase.Data.Count], found = new float[expected.Length];
            one.Network.PredictAll(GateCase.Data, expected, 1);
            // A thread that knows nothing of the callback.
            Assert.That(GateCase.Elsewhere(() =>
            {
                Assert.That(published.PredictAll(GateCase.Data, found, 1), Is.EqualTo(published.Latest));
                Assert.That(published.Classify(GateCase.Row), Is.InRange(0, 2));
                Assert.That(published.Evaluate(GateCase.Data, 1).Count, Is.EqualTo(GateCase.Data.Count));
                published.Predict(GateCase.Row, new float[3]);
            }), Is.Null);
            Numbers.SameBits(found, expected, $"step {report.Step}");
            if (report is GaussNewtonStepReport { Accepted: true, Step: > 0 })
                Assert.That((published.Latest!.Step, published.Latest.Loss), Is.EqualTo((report.Step, report.Loss)));
            steps.Add(published.Latest!.Step);
        });
        Assert.That(steps.Distinct().Count(), Is.GreaterThan(2));
        Assert.That(published, Is.SameAs(one.Trainer.Published));
        float[] last = PanelsTests.Outputs(one.Network);
        one.Network.Dispose();
        Assert.That(published.Latest!.Step, Is.EqualTo(steps[^1]), "it stays valid after the fit and without the network");
        Assert.That(last, Is.Not.Empty);
        published.Predict(GateCase.Row, new float[3]);
    }

    [Test]
    public void Terms_that_are_held_are_in_the_snapshot([Values] bool shared)
    {
        using var one = new GateCase(Every with { Flush = FlushPolicy.Never, TrainFrom = 2 });
        if (shared)
        {
            one.Network.Dispose();
            one.Network = Network.Load(one.Model, sharesBase: true);
        }
        float[] expected = new float[3], found = new float[3];
        one.Fit(_ =>
        {
            one.Network.Predict(GateCase.Row, expected);
            one.Trainer.Published.Predict(GateCase.Row, found);
            Assert.That(found, Is.EqualTo(expected).Within(1e-4));
        });
        Assert.That(one.Network.DeltaRanks, Has.Some.GreaterThan(0), "publishing adds nothing to the network's weights");
    }

    [Test]
    public void A_young_snapshot_stays_and_the_last_step_is_published_at_the_end()
    {
        using var one = new GateCase(Every with { PublishEvery = TimeSpan.FromDays(1) });
        TrainingResult result = one.Fit(_ => Assert.That(one.Trainer.Published.Latest!.Step, Is.Zero));
        Assert.That(one.Trainer.Published.Latest!.Loss, Is.EqualTo(result.Loss));
        float[] expected = new float[3], found = new float[3];
        one.Network.Predict(GateCase.Row, expected);
        one.Trainer.Published.Predict(GateCase.Row, found);
        Numbers.SameBits(found, expected, "the end");
    }

    [Test]
    public void A_snapshot_that_is_read_is_not_overwritten()
    {
        using var one = new GateCase(Every with { AdaptDamping = false });
        PublishedNetwork published = one.Trainer.Published;
        Snapshot? held = null;
        var steps = new List<int>();
        one.Fit(report =>
        {
            steps.Add(published.Latest!.Step);
            if (report.Step == 1)
            {
                held = published.Current!;
                Assert.That(held.Network.Gate.TryShare());
            }
            else if (report.Step == 3)
                held!.Network.Gate.Leave(null);
        });
        Assert.That(steps, Is.EqualTo(new[] { 0, 1, 2, 2, 4, 5 }), "the snapshot of step 1 was read until step 3 had ended");
    }

    [Test]
    public void Readers_never_see_a_mixture()
    {
        using var one = new GateCase(Every with { Steps = 20, AdaptDamping = false });
        PublishedNetwork published = one.Trainer.Published;
        var expected = new ConcurrentDictionary<int, float[]>();
        var found = new ConcurrentBag<(int Step, float[] Outputs)>();
        bool ended = false;
        Thread[] readers = [.. Enumerable.Range(0, 3).Select(reader => GateCase.Start(() =>
        {
            while (!Volatile.Read(ref ended))
            {
                if (published.Latest is null)
                    continue;
                var outputs = new float[3];
                PublishedStep step = published.Predict(GateCase.Row, outputs);
                found.Add((step.Step, outputs));
            }
        }, out _))];
        one.Fit(report =>
        {
            var outputs = new float[3];
            one.Network.Predict(GateCase.Row, outputs);
            expected[report.Step] = outputs;
        });
        GateCase.Until(() => found.Any(one => one.Step == expected.Keys.Max()));
        Volatile.Write(ref ended, true);
        foreach (Thread reader in readers)
            reader.Join();
        foreach ((int step, float[] outputs) in found)
            Numbers.SameBits(outputs, expected[step], $"step {step}");
        Assert.That(found.Select(one => one.Step).Distinct().Count(), Is.GreaterThan(1));
    }

    [Test]
    public void A_fit_of_another_network_replaces_it()
    {
        using var one = new GateCase(Every);
        one.Trainer.Fit(one.Network, GateCase.Data);
        long held = NativeBytes.Live;
        using Network other = Network.Create(Shapes.Plain, 7);
        one.Trainer.Fit(other, TestTraining.Smooth(20, 20, 2));
        float[] row = new float[20], expected = new float[2], found = new float[2];
        row[3] = 1;
        other.Predict(row, expected);
        one.Trainer.Published.Predict(row, found);
        Numbers.SameBits(found, expected, "the other network");
        Assert.That(() => one.Trainer.Published.Predict(GateCase.Row, new float[3]), Throws.ArgumentException);
        one.Trainer.Fit(other, TestTraining.Smooth(20, 20, 2));
        Assert.That(held, Is.GreaterThan(0));
    }

    [Test]
    public void Dispose_of_the_trainer_waits_for_readers_and_frees_the_snapshots()
    {
        using var one = new GateCase(Every);
        one.Trainer.Fit(one.Network, GateCase.Data);
        PublishedNetwork published = one.Trainer.Published;
        Snapshot current = published.Current!;
        Assert.That(current.Network.Gate.TryShare());
        Thread dispose = GateCase.Start(one.Trainer.Dispose, out Func<Exception?> failure);
        GateCase.Until(() => published.Latest is null);
        Assert.That(
            () => published.Predict(GateCase.Row, new float[3]),
            Throws.TypeOf<ObjectDisposedException>().With.Message.Contains("GaussNewtonTrainer"));
        Assert.That(dispose.IsAlive);
        current.Network.Gate.Leave(null);
        dispose.Join();
        Assert.That(failure(), Is.Null);
        one.Network.Dispose();
        Assert.That(NativeBytes.Live, Is.Zero);
    }

    [Test]
    public void The_estimate_counts_both_snapshots()
    {
        GaussNewtonOptions without = Every with { PublishEvery = null };
        long more = MemoryEstimate.OfTraining(Shapes.Odd, Every, 20, 0) - MemoryEstimate.OfTraining(Shapes.Odd, without, 20, 0);
        long Taken(GaussNewtonOptions options)
        {
            using var one = new GateCase(options);
            long before = NativeBytes.Live, most = 0;
            // Both runs add what the fit holds to the weights.
            one.Fit(_ =>
            {
                one.Network.Classify(GateCase.Row);
                most = Math.Max(most, NativeBytes.Live - before);
            });
            return most;
        }
        // A block has 128 bytes beside its elements, which estimates leave out.
        Assert.That(more, Is.InRange(Taken(Every) - Taken(without) - 4096, 3 * Shapes.Odd.WeightBytes));
    }

    [Test]
    public void A_warm_prediction_allocates_nothing()
    {
        using var one = new GateCase(Every);
        one.Trainer.Fit(one.Network, GateCase.Data);
        var output = new float[3];
        long least = long.MaxValue;
        for (int pass = 0; pass < 5; pass++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
                one.Trainer.Published.Predict(GateCase.Row, output);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.That(least, Is.Zero);
    }
}
