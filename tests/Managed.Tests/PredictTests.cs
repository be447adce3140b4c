using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Engine;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Managed.Tests;

[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class PredictTests(KernelSet kernels)
{
    [Test]
    public void A_prediction_has_the_bits_of_the_batch([Values] bool dense)
    {
        const int Count = 65;
        NetworkShape shape = dense ? Shapes.Dense : Shapes.Odd;
        using Network network = Network.Create(shape, 5, kernels);
        float[] raw = ReferenceData.Normals(Count * shape.Inputs), unit = new float[raw.Length];
        for (int datum = 0; datum < Count; datum++)
            network.Input.Apply(raw.AsSpan(datum * shape.Inputs, shape.Inputs), unit.AsSpan(datum * shape.Inputs, shape.Inputs));
        using var team = new WorkerTeam(2);
        using var rows = new ActiveBatch();
        rows.FillNonZero(unit, Count, shape.Inputs);
        using var batch = new BatchState(new TeamKernels(kernels, team), network.Layers, 0) { Inputs = rows };
        batch.Forward();
        var output = new float[shape.Outputs];
        for (int datum = 0; datum < Count; datum++)
        {
            network.Predict(raw.AsSpan(datum * shape.Inputs, shape.Inputs), output);
            for (int c = 0; c < output.Length; c++)
                Numbers.SameBits(output[c], batch.Outputs[c, datum], $"datum {datum}", c);
        }
    }

    [Test]
    public void Threads_at_once_get_the_same_bits()
    {
        using Network network = Network.Create(Shapes.Odd, 5, kernels);
        float[] rows = ReferenceData.UnitRows(40, 37);
        float[] alone = All();
        Task<float[]>[] tasks = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(All))];
        Task.WaitAll(tasks);
        foreach (Task<float[]> task in tasks)
            Numbers.SameBits(task.Result, alone, "predictions");

        float[] All()
        {
            var outputs = new float[40 * 3];
            for (int row = 0; row < 40; row++)
                network.Predict(rows.AsSpan(row * 37, 37), outputs.AsSpan(row * 3, 3));
            return outputs;
        }
    }

    [Test]
    public void A_warm_prediction_allocates_nothing()
    {
        using Network network = Network.Create(Shapes.Odd, 5, kernels);
        float[] rows = ReferenceData.UnitRows(20, 37), output = new float[3];
        long least = long.MaxValue;
        // The least of a few passes: in the first ones the runtime may still be at work on this thread.
        for (int pass = 0; pass < 5; pass++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int row = 0; row < 20; row++)
                network.Predict(rows.AsSpan(row * 37, 37), output);
            _ = network.Classify(rows.AsSpan(0, 37));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.That(least, Is.Zero);
    }

    [Test]
    public void Weights_are_the_same_on_every_set_and_for_any_threads([Values(1, 2, 3)] int threads)
    {
        using Network found = Network.Create(Shapes.Odd, 5, kernels, threads),
            expected = Network.Create(Shapes.Odd, 5, KernelSets.ByName("scalar"), 1);
        Numbers.SameBits(TestTraining.Weights(found), TestTraining.Weights(expected), "weights");
        using Network other = Network.Create(Shapes.Odd, 6, kernels, threads);
        Assert.That(TestTraining.Weights(other), Is.Not.EqualTo(TestTraining.Weights(expected)));
    }

    [Test]
    public void Drawing_can_be_cancelled() => Assert.That(
        () => Network.Create(Shapes.Odd, 5, kernels, 2, new CancellationToken(canceled: true)),
        Throws.InstanceOf<OperationCanceledException>());

    [Test]
    public void Wrong_lengths_and_use_after_dispose_are_errors()
    {
        Network network = Network.Create(Shapes.Odd, 5, kernels);
        var output = new float[3];
        network.Predict(new float[37], output);
        Assert.That(output, Is.All.Zero, "nothing fires for a row of zeros");
        Assert.That(
            () => network.Predict(new float[36], output), Throws.ArgumentException.With.Message.Contains("37").And.Message.Contains("36"));
        Assert.That(
            () => network.Predict(new float[37], new float[2]), Throws.ArgumentException.With.Message.Contains("expected room for 3"));
        network.Dispose();
        network.Dispose();
        Assert.That(() => network.Predict(new float[37], output), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(
            () => TestTraining.Fit(network, TestTraining.Smooth(5, 37, 3), new() { Threads = 1 }),
            Throws.TypeOf<ObjectDisposedException>());
        Assert.That(NativeBytes.Live, Is.Zero);
    }

    [Test]
    public void Signs_are_signs()
    {
        using Network network = Network.Create(Shapes.OneOutput with { OutputWeights = OutputWeights.Signs }, 5, kernels);
        float[] signs = Samples.ToArray(network.Layers.Output);
        Assert.That(signs.Select(Math.Abs), Is.All.EqualTo(1));
        Assert.That(signs.Sum(), Is.InRange(-50, 50));
    }
}
