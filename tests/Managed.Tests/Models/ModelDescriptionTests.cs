using Subquad.Managed.Tests.Formats;
using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Models;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests.Models;

/// <summary>
/// A network built from a description that no file wrote: ReLU layers with biases, as another program would have trained them.
/// </summary>
[TestFixture]
internal sealed class ModelDescriptionTests
{
    private const int Inputs = 11, Outputs = 3;

    private static readonly int[] s_hidden = [70, 33];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void Relu_layers_with_biases_predict_as_they_do_in_float64(KernelSet kernels)
    {
        var relu = new ReluChain(1);
        using Network network = Network.Build(relu.Describe(), kernels);
        Assert.That((network.InputWidth, network.OutputCount, network.Task), Is.EqualTo((Inputs, Outputs, TaskKind.Regression)));
        Assert.That(network.Summary.Shifts, Is.EqualTo(new double[] { 0, 0 }));
        foreach (float[] row in Rows())
        {
            var found = new float[Outputs];
            network.Predict(row, found);
            Assert.That(found, Is.EqualTo(relu.Predict(row)).Within(1e-4));
        }
    }

    [Test]
    public void They_are_saved_loaded_and_trained_as_any_network()
    {
        var relu = new ReluChain(2);
        using Network network = Network.Build(relu.Describe());
        Assert.That(() => network.SaveDelta(_folder.File("delta")), Throws.InvalidOperationException, "no file to be a change of");
        network.Save(_folder.File("model"));
        using Network loaded = Network.Load(_folder.File("model"));
        foreach (float[] row in Rows())
        {
            float[] expected = new float[Outputs], found = new float[Outputs];
            network.Predict(row, expected);
            loaded.Predict(row, found);
            Numbers.SameBits(found, expected, "predictions");
        }
        loaded.Save(_folder.File("again"));
        byte[] again = File.ReadAllBytes(_folder.File("again")), model = File.ReadAllBytes(_folder.File("model"));
        Assert.That(again.AsSpan().SequenceEqual(model), "the same file again");

        Dataset data = Training.TestTraining.Smooth(40, Inputs, Outputs);
        Assert.That(Training.TestTraining.Fit(loaded, data, new() { Steps = 2, Threads = 2 }).Accepted, Is.Positive);
    }

    [Test]
    public void A_description_of_a_network_builds_its_like()
    {
        using Network network = Network.Create(Engine.Shapes.Odd, 5);
        using Network like = Network.Build(network.Describe(), network.Kernels);
        Numbers.SameBits(Training.TestTraining.Weights(like), Training.TestTraining.Weights(network), "weights");
        Assert.That(like.Shape.Densities, Is.EqualTo(network.Shape.Densities));
        Assert.That((like.Seed, like.TrainedBy), Is.EqualTo((5UL, network.Kernels.Name)));
    }

    [Test]
    public void Tensors_are_asked_for_in_ascending_chunks([Values] WeightFormat format)
    {
        const int Width = 2100, Columns = 1000, Most = 1 << 20;
        long next = 0, largest = 0;
        var weights = new TensorSource("W.1", [Width, Columns], (start, chunk) =>
        {
            Assert.That(start, Is.EqualTo(next));
            next += chunk.Length;
            largest = Math.Max(largest, chunk.Length);
            chunk.Clear();
        });
        LayerDescription[] layers = LayerDescription.Chain(Columns, [Width], 1, isNormalised: false, Initialisation.None);
        using Network network = Network.Build(new()
        {
            Layers = layers,
            Initialisation = Initialisation.None,
            Input = InputTransform.Identity(Columns),
            Target = TargetTransform.Identity(1),
            TrainedBy = "a test",
            Tensors = [weights, Zeros("theta.1", Width), Zeros("A", Width, 1)],
        }, weights: format);
        Assert.That(next, Is.EqualTo((long)Width * Columns));
        Assert.That(largest, Is.AtMost(Most));
    }

