using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Evaluation;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>
/// Networks loaded with hidden weights of bfloat16: they predict what float32 weights of the rounded values would, take half the memory,
/// and refuse what they cannot do.
/// </summary>
[TestFixture]
internal sealed class WeightFormatTests
{
    private const int Data = 50;

    private TemporaryFolder _folder = null!;

    private string Model => _folder.File("model.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void Predictions_are_those_of_rounded_weights_one_by_one_and_all_at_once(KernelSet kernels)
    {
        foreach (NetworkShape shape in new[] { Shapes.Odd, Shapes.Plain, Shapes.Dense })
        {
            Save(shape);
            using Network narrow = Network.Load(Model, kernels, weights: WeightFormat.BFloat16), single = Network.Load(Model, kernels),
                rounded = Network.Load(Model, kernels);
            Assert.That((narrow.WeightFormat, single.WeightFormat), Is.EqualTo((WeightFormat.BFloat16, WeightFormat.Float32)));
            foreach (Layer layer in rounded.Layers.Hidden)
            {
                var weights = new float[layer.Width * layer.Inputs];
                layer.Weights.CopyRows(0, layer.Width, weights);
                layer.Weights.SetRows(0, layer.Width, Samples.Rounded(weights));
            }
            Dataset data = TestTraining.Smooth(Data, shape.Inputs, shape.Outputs);
            float[] found = Outputs(narrow, data), expected = Outputs(rounded, data), unrounded = Outputs(single, data);
            if (kernels.RoundsInputs)
                Assert.That(Distance(found, expected), Is.GreaterThan(0).And.LessThan(0.05));
            else
                Numbers.SameBits(found, expected, "predictions");
            Assert.That(Distance(found, unrounded), Is.GreaterThan(0).And.LessThan(0.05));
            var one = new float[shape.Outputs];
            for (int row = 0; row < Data; row++)
            {
                narrow.Predict(data.Examples.Inputs.ValuesOf(row), one);
                Numbers.SameBits(one, found.AsSpan(row * shape.Outputs, shape.Outputs), "a row by itself");
            }
        }
    }

    [Test]
    public void Hidden_weights_take_half_the_memory()
    {
        NetworkShape shape = Shapes.Odd;
        Save(shape);
        using Network narrow = Network.Load(Model, weights: WeightFormat.BFloat16);
        long output = PanelMatrix.BytesOf(shape.Outputs, shape.Hidden[^1]),
            thresholds = narrow.Layers.Hidden.Sum(layer => (long)layer.Weights.Panels * 64 * sizeof(float));
        Assert.That(narrow.WeightBytes - output, Is.EqualTo((shape.WeightBytes - output) / 2));
        Assert.That(NativeBytes.Live, Is.InRange(narrow.WeightBytes + thresholds, narrow.WeightBytes + thresholds + 10 * 128));
    }

    [Test]
    public void Memory_of_predictions_is_estimated_for_both_formats([Values] WeightFormat format)
    {
        NetworkShape shape = Shapes.Odd with { Hidden = [2000, 1500], Densities = [0.05] };
        Save(shape);
        Dataset data = TestTraining.Smooth(Data, shape.Inputs, shape.Outputs);
        using Network network = Network.Load(Model, weights: format);
        using var team = new WorkerTeam(1);
        using var evaluator =
            new Evaluator(new TeamKernels(network.Kernels, team), network.Layers, network.Loss, network.Input, network.Target);
        evaluator.Predict(data.Examples, new float[Data * shape.Outputs]);
        double said = MemoryEstimate.OfPredictions(shape, Data, format);
        Assert.That(said / NativeBytes.Live, Is.InRange(0.8, 1.1));
        Assert.That(MemoryEstimate.OfPredictions(shape, 5000, format), Is.EqualTo(MemoryEstimate.OfPredictions(shape, 1024, format)));
        Assert.That(
            MemoryEstimate.OfPredictions(shape, 9, WeightFormat.Float32) - MemoryEstimate.OfPredictions(shape, 9, WeightFormat.BFloat16),
            Is.EqualTo(shape.WeightBytes - shape.WeightBytesIn(WeightFormat.BFloat16)));
    }

    [Test]
    public void Evaluation_is_close()
    {
        Save(Shapes.Odd);
        Dataset data = TestTraining.Smooth(Data, Shapes.Odd.Inputs, Shapes.Odd.Outputs);
        using Network narrow = Network.Load(Model, weights: WeightFormat.BFloat16), single = Network.Load(Model);
        EvaluationResult found = narrow.Evaluate(data, threads: 2), expected = single.Evaluate(data, threads: 2);
        Assert.That(found.Loss, Is.EqualTo(expected.Loss).Within(2).Percent);
        Assert.That(found.Metric, Is.EqualTo(expected.Metric).Within(2).Percent);
    }

    [Test]
    public void Nothing_that_writes_weights_takes_them()
    {
        Save(Shapes.Odd);
        using Network network = Network.Load(Model, weights: WeightFormat.BFloat16);
        Refused(() => network.Save(Model));
        Refused(() => network.SavePanels(Model));
        Refused(() => network.SaveDelta(Model + ".delta"));
        Refused(() => network.ApplyDelta(Model + ".delta"));
        Dataset training = TestTraining.Smooth(Data, Shapes.Odd.Inputs, Shapes.Odd.Outputs);
        Refused(() => TestTraining.Fit(network, training, new GaussNewtonOptions { Steps = 1, Threads = 1 }));
        Assert.That(
            () => Network.Load(Model, sharesBase: true, weights: WeightFormat.BFloat16),
            Throws.ArgumentException.With.Message.Contains("found BFloat16"));

        static void Refused(Action action) => Assert.That(
            action,
            Throws.InvalidOperationException.With.Message.Contains("expected a network with float32 weights")
                .And.Message.Contains("bfloat16").And.Message.Contains("predict and evaluate"));
    }

    private void Save(NetworkShape shape)
    {
        using Network network = Network.Create(shape, seed: 5);
        network.Save(Model);
    }

    private static float[] Outputs(Network network, Dataset data)
    {
        var outputs = new float[data.Count * network.OutputCount];
        network.PredictAll(data, outputs, threads: 2);
        return outputs;
    }

    /// <summary>The largest difference in parts of the largest number.</summary>
    private static double Distance(float[] found, float[] expected) =>
        found.Zip(expected, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs);
}
