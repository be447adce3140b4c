using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>
/// What a progress callback may do with the network of its fit: the permission flows with the call, and ends with the callback.
/// </summary>
[TestFixture]
internal sealed class CallbackTests
{
    [TestCaseSource(typeof(GateCase), nameof(GateCase.SharingNames))]
    public void A_callback_may_make_calls_that_share(string call)
    {
        // Nothing is held beside the weights, so the model of the case can be saved over and panels written for it; the base of a delta
        // changes with the first step.
        using var one = new GateCase(new() { Steps = 2, Threads = 2, Flush = FlushPolicy.Immediate });
        int made = 0;
        one.Fit(_ =>
        {
            one.Network.Save(one.Model);
            one.Call(call);
            Task.Run(() => one.Call(call)).Wait();
            var thread = new Thread(() => one.Call(call));
            thread.Start();
            thread.Join();
            made++;
        });
        Assert.That(made, Is.EqualTo(3));
    }

    [Test]
    public void It_may_not_make_those_that_change_the_network([Values] bool inTask)
    {
        using var one = new GateCase();
        int refused = 0;
        one.Fit(_ =>
        {
            foreach ((string name, Action<GateCase> call) in GateCase.Alone)
                Assert.That(() => Here(inTask, () => call(one)), Throws.InvalidOperationException.With.Message.Contains("callback"), name);
            Assert.That(() => Here(inTask, one.Network.Dispose), Throws.InvalidOperationException.With.Message.Contains("callback"));
            Assert.That(() => Here(inTask, one.Trainer.Dispose), Throws.InvalidOperationException.With.Message.Contains("callback"));
            // Unharmed.
            one.Network.Predict(GateCase.Row, new float[3]);
            refused++;
        });
        Assert.That(refused, Is.EqualTo(3));
        Assert.That(one.Trainer.Fit(one.Network, GateCase.Data).Steps, Is.GreaterThan(0));
    }

    [Test]
    public void Nested_calls_run_side_by_side([Values(1, 2, 3)] int trainFrom, [Values] bool keepsTerms)
    {
        using var one = new GateCase(new()
        {
            Steps = 3,
            Threads = 2,
            TrainFrom = trainFrom,
            Flush = keepsTerms ? FlushPolicy.Never : FlushPolicy.CostModel,
        });
        int reports = 0;
        one.Fit(_ =>
        {
            var outputs = new float[4][];
            // The first of them adds what the fit holds of its lowest layer to the weights, while the others come.
            Parallel.For(0, 4, new() { MaxDegreeOfParallelism = 4 }, i =>
            {
                outputs[i] = new float[3 * GateCase.Data.Count];
                one.Network.PredictAll(GateCase.Data, outputs[i], 1);
                one.Network.Save(one.File($"nested-{i}"));
            });
            foreach (float[] other in outputs)
                Numbers.SameBits(other, outputs[0], "side by side");
            using Network loaded = Network.Load(one.File("nested-2"));
            var again = new float[outputs[0].Length];
            loaded.PredictAll(GateCase.Data, again, 1);
            Assert.That(again, Is.EqualTo(outputs[0]).Within(1e-4), "the file that was saved in mid-run");
            reports++;
        });
        Assert.That(reports, Is.EqualTo(4));
    }

    [Test]
    public void Saving_in_mid_run_folds_nothing()
    {
        GaussNewtonOptions options = new() { Steps = 3, Threads = 2, Flush = FlushPolicy.Never, TrainFrom = 2 };
        using GateCase one = new(options), other = new(options);
        one.Fit(_ => one.Network.Save(one.File("nested")));
        other.Fit(report => _ = other.Network.DeltaRanks);
        Assert.That(one.Network.DeltaRanks, Is.EqualTo(other.Network.DeltaRanks));
        Numbers.SameBits(PanelsTests.Outputs(one.Network), PanelsTests.Outputs(other.Network), "after the fit");
    }

    [Test]
    public void The_permission_ends_with_the_callback()
    {
        using var one = new GateCase();
        ExecutionContext? first = null;
        int refused = 0;
        one.Fit(_ =>
        {
            if (first is null)
            {
                first = ExecutionContext.Capture();
                Assert.That(Flowing(first!, () => one.Network.Predict(GateCase.Row, new float[3])), Is.Null);
                return;
            }
            Assert.That(
                Flowing(first, () => one.Network.Predict(GateCase.Row, new float[3])),
                Is.TypeOf<InvalidOperationException>().With.Message.Contains("a fit going on"));
            refused++;
        });
        Assert.That(refused, Is.EqualTo(2));
        Assert.That(
            Flowing(first!, () => one.Network.Predict(GateCase.Row, new float[3])), Is.Null, "after the fit it is a call like others");
        // And a fit inside that flow neither inherits the permission nor is refused.
        Assert.That(
            Flowing(first!, () => one.Fit(_ => Assert.That(GateCase.Elsewhere(() => one.Network.Classify(GateCase.Row)), Is.Not.Null))),
            Is.Null);
        Assert.That(Flowing(first!, one.Network.Dispose), Is.Null);
    }

    [Test]
    public void Nested_calls_in_flight_are_waited_for()
    {
        NetworkGate network = new();
        TrainerGate trainer = new();
        network.EnterAlone(AloneOperation.Fit);
        var scope = new CallbackScope(network, trainer, null, permits: true);
        CallbackScope.Current = scope;
        SharedCall nested = network.Share(this);
        CallbackScope.Current = null;
        Assert.That(nested.IsNested);
        Thread end = GateCase.Start(scope.End, out _);
        // The permission ends before the wait.
        GateCase.Until(() => CallbackScope.TryEnter(network) is null);
        Assert.That(end.Join(TimeSpan.FromMilliseconds(20)), Is.False);
        nested.Dispose();
        end.Join();
        network.LeaveAlone();
        using SharedCall after = network.Share(this);
        Assert.That(after.IsNested, Is.False);
    }

    [Test]
    public void Nothing_of_a_fit_is_kept_by_the_trainer()
    {
        using var trainer = new GaussNewtonTrainer(new() { Steps = 2, Threads = 2 });
        WeakReference network = Forgotten(trainer);
        for (int attempt = 0; attempt < 10 && network.IsAlive; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(network.IsAlive, Is.False);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Forgotten(GaussNewtonTrainer trainer)
        {
            using Network network = Network.Create(Shapes.Odd, 5);
            trainer.Fit(network, GateCase.Data, null, new Recorder(_ => network.Classify(GateCase.Row)));
            return new WeakReference(network);
        }
    }

    private static void Here(bool inTask, Action work)
    {
        if (inTask)
            Task.Run(work).GetAwaiter().GetResult();
        else
            work();
    }

    private static Exception? Flowing(ExecutionContext context, Action work) =>
        GateCase.Elsewhere(() => ExecutionContext.Run(context, _ => work(), null));
}
