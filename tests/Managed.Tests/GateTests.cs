using System.Diagnostics.Metrics;
using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>
/// Calls at a wrong moment are refused by name, those at a right one run side by side, and whatever ends gives the network back.
/// </summary>
[TestFixture]
internal sealed class GateTests
{
    [TestCaseSource(typeof(GateCase), nameof(GateCase.AllNames))]
    public void Another_thread_is_refused_while_a_fit_is_going_on(string call)
    {
        using var one = new GateCase();
        var failures = new List<Exception?>();
        TrainingResult result = one.Fit(_ => failures.Add(GateCase.Elsewhere(() => one.Call(call))));
        Assert.That(result.Accepted, Is.GreaterThan(0), "the fit is not disturbed");
        Assert.That(failures, Has.Count.GreaterThan(1).And.All.TypeOf<InvalidOperationException>().And.All.Message.Contains("going on"));
        one.Network.Predict(GateCase.Row, new float[3]);
    }

    [TestCaseSource(typeof(GateCase), nameof(GateCase.SharingNames))]
    public void Calls_that_share_run_beside_one_in_flight(string call)
    {
        using var one = new GateCase();
        using (one.Network.Gate.Share(one.Network))
            Assert.That(GateCase.Elsewhere(() => one.Call(call)), Is.Null);
    }

    [Test]
    public void A_fit_waits_for_calls_in_flight_and_refuses_new_ones_from_then_on()
    {
        using var one = new GateCase();
        SharedCall inFlight = one.Network.Gate.Share(one.Network);
        TrainingResult? result = null;
        Thread fit = GateCase.Start(() => result = one.Trainer.Fit(one.Network, GateCase.Data), out Func<Exception?> failure);
        GateCase.Until(one.Refuses);
        Assert.That(
            () => one.Network.Predict(GateCase.Row, new float[3]),
            Throws.InvalidOperationException.With.Message.Contains("a fit going on"));
        Assert.That(
            () => TestTraining.Fit(one.Network, GateCase.Data, new() { Threads = 1 }),
            Throws.InvalidOperationException.With.Message.Contains("a fit going on"));
        Assert.That(fit.IsAlive);
        inFlight.Dispose();
        fit.Join();
        Assert.That(failure(), Is.Null);
        Assert.That(result!.Accepted, Is.GreaterThan(0));
    }

    [Test]
    public void A_cancelled_wait_gives_the_network_back([Values] bool byDispose)
    {
        using var one = new GateCase();
        using var stop = new CancellationTokenSource();
        SharedCall inFlight = one.Network.Gate.Share(one.Network);
        TrainingResult? result = null;
        Thread fit = GateCase.Start(() => result = one.Trainer.Fit(one.Network, GateCase.Data, cancellation: stop.Token), out _);
        GateCase.Until(one.Refuses);
        if (byDispose)
            one.Trainer.Dispose();
        else
            stop.Cancel();
        fit.Join();
        Assert.That((result!.Reason, result.Steps), Is.EqualTo((StopReason.Cancelled, 0)));
        one.Network.Predict(GateCase.Row, new float[3]);
        inFlight.Dispose();
        Assert.That(TestTraining.Fit(one.Network, GateCase.Data, new() { Steps = 1, Threads = 1 }).Accepted, Is.EqualTo(1));
    }

    [Test]
    public void One_trainer_serves_one_fit_at_a_time([Values] bool nested)
    {
        using var one = new GateCase();
        using Network other = Network.Create(Shapes.Odd, 6);
        int refused = 0;
        one.Fit(_ =>
        {
            Exception? failure = nested
                ? Thrown(() => one.Trainer.Fit(other, GateCase.Data))
                : GateCase.Elsewhere(() => one.Trainer.Fit(other, GateCase.Data));
            Assert.That(failure, Is.TypeOf<InvalidOperationException>().With.Message.Contains("a trainer without a fit"));
            refused++;
        });
        Assert.That(refused, Is.GreaterThan(1));
        Assert.That(one.Trainer.Fit(other, GateCase.Data).Accepted, Is.GreaterThan(0));
    }