    private static IEnumerable<TestCaseData> Misfits()
    {
        yield return Misfit("no layers", "expected layers, found none", model => model with { Layers = [] });
        yield return Misfit(
            "no hidden layer", "Hidden: expected at least one hidden layer",
            model => model with { Layers = [.. model.Layers.TakeLast(1)] });
        yield return Misfit(
            "no output layer", "layer 2: expected OutputDescription", model => model with { Layers = [.. model.Layers.SkipLast(1)] });
        yield return Misfit("a cut chain", "layer 2: expected", model => Layer(model, 1, new ShiftedReluDescription(71, 33, 0, false)));
        yield return Misfit("a mixture", "layer 1: expected", model => Layer(model, 1, new ShiftedReluDescription(70, 33, 0, true)));
        yield return Misfit(
            "another shift", "layer 1: expected", model => Layer(model, 0, new ShiftedReluDescription(Inputs, 70, 0.5, false)));
        yield return Misfit(
            "a density", "Densities: expected values", model => model with { Initialisation = new(0, [0.7], [0.4], OutputWeights.Normal) });
        yield return Misfit("inputs", "inputs: expected 11, found 12", model => model with { Input = InputTransform.Identity(12) });
        yield return Misfit("outputs", "outputs: expected 3, found 2", model => model with { Target = TargetTransform.Identity(2) });
        yield return Misfit(
            "no names", "class names: expected 0, found 3", model => model with { Target = TargetTransform.OfClasses(3) });
        yield return Misfit(
            "no tensor", "expected a tensor 'W.1', found none", model => model with { Tensors = [.. model.Tensors.Skip(1)] });
        yield return Misfit(
            "another shape", "tensor 'W.2': expected shape [33, 70], found [70, 33]", model => Tensor(model, Zeros("W.2", 70, 33)));
        yield return Misfit(
            "another type", "tensor 'theta.1': expected the type F32, found I32",
            model => Tensor(model, Zeros("theta.1", 70) with { Type = "I32" }));
        yield return Misfit(
            "a NaN", "tensor 'theta.2': expected a finite number at element 32",
            model => Tensor(model, TensorSource.Of("theta.2", [.. new float[32], float.NaN])));

        static TestCaseData Misfit(string name, string says, Func<ModelDescription, ModelDescription> change) =>
            new TestCaseData(change, says).SetArgDisplayNames(name);
        static ModelDescription Layer(ModelDescription model, int layer, LayerDescription other) =>
            model with { Layers = [.. model.Layers.Take(layer), other, .. model.Layers.Skip(layer + 1)] };
        static ModelDescription Tensor(ModelDescription model, TensorSource other) =>
            model with { Tensors = [.. model.Tensors.Where(tensor => tensor.Name != other.Name), other] };
    }

    [TestCaseSource(nameof(Misfits))]
    public void Parts_that_do_not_fit_are_refused(object change, string says)
    {
        ModelDescription model = ((Func<ModelDescription, ModelDescription>)change)(new ReluChain(3).Describe());
        Assert.That(
            () => Network.Build(model with { Source = "'chain'" }).Dispose(),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("'chain'").And.Message.Contains(says));
        Assert.That(NativeBytes.Live, Is.Zero);
    }

    private static IEnumerable<float[]> Rows()
    {
        var random = new Random(7);
        return Enumerable.Range(0, 20).Select(_ => Samples.Dense(random, Inputs));
    }

    private static TensorSource Zeros(string name, params long[] shape) => new(name, shape, (_, chunk) => chunk.Clear());

    /// <summary>f = A^T h_2, h_l = max(0, W_l h_(l-1) + bias_l), h_0 = x / ||x||.</summary>
    private sealed class ReluChain
    {
        private readonly float[][] _weights, _biases;
        private readonly float[] _output;

        public ReluChain(int seed)
        {
            var random = new Random(seed);
            int[] widths = [Inputs, .. s_hidden];
            _weights = [.. s_hidden.Select((width, layer) => Samples.Dense(random, width * widths[layer]))];
            _biases = [.. s_hidden.Select(width => Samples.Dense(random, width))];
            _output = Samples.Dense(random, s_hidden[^1] * Outputs);
        }

        public ModelDescription Describe() => new()
        {
            Layers = LayerDescription.Chain(Inputs, s_hidden, Outputs, isNormalised: false, Initialisation.None),
            Initialisation = Initialisation.None,
            Input = InputTransform.Identity(Inputs),
            Target = TargetTransform.Identity(Outputs),
            TrainedBy = "another program",
            Tensors =
            [
                .. _weights.Select((values, layer) => Of($"W.{layer + 1}", values, s_hidden[layer], values.Length / s_hidden[layer])),
                .. _biases.Select((values, layer) => Of($"theta.{layer + 1}", Array.ConvertAll(values, bias => -bias), values.Length)),
                Of("A", _output, s_hidden[^1], Outputs),
            ],
        };

        public double[] Predict(float[] row)
        {
            double norm = Math.Sqrt(row.Sum(x => (double)x * x));
            double[] h = Array.ConvertAll(row, x => x / norm);
            for (int layer = 0; layer < s_hidden.Length; layer++)
            {
                double[] below = h;
                h = [.. _biases[layer].Select((bias, neuron) =>
                    Math.Max(0, bias + below.Select((x, input) => x * _weights[layer][neuron * below.Length + input]).Sum()))];
            }
            return [.. Enumerable.Range(0, Outputs).Select(output =>
                h.Select((x, neuron) => x * _output[neuron * Outputs + output]).Sum())];
        }

        private static TensorSource Of(string name, float[] values, params long[] shape) =>
            TensorSource.Of(name, values) with { Shape = shape };
    }
}
