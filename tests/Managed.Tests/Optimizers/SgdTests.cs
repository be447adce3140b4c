using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Losses;
using Subquad.Optimizers;
using Subquad.Simd;
using Subquad.Simd.Threading;
using Subquad.Support;
using Subquad.Training;

namespace Subquad.Managed.Tests.Optimizers;

/// <summary>A step is the gradient step of the float64 reference; a training lowers either loss; threads do not show.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class SgdTests(KernelSet kernels)
{
    private const double Rate = 0.5;

    private static readonly TrainingPlan s_plan = new(Steps: 30, Tolerance: 0, TrainsOutput: true, CountsLines: false);

    [Test]
    public void A_step_is_the_gradient_step_of_the_reference([Values(0, 1)] int from, [Values(1, 3)] int outputs, [Values] bool direct)
    {
        NetworkShape shape = Shapes.Odd with { Hidden = [65, 37], Densities = [0.3], Outputs = outputs, DirectWeights = direct };
        using Network network = Network.Create(shape, 7, kernels, threads: 1);
        TestTraining.FillDirect(network);
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        RowBatch data = Prepare(network, TestTraining.Smooth(17, shape.Inputs, outputs), network.Target);
        var reference = new ReferenceNetwork(network);
        using (var sgd = new Sgd(verbs, network.Layers, new(Rate, from, TrainsOutput: true), SquaredLoss.Instance))
        using (Tape tape = sgd.NewTape())
        {
            tape.Load(data, isTrained: true);
            sgd.KeepData(tape);
            double before = tape.Loss;
            Assert.That(sgd.Step(1, tape, null), Is.EqualTo(new StepOutcome(IsTaken: true, IsAccepted: true)));
            sgd.Finish();
            Assert.That(tape.Loss, Is.LessThan(before), "the tape is at the new weights");
        }

        ReferencePoint[] points =
            [.. Enumerable.Range(0, data.Count).Select(i => reference.Forward(data.Inputs.ValuesOf(i)))];
        double[] drawn = reference.Parameters();
        var batch = new ReferenceBatch(reference, points, from, trainsOutput: true, hiddenStepScale: 1, directStepScale: 1);
        batch.Move(Array.ConvertAll(batch.Residual(data.Targets), residual => residual * Rate / data.Count));
        double[] moved = [.. reference.Parameters().Zip(drawn, (after, start) => after - start)];
        double[] found = [.. TestTraining.Weights(network).Zip(drawn, (after, start) => after - start)];
        Assert.That(ReferenceData.Distance(found, moved), Is.LessThan(1e-4), "the change of all weights");
    }

    private static IEnumerable<TestCaseData> Losses()
    {
        yield return new TestCaseData(SquaredLoss.Instance, 0);
        yield return new TestCaseData(SquaredLoss.Instance, 20);
        yield return new TestCaseData(SoftmaxCrossEntropy.Instance, 0);
        yield return new TestCaseData(SoftmaxCrossEntropy.Instance, 20);
    }

    [TestCaseSource(nameof(Losses))]
    public void A_training_lowers_the_loss_with_the_same_bits_for_any_number_of_threads(object loss, int batch)
    {
        (double[] losses, float[] weights, TrainingResult result) = Train((Loss)loss, batch, threads: 1);
        Assert.That((result.Reason, result.Steps), Is.EqualTo((StopReason.Steps, 30)));
        Assert.That(losses[^1], Is.LessThan(0.8 * losses[0]));
        (double[] again, float[] sameWeights, _) = Train((Loss)loss, batch, threads: 3);
        Numbers.SameBits(again, losses, "losses on 3 threads");
        Numbers.SameBits(sameWeights, weights, "weights on 3 threads");
    }

    [Test]
    public void A_cancelled_training_keeps_whole_steps()
    {
        using Network network = Network.Create(Shapes.Odd, 7, kernels, threads: 1);
        RowBatch data = Prepare(network, TestTraining.Smooth(40, Shapes.Odd.Inputs, Shapes.Odd.Outputs), network.Target);
        using var stop = new CancellationTokenSource();
        using var team = new WorkerTeam(2) { Cancellation = stop.Token };
        var verbs = new TeamKernels(kernels, team);
        using var sgd = new Sgd(verbs, network.Layers, new(Rate, TrainFrom: 0, TrainsOutput: true), network.Loss);
        var listener = new Heard(report => { if (report.Step == 2) stop.Cancel(); });
        using var loop = new TrainingLoop(verbs, network.Layers, s_plan, sgd, network.Target, new InMemorySource(data), null, listener);
        TrainingResult result = loop.Run();
        Assert.That((result.Reason, result.Accepted), Is.EqualTo((StopReason.Cancelled, 2)));
    }

    private (double[] Losses, float[] Weights, TrainingResult Result) Train(Loss loss, int batch, int threads)
    {
        NetworkShape shape = Shapes.Odd with { Outputs = 3 };
        using Network network = Network.Create(shape, 7, kernels, threads: 1);
        // Each target is a distribution, as a cross-entropy wants it; a squared loss takes it as it is.
        Dataset classes = TestTraining.Classes(60, shape.Inputs);
        float[] shares = new float[60 * 3];
        for (int row = 0; row < 60; row++)
            shares[row * 3 + row % 3] = 1;
        Dataset targets = Dataset.From(classes.Examples.Inputs.Values, shape.Inputs, shares, 3).WithoutTransforms();
        var source = new InMemorySource(Prepare(network, targets, TargetTransform.Identity(3)), batch, seed: 1);
        using var team = new WorkerTeam(threads);
        var verbs = new TeamKernels(kernels, team);
        var losses = new List<double>();
        TrainingResult result;
        var listener = new Heard(report => losses.Add(report.Loss));
        using (var sgd = new Sgd(verbs, network.Layers, new(Rate, TrainFrom: 0, TrainsOutput: true), loss))
        using (var loop = new TrainingLoop(verbs, network.Layers, s_plan, sgd, network.Target, source, null, listener))
            result = loop.Run();
        return ([.. losses], TestTraining.Weights(network), result);
    }

    private static RowBatch Prepare(Network network, Dataset data, TargetTransform target) =>
        RowBatch.From(data.Examples, network.Input, target, needsTargets: true);

    private sealed class Heard(Action<StepReport> then) : IProgress<StepReport>
    {
        public void Report(StepReport value) => then(value);
    }
}