    [Test]
    public void Two_trainers_fit_two_networks_one_inside_the_other()
    {
        using GateCase one = new(), two = new();
        int nested = 0;
        one.Fit(_ => two.Fit(_ =>
        {
            // The permission of the outer callback holds inside the inner one.
            one.Network.Predict(GateCase.Row, new float[3]);
            two.Network.Predict(GateCase.Row, new float[3]);
            Assert.That(one.Network.Dispose, Throws.InvalidOperationException);
            nested++;
        }));
        Assert.That(nested, Is.GreaterThan(2));
    }

    [Test]
    public void Dispose_refuses_new_calls_and_waits_for_those_in_flight()
    {
        using var one = new GateCase();
        SharedCall inFlight = one.Network.Gate.Share(one.Network);
        Thread dispose = GateCase.Start(one.Network.Dispose, out Func<Exception?> failure);
        GateCase.Until(one.Refuses);
        foreach (string call in GateCase.AllNames)
            Assert.That(() => one.Call(call), Throws.TypeOf<ObjectDisposedException>().With.Message.Contains("Subquad.Network"), call);
        one.Network.Dispose();
        Assert.That(dispose.IsAlive);
        one.Network.PredictRow(GateCase.Row, new float[3]);
        inFlight.Dispose();
        dispose.Join();
        Assert.That(failure(), Is.Null);
        Assert.That(() => one.Network.PredictRow(GateCase.Row, new float[3]), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void TryDispose_neither_waits_nor_cancels()
    {
        using var one = new GateCase();
        using (one.Network.Gate.Share(one.Network))
            Assert.That(one.Network.TryDispose(), Is.False);
        TrainingResult result = one.Fit(_ =>
        {
            Assert.That(() => one.Network.TryDispose(), Throws.InvalidOperationException);
            Assert.That(GateCase.Elsewhere(() => Assert.That(one.Network.TryDispose(), Is.False)), Is.Null);
        });
        Assert.That(result.Reason, Is.Not.EqualTo(StopReason.Cancelled));
        Assert.That(one.Network.TryDispose());
        Assert.That(one.Network.TryDispose());
        Assert.That(() => one.Network.Predict(GateCase.Row, new float[3]), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(NativeBytes.Live, Is.GreaterThan(0), "the trainer's");
    }

    [Test]
    public void Dispose_of_network_or_trainer_cancels_the_fit_and_waits_for_it([Values] bool network)
    {
        using var one = new GateCase(new() { Steps = 1000, ResidualTolerance = 0, Threads = 2 });
        Thread? dispose = null;
        Func<Exception?>? failure = null;
        TrainingResult result = one.Fit(report =>
        {
            if (report.Step != 1)
                return;
            dispose = GateCase.Start(network ? one.Network.Dispose : one.Trainer.Dispose, out failure);
            GateCase.Until(() =>
                GateCase.Elsewhere(() => one.Trainer.Fit(one.Network, GateCase.Data)) is ObjectDisposedException || IsClosed(one, network));
            Assert.That(dispose.IsAlive);
            // The callback goes on as if nothing had happened.
            one.Network.Predict(GateCase.Row, new float[3]);
        });
        dispose!.Join();
        Assert.That(failure!(), Is.Null);
        Assert.That((result.Reason, result.Accepted), Is.EqualTo((StopReason.Cancelled, 1)));
        Assert.That(() => one.Trainer.Fit(one.Network, GateCase.Data), Throws.TypeOf<ObjectDisposedException>());
        if (!network)
            one.Network.Predict(GateCase.Row, new float[3]);
    }

    [Test]
    public void A_save_that_folds_has_the_network_alone()
    {
        using var one = new GateCase(new() { Steps = 2, Threads = 2, Flush = FlushPolicy.Never });
        one.Trainer.Fit(one.Network, GateCase.Data);
        Assert.That(one.Network.DeltaRanks, Has.Some.GreaterThan(0));
        SharedCall inFlight = one.Network.Gate.Share(one.Network);
        Thread save = GateCase.Start(() => one.Network.Save(one.File("folded")), out Func<Exception?> failure);
        GateCase.Until(one.Refuses);
        Assert.That(
            () => one.Network.Predict(GateCase.Row, new float[3]),
            Throws.InvalidOperationException.With.Message.Contains("a Save going on"));
        Assert.That(save.IsAlive);
        inFlight.Dispose();
        save.Join();
        Assert.That(failure(), Is.Null);
        Assert.That(one.Network.DeltaRanks, Is.All.Zero);
        using Network loaded = Network.Load(one.File("folded"));
        Numbers.SameBits(PanelsTests.Outputs(loaded), PanelsTests.Outputs(one.Network), "the file");
    }

    [Test]
    public void Saves_side_by_side_agree_on_the_base()
    {
        using var one = new GateCase();
        one.Trainer.Fit(one.Network, GateCase.Data);
        float[] expected = PanelsTests.Outputs(one.Network);
        Parallel.For(0, 8, i =>
        {
            one.Network.Save(one.File($"side-{i}"));
            // Its base is the file of any of them: all hold the same weights.
            one.Network.SaveDelta(one.File($"delta-{i}"));
        });
        using Network loaded = Network.Load(one.File("side-3"));
        loaded.ApplyDelta(one.File("delta-5"));
        Numbers.SameBits(PanelsTests.Outputs(loaded), expected, "loaded");
        Numbers.SameBits(PanelsTests.Outputs(one.Network), expected, "saving changed nothing");
    }

    [Test]
    public void Whatever_is_thrown_gives_network_and_trainer_back([Values("callback", "data", "option", "memory", "cancelled")] string what)
    {
        using var one = new GateCase();
        switch (what)
        {
            case "callback":
                Assert.That(() => one.Fit(report => throw new FormatException($"{report.Step}")), Throws.TypeOf<FormatException>());
                break;
            case "data":
                Assert.That(() => one.Trainer.Fit(one.Network, TestTraining.Smooth(5, 36, 3)), Throws.TypeOf<InvalidDataException>());
                break;
            case "option":
                Assert.That(
                    () => TestTraining.Fit(one.Network, GateCase.Data, new() { TrainFrom = 9, Threads = 1 }), Throws.ArgumentException);
                break;
            case "memory":
                Assert.That(
                    () => one.Fit(_ => throw new InsufficientMemoryException("the host's")), Throws.TypeOf<InsufficientMemoryException>());
                break;
            default:
                Assert.That(one.Fit(_ => { }, new CancellationToken(canceled: true)).Reason, Is.EqualTo(StopReason.Cancelled));
                break;
        }
        foreach (string call in GateCase.SharingNames)
            one.Call(call);
        Assert.That(one.Trainer.Fit(one.Network, GateCase.Data).Accepted, Is.GreaterThan(0));
    }

    [Test]
    public void A_listener_inside_a_fit_cannot_dispose_what_it_uses()
    {
        using var one = new GateCase();
        var failures = new List<Exception?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == "subquad.loss")
                    own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) =>
        {
            failures.Add(Thrown(one.Network.Dispose));
            failures.Add(Thrown(one.Trainer.Dispose));
            failures.Add(Thrown(() => one.Network.Predict(GateCase.Row, new float[3])));
        });
        listener.Start();
        one.Trainer.Fit(one.Network, GateCase.Data);
        Assert.That(failures, Has.Count.GreaterThan(2).And.All.TypeOf<InvalidOperationException>());
    }

    private static bool IsClosed(GateCase one, bool network) =>
        network && GateCase.Elsewhere(() => one.Network.Predict(GateCase.Row, new float[3])) is ObjectDisposedException;

    private static Exception? Thrown(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception fault)
        {
            return fault;
        }
    }
}
