using System.Reflection;
using System.Runtime.CompilerServices;
using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>
/// What hosts do by mistake or in a hurry: swap a model under load, train one that serves, share a trainer, dispose what is in use, forget
/// to dispose.
/// </summary>
[TestFixture]
internal sealed class HostTests
{
    private const int Rounds = 30;

    private static NetworkShape Shape => Shapes.Odd with { Hidden = [513, 257] , Densities = [0.2] };

    [Test]
    public void A_model_is_swapped_under_load()
    {
        Network current = Network.Create(Shape, 1);
        var expected = new float[3];
        current.Predict(GateCase.Row, expected);
        bool ended = false;
        int done = 0, wrong = 0;
        Thread[] servers = Served(3, () => Volatile.Read(ref ended), output =>
        {
            try
            {
                Volatile.Read(ref current).Predict(GateCase.Row, output);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            Interlocked.Increment(ref done);
            if (!output.AsSpan().SequenceEqual(expected))
                Interlocked.Increment(ref wrong);
        }, out Func<Exception?[]> failures);
        for (int round = 0; round < Rounds; round++)
        {
            Network next = Network.Create(Shape, 1, threads: 1);
            Interlocked.Exchange(ref current, next).Dispose();
        }
        GateCase.Until(() => Volatile.Read(ref done) > 0);
        Volatile.Write(ref ended, true);
        Join(servers);
        current.Dispose();
        Assert.That(failures(), Is.All.Null);
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void A_model_that_serves_is_trained()
    {
        using Network network = Network.Create(Shape, 1);
        bool ended = false;
        int done = 0, refused = 0;
        Thread[] servers = Served(3, () => Volatile.Read(ref ended), output =>
        {
            try
            {
                network.Predict(GateCase.Row, output);
                Interlocked.Increment(ref done);
            }
            catch (InvalidOperationException)
            {
                Interlocked.Increment(ref refused);
            }
        }, out Func<Exception?[]> failures);
        using var trainer = new GaussNewtonTrainer(new() { Steps = 3, TrainFrom = 1, Threads = 2 });
        for (int round = 0; round < 5; round++)
        {
            int before = Volatile.Read(ref done);
            GateCase.Until(() => Volatile.Read(ref done) > before);
            Assert.That(trainer.Fit(network, GateCase.Data).Reason, Is.Not.EqualTo(StopReason.NonFinite));
        }
        Volatile.Write(ref ended, true);
        Join(servers);
        Assert.That(failures(), Is.All.Null);
        Assert.That(refused, Is.GreaterThan(0));
    }

    [Test]
    public void A_trainer_is_shared_by_requests()
    {
        using var shared = new GaussNewtonTrainer(new() { Steps = 3, TrainFrom = 1, Threads = 3 });
        NetworkShape[] shapes = [Shapes.Odd, Shape];
        double[] expected = [.. shapes.Select(shape => Trained(shape, shared).Loss)];
        int same = 0, refused = 0;
        Parallel.For(0, Rounds, i =>
        {
            try
            {
                Assert.That(Trained(shapes[i % 2], shared).Loss, Is.EqualTo(expected[i % 2]));
                Interlocked.Increment(ref same);
            }
            catch (InvalidOperationException)
            {
                Interlocked.Increment(ref refused);
            }
        });
        Assert.That(same, Is.GreaterThan(0));
        Assert.That(same + refused, Is.EqualTo(Rounds));

        static TrainingResult Trained(NetworkShape shape, GaussNewtonTrainer trainer)
        {
            using Network network = Network.Create(shape, 5, threads: 1);
            return trainer.Fit(network, GateCase.Data);
        }
    }

    [Test]
    public void A_network_is_trained_by_two()
    {
        using Network network = Network.Create(Shape, 1);
        int fitted = 0, refused = 0;
        TrainingResult? last = null;
        Parallel.For(0, Rounds, i =>
        {
            try
            {
                TrainingResult result = TestTraining.Fit(network, GateCase.Data, new() { Steps = 2, Threads = 2 });
                Interlocked.Increment(ref fitted);
                Volatile.Write(ref last, result);
            }
            catch (InvalidOperationException)
            {
                Interlocked.Increment(ref refused);
            }
        });
        Assert.That(fitted, Is.GreaterThan(0));
        Assert.That(fitted + refused, Is.EqualTo(Rounds));
        TrainingResult after = TestTraining.Fit(network, GateCase.Data, new() { Steps = 0, Threads = 1 });
        Assert.That(
            after.Loss, Is.EqualTo(network.Evaluate(GateCase.Data).Loss).Within(1e-4).Percent,
            "the loss that is reported is the network's");
    }

    [Test]
    public void A_network_is_disposed_while_it_predicts_or_is_trained([Values] bool trained)
    {
        for (int round = 0; round < Rounds; round++)
        {
            using var one = new GateCase(new() { Steps = 50, TrainFrom = 1, Threads = 2 });
            using var started = new ManualResetEventSlim();
            Thread user = GateCase.Start(() =>
            {
                if (trained)
                    one.Fit(_ => started.Set());
                for (var output = new float[3]; !trained; started.Set())
                    one.Network.Predict(GateCase.Row, output);
            }, out Func<Exception?> failure);
            started.Wait();
            one.Network.Dispose();
            user.Join();
            Assert.That(failure(), trained ? Is.Null : Is.TypeOf<ObjectDisposedException>());
        }
    }

    [Test]
    public void A_trainer_is_disposed_while_it_fits()
    {
        for (int round = 0; round < Rounds; round++)
        {
            using var one = new GateCase(new() { Steps = 50, TrainFrom = 1, Threads = 4, ResidualTolerance = 0 });
            using var started = new ManualResetEventSlim();
            TrainingResult? result = null;
            Thread user = GateCase.Start(() => result = one.Fit(_ => started.Set()), out Func<Exception?> failure);
            started.Wait();
            for (int spin = 0; spin < round * 100; spin++)
                Thread.SpinWait(10);
            one.Trainer.Dispose();
            user.Join();
            Assert.That(failure(), Is.Null);
            Assert.That(result!.Message, Is.Not.Empty);
            Assert.That(
                one.Network.Evaluate(GateCase.Data).Loss, Is.EqualTo(result.Loss).Within(0.1).Percent,
                "the weights are those of the last accepted step");
        }
    }

    [Test]
    [Property(LeakCheckAttribute.Leaks, 3)]
    public void A_trainer_that_nobody_disposed_is_collected_with_its_threads()
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        WeakReference team = Forgotten(network);
        for (int attempt = 0; attempt < 100 && team.IsAlive; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(team.IsAlive, Is.False);
        // The scratch of its workers is freed by finalizers, too.
        GC.WaitForPendingFinalizers();
        network.Predict(GateCase.Row, new float[3]);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Forgotten(Network network)
        {
            var trainer = new GaussNewtonTrainer(new() { Steps = 2, Threads = 3 });
            trainer.Fit(network, GateCase.Data, null, new Recorder());
            return new WeakReference(
                typeof(GaussNewtonTrainer).GetField("_team", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(trainer));
        }
    }

    private static Thread[] Served(int threads, Func<bool> ended, Action<float[]> serve, out Func<Exception?[]> failures)
    {
        var found = new Func<Exception?>[threads];
        Thread[] servers = [.. Enumerable.Range(0, threads).Select(server => GateCase.Start(() =>
        {
            for (var output = new float[3]; !ended();)
                serve(output);
        }, out found[server]))];
        failures = () => [.. found.Select(one => one())];
        return servers;
    }

    private static void Join(Thread[] threads)
    {
        foreach (Thread thread in threads)
            thread.Join();
    }
}
