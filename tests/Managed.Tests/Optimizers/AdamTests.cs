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
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;
using Subquad.Training;
using Subquad.Weights;

namespace Subquad.Managed.Tests.Optimizers;

/// <summary>Steps are those of SparseAdam on the float64 reference; a training lowers the loss; threads do not show.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class AdamTests(KernelSet kernels)
{
    // The quotient of the moments is ill-conditioned where a gradient is near zero; this keeps such weights near each other.
    private const double Rate = 1e-3, Epsilon = 1e-4;

    [Test]
    public void Steps_are_those_of_the_reference([Values(0, 1)] int from, [Values(1, 3, 70)] int outputs, [Values] bool direct)
    {
        // Plain: the gradient of a normalised layer with one firing neuron is zero in float64, and a rounding in float32.
        NetworkShape shape = Shapes.Odd with
        {
            Hidden = [650, 37], Densities = [0.1], Outputs = outputs, Normalisation = Normalisation.Plain, DirectWeights = direct,
        };
        using Network network = Network.Create(shape, 7, kernels, threads: 1);
        TestTraining.FillDirect(network);
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        RowBatch data = Prepare(network, TestTraining.Smooth(17, shape.Inputs, outputs), network.Target);
        var reference = new ReferenceNetwork(network);
        double[] weights = reference.Parameters();
        double[] first = new double[weights.Length], second = new double[weights.Length];
        using var adam = new Adam(verbs, network.Layers, Settings(from), SquaredLoss.Instance);
        using Tape tape = adam.NewTape();
        tape.Load(data, isTrained: true);
        for (int step = 1; step <= 3; step++)
        {
            Assert.That(adam.Step(step, tape, null), Is.EqualTo(new StepOutcome(IsTaken: true, IsAccepted: true)));
            Move(reference, Gradient(reference, data, from), first, second, step);
            double[] expected = [.. reference.Parameters().Zip(weights, (after, before) => after - before)];
            double[] moved = Array.ConvertAll(TestTraining.Weights(network), weight => (double)weight);
            double[] found = [.. moved.Zip(weights, (after, before) => after - before)];
            Assert.That(ReferenceData.Distance(found, expected), Is.LessThan(1e-3), $"the change of all weights in step {step}");
            (double Expected, double Found)[] still = [.. expected.Zip(found).Where(pair => pair.First == 0)];
            Assert.That(still, Has.Length.GreaterThan(weights.Length / 50), "some weights have no gradient");
            Assert.That(still.Count(pair => pair.Found != 0), Is.Zero, "they stay as they are");
            // Both go on from the same weights: a neuron near its threshold could fire in one of the two only.
            weights = moved;
            reference.Set(weights);
        }
    }

    [TestCase(0)]
    [TestCase(20)]
    public void A_training_lowers_the_loss_with_the_same_bits_for_any_number_of_threads(int batch)
    {
        (double[] losses, float[] weights) = Train(batch, threads: 1);
        Assert.That(losses[^1], Is.LessThan(0.8 * losses[0]));
        (double[] again, float[] sameWeights) = Train(batch, threads: 3);
        Numbers.SameBits(again, losses, "losses on 3 threads");
        Numbers.SameBits(sameWeights, weights, "weights on 3 threads");
    }

    [Test]
    public void Weights_that_must_not_be_written_are_refused()
    {
        using var team = new WorkerTeam(1);
        var verbs = new TeamKernels(kernels, team);
        using var output = new PanelMatrix(1, 3);
        foreach ((ElementFormat format, bool isReadOnly) in new[] { (ElementFormat.Float32, true), (ElementFormat.BFloat16, false) })
        {
            var weights = new LowRankWeights(new PanelMatrix(3, 2, format), isReadOnly);
            using Layer layer = Layer.ShiftedRelu(weights, shift: 0, isNormalised: false);
            Assert.That(
                () => new Adam(verbs, new LayerStack([layer], output), Settings(0), SquaredLoss.Instance),
                Throws.InvalidOperationException.With.Message.Contains("weights that may be written"));
        }
    }

    private (double[] Losses, float[] Weights) Train(int batch, int threads)
    {
        NetworkShape shape = Shapes.Odd with { Hidden = [600, 90], Densities = [0.1], Outputs = 3 };
        using Network network = Network.Create(shape, 7, kernels, threads: 1);
        float[] shares = new float[60 * 3];
        for (int row = 0; row < 60; row++)
            shares[row * 3 + row % 3] = 1;
        Dataset classes = TestTraining.Classes(60, shape.Inputs);
        Dataset rows = Dataset.From(classes.Examples.Inputs.Values, shape.Inputs, shares, 3).WithoutTransforms();
        RowBatch data = Prepare(network, rows, TargetTransform.Identity(3));
        using var team = new WorkerTeam(threads);
        var verbs = new TeamKernels(kernels, team);
        var losses = new List<double>();
        var plan = new TrainingPlan(Steps: 30, Tolerance: 0, TrainsOutput: true, CountsLines: false);
        using (var adam = new Adam(verbs, network.Layers, Settings(0) with { LearningRate = 1e-2 }, SoftmaxCrossEntropy.Instance))
        using (var loop = new TrainingLoop(
            verbs, network.Layers, plan, adam, network.Target, new InMemorySource(data, batch, seed: 1), null,
            new Heard(report => losses.Add(report.Loss))))
            loop.Run();
        return ([.. losses], TestTraining.Weights(network));
    }

    private static AdamSettings Settings(int from) => new(from, TrainsOutput: true) { LearningRate = Rate, Epsilon = Epsilon };

    private static RowBatch Prepare(Network network, Dataset data, TargetTransform target) =>
        RowBatch.From(data.Examples, network.Input, target, needsTargets: true);

    /// <summary>The gradient of the mean loss: what a step of the residuals takes away.</summary>
    private static double[] Gradient(ReferenceNetwork network, RowBatch data, int from)
    {
        ReferencePoint[] points =
            [.. Enumerable.Range(0, data.Count).Select(i => network.Forward(data.Inputs.Values.AsSpan(i * data.Width, data.Width)))];
        double[] before = network.Parameters();
        var batch = new ReferenceBatch(network, points, from, trainsOutput: true, hiddenStepScale: 1, directStepScale: 1);
        batch.Move(Array.ConvertAll(batch.Residual(data.Targets), residual => residual / data.Count));
        double[] gradient = [.. before.Zip(network.Parameters(), (start, after) => start - after)];
        network.Set(before);
        return gradient;
    }

    private static void Move(ReferenceNetwork network, double[] gradient, double[] first, double[] second, int step)
    {
        const double beta1 = 0.9, beta2 = 0.999;
        double[] parameters = network.Parameters();
        double rate = Rate * Math.Sqrt(1 - Math.Pow(beta2, step)) / (1 - Math.Pow(beta1, step));
        for (int i = 0; i < parameters.Length; i++)
        {
            if (gradient[i] == 0)
                continue;
            first[i] = beta1 * first[i] + (1 - beta1) * gradient[i];
            second[i] = beta2 * second[i] + (1 - beta2) * gradient[i] * gradient[i];
            parameters[i] -= rate * first[i] / (Math.Sqrt(second[i]) + Epsilon);
        }
        network.Set(parameters);
    }

    private sealed class Heard(Action<StepReport> then) : IProgress<StepReport>
    {
        public void Report(StepReport value) => then(value);
    }
}
