using System.Text;
using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using Subquad.Optimizers.GaussNewton;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>
/// Networks with direct weights: what they learn, their share of a step, their way through models, deltas and panels, and files that lie.
/// </summary>
[TestFixture]
internal sealed class DirectWeightsTests
{
    private TemporaryFolder _folder = null!;

    private string Model => _folder.File("model.safetensors");

    private string Delta => _folder.File("delta.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void A_linear_target_is_learned_in_few_steps([Values(1, 3)] int outputs, [Values(1, 2)] int trainFrom)
    {
        const int Width = 20;
        Dataset training = Linear(200, seed: 1), heldOut = Linear(200, seed: 2);
        double with = Error(direct: true), without = Error(direct: false);
        // Targets have deviation 1. What is left is the part of the drawn hidden layers.
        Assert.That(with, Is.LessThan(0.12));
        Assert.That(without, Is.GreaterThan(3 * with));

        double Error(bool direct)
        {
            var shape = new NetworkShape
            {
                Inputs = Width, Outputs = outputs, Hidden = [300, 200], Densities = [0.2], DirectWeights = direct,
            };
            using Network network = Network.Create(shape, 3);
            TestTraining.Fit(network, training, new() { Steps = 3, TrainFrom = trainFrom, Threads = 2 });
            return network.Evaluate(heldOut).Metric;
        }

        Dataset Linear(int count, int seed)
        {
            float[] rows = ReferenceData.UnitRows(count, Width, seed), weights = ReferenceData.Normals(Width * outputs),
                targets = new float[count * outputs];
            for (int i = 0; i < count; i++)
                for (int c = 0; c < outputs; c++)
                    for (int x = 0; x < Width; x++)
                        targets[i * outputs + c] += rows[i * Width + x] * weights[c * Width + x];
            return Dataset.From(rows, Width, targets, outputs).WithoutTransforms();
        }
    }

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void Outputs_are_those_of_the_reference_for_a_row_and_for_all(KernelSet kernels)
    {
        using Network network = Network.Create(Shapes.Direct, 7, kernels);
        float[] before = PanelsTests.Outputs(network);
        TestTraining.FillDirect(network);
        var reference = new ReferenceNetwork(network);
        float[] rows = ReferenceData.UnitRows(30, network.InputWidth, 77), all = new float[30 * network.OutputCount];
        double[] expected = [.. Enumerable.Range(0, 30).SelectMany(
            i => reference.Forward(rows.AsSpan(i * network.InputWidth, network.InputWidth)).Outputs)];
        network.PredictAll(Dataset.From(rows, network.InputWidth), all, threads: 2);
        Assert.That(ReferenceData.Distance(Array.ConvertAll(all, value => (double)value), expected), Is.LessThan(1e-5));
        float[] found = PanelsTests.Outputs(network);
        Assert.That(found, Is.Not.EqualTo(before));
        Numbers.SameBits(found, all[..found.Length], "one by one");
    }

    [Test]
    public void They_carry_as_much_of_the_trace_as_all_other_weights([Values(1, 3)] int outputs, [Values(0, 1)] int from)
    {
        using Network network = Network.Create(Shapes.Direct with { Outputs = outputs }, 7);
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(network.Kernels, team);
        using var tape = new Tape(verbs, network.Layers, from, network.Loss);
        tape.Load(
            RowBatch.From(
                TestTraining.Smooth(40, network.InputWidth, outputs).Examples, network.Input, network.Target, needsTargets: true),
            isTrained: true);
        using var jacobian = new Jacobian(verbs, network.Layers, from, trainsOutput: true, packedLimit: -1);
        using var gram = new ClassAveragedGram(verbs, network.Layers, jacobian);
        jacobian.MoveTo(tape.State);
        gram.MeasureInputs(tape.State);
        gram.Build(tape.State, 1, 0.5f, (_, _) => 1);
        // The rows have unit norm.
        double direct = network.Layers.Direct!.StepScale * 40;
        Assert.That(direct, Is.EqualTo(gram.Trace / 2).Within(0.01).Percent);
        Assert.That(gram.Matrix.Trace, Is.EqualTo(gram.Trace).Within(1e-6).Percent);
        Assert.That(jacobian.Direct!.StepScale, Is.EqualTo(network.Layers.Direct.StepScale));
        float chosen = network.Layers.Direct.StepScale;
        gram.Build(tape.State, 2, 0.25f, (_, _) => 1);
        Assert.That(network.Layers.Direct.StepScale, Is.EqualTo(chosen), "chosen once");
    }

    [Test]
    public void Products_of_sparse_rows_are_those_of_dense_ones()
    {
        const int Rows = 37, Width = 700;
        var random = new Random(1);
        var values = new float[Rows * Width];
        for (int entry = 0; entry < Rows * 20; entry++)
            values[random.Next(values.Length)] = (float)random.NextDouble();
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(KernelSets.Best, team);
        using var rows = new ActiveBatch();
        using var transposed = new TransposedBatch();
        using var scratch = new PanelMatrix(1, 1);
        using var gram = new DirectGram(verbs);
        rows.FillNonZero(values, Rows, Width);
        transposed.Build(rows);
        gram.Measure(rows, transposed, scratch);
        Assert.That(scratch.Columns, Is.EqualTo(1), "nothing was spread");
        int stride = DampedGram.StrideOf(Rows);
        double trace = 0;
        for (int i = 0; i < Rows; i++)
            for (int j = 0; j < Rows; j++)
            {
                double sum = 0;
                for (int x = 0; x < Width; x++)
                    sum += (double)values[i * Width + x] * values[j * Width + x];
                trace += i == j ? sum : 0;
                Assert.That(gram.Products[(long)i * stride + j], Is.EqualTo(sum).Within(1e-12), $"{i}, {j}");
            }
        Assert.That(gram.TraceOf(Rows), Is.EqualTo(trace).Within(1e-10));
    }

    [Test]
    public void Rows_of_text_with_few_entries_train_as_dense_ones([Values(1, 2)] int trainFrom)
    {
        const int Rows = 40, Width = 300;
        var text = new StringBuilder();
        var dense = new float[Rows * Width];
        var labels = new int[Rows];
        for (int row = 0; row < Rows; row++)
        {
            labels[row] = row % 2;
            text.Append($"{labels[row]}");
            for (int entry = 0; entry < 5; entry++)
            {
                int column = 60 * entry + row * 7 % 60;
                dense[row * Width + column] = 1 + entry;
                text.Append($" {column + 1}:{1 + entry}");
            }
            text.Append('\n');
        }
        var shape = new NetworkShape { Inputs = Width, Outputs = 2, Hidden = [100, 60], Densities = [0.3], DirectWeights = true };
        float[] sparse = Train(Dataset.ReadLibsvm(_folder.Write("rows", text.ToString()), Width).WithoutTransforms());
        Assert.That(
            ReferenceData.Distance(ToDouble(sparse), ToDouble(Train(Dataset.From(dense, Width, labels).WithoutTransforms()))),
            Is.LessThan(1e-4));

        float[] Train(Dataset data)
        {
            using Network network = Network.Create(shape, data, 3);
            TestTraining.Fit(network, data, new() { Steps = 3, TrainFrom = trainFrom, Threads = 2 });
            Assert.That(Samples.ToArray(network.Layers.Direct!.Matrix), Is.All.Not.NaN.And.Some.Not.Zero);
            var outputs = new float[2 * Rows];
            network.PredictAll(data, outputs);
            return outputs;
        }
    }

    [Test]
    public void Targets_that_never_vary_make_the_outputs_constant()
    {
        using Network network = Network.Create(Shapes.Direct with { Outputs = 1 }, 7);
        TestTraining.FillDirect(network);
        Dataset data = Dataset.From(ReferenceData.UnitRows(20, 37), 37, new float[20]).WithoutTransforms();
        TrainingResult result = TestTraining.Fit(network, data, new());
        Assert.That((result.Reason, result.Loss), Is.EqualTo((StopReason.Residual, 0.0)));
        Assert.That(PanelsTests.Outputs(network), Is.All.Zero);
    }

    [Test]
    public void Models_panels_and_deltas_carry_them_bit_for_bit()
    {
        using (Network network = Trained())
        {
            network.Save(Model);
            network.SavePanels(Model);
            float[] expected = PanelsTests.Outputs(network);
            foreach (bool shares in new[] { false, true })
            {
                using Network loaded = Network.Load(Model, sharesBase: shares);
                Assert.That((loaded.Shape.DirectWeights, loaded.SharesBase), Is.EqualTo((true, shares)));
                Assert.That(loaded.Layers.Direct!.StepScale, Is.EqualTo(network.Layers.Direct!.StepScale).And.Positive);
                Numbers.SameBits(PanelsTests.Outputs(loaded), expected, $"shared: {shares}");
            }
            using Network like = Network.Build(network.Describe());
            like.Save(_folder.File("again"));
            Assert.That(File.ReadAllBytes(_folder.File("again")).AsSpan().SequenceEqual(File.ReadAllBytes(Model)), "the same file");
            using Network narrow = Network.Load(Model, weights: WeightFormat.BFloat16);
            Assert.That(
                ReferenceData.Distance(ToDouble(PanelsTests.Outputs(narrow)), ToDouble(expected)), Is.InRange(1e-9, 0.05));
            Numbers.SameBits(
                Samples.ToArray(narrow.Layers.Direct!.Matrix), Samples.ToArray(network.Layers.Direct!.Matrix), "B is not rounded");
        }
        using Network tuned = Network.Load(Model, sharesBase: true), again = Network.Load(Model);
        TestTraining.Fit(tuned, TestTraining.Smooth(30, 37, 3, seed: 4), new() { Steps = 2, Threads = 2 });
        tuned.SaveDelta(Delta);
        float[] before = PanelsTests.Outputs(again);
        again.ApplyDelta(Delta);
        Numbers.SameBits(PanelsTests.Outputs(again), PanelsTests.Outputs(tuned), "predictions");
        Assert.That(Samples.ToArray(again.Layers.Direct!.Matrix), Is.EqualTo(Samples.ToArray(tuned.Layers.Direct!.Matrix)));
        Assert.That(again.Layers.Direct.StepScale, Is.EqualTo(tuned.Layers.Direct.StepScale));
        Assert.That(PanelsTests.Outputs(again), Is.Not.EqualTo(before));
    }

    [Test]
    public void Snapshots_answer_as_the_network_does()
    {
        using Network network = Network.Create(Shapes.Direct, 7);
        using var trainer = new GaussNewtonTrainer(
            new() { Steps = 3, Threads = 2, PublishEvery = TimeSpan.Zero, Flush = FlushPolicy.Immediate });
        Dataset data = TestTraining.Smooth(30, 37, 3);
        trainer.Fit(network, data);
        float[] expected = new float[90], found = new float[90];
        network.PredictAll(data, expected);
        trainer.Published.PredictAll(data, found);
        Numbers.SameBits(found, expected, "the last step");
        Assert.That(Samples.ToArray(network.Layers.Direct!.Matrix), Has.Some.Not.Zero);
    }

    [TestCase(
        "\"direct_step_scale\"", "\"indirect_step_sca\"", "expected the metadata 'direct_step_scale' beside the tensor 'B', found none")]
    [TestCase("\"B\":{", "\"C\":{", "expected a tensor 'B', found none")]
    [TestCase("\"shape\":[37,3]", "\"shape\":[3,37]", "tensor 'B': expected shape [37, 3], found [3, 37]")]
    [TestCase("\"direct_step_scale\":\"", "\"direct_step_scale\":\"-", "direct_step_scale: expected a finite number of 0 or more, found -")]
    public void Models_that_lie_about_them_are_refused(string truth, string lie, string says)
    {
        using (Network network = Trained())
            network.Save(Model);
        byte[] bytes = File.ReadAllBytes(Model);
        string header = FirstVersion.Of(Encoding.Latin1.GetString(bytes, 0, 4096));
        Assert.That(header, Does.Contain(truth));
        Encoding.Latin1.GetBytes(header.Replace(truth, lie, StringComparison.Ordinal)[..4096]).CopyTo(bytes, 0);
        File.WriteAllBytes(Model, bytes);
        long live = NativeBytes.Live;
        Assert.That(() => Network.Load(Model).Dispose(), Throws.TypeOf<InvalidDataException>().With.Message.Contains(says));
        Assert.That(NativeBytes.Live, Is.EqualTo(live));
    }

    [Test]
    public void A_number_of_them_that_is_not_finite_is_refused()
    {
        using (Network network = Trained())
        {
            network.Layers.Direct!.Matrix[2, 5] = float.NaN;
            network.Save(Model);
        }
        Assert.That(
            () => Network.Load(Model).Dispose(),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("tensor 'B': expected a finite number at element 17"));
    }

    [TestCase("\"B\":{", "\"C\":{", "found 'C' too")]
    [TestCase("\"direct_step_scale\"", "\"indirect_step_sca\"", "'direct_step_scale'")]
    public void Deltas_without_them_are_refused_and_change_nothing(string truth, string lie, string says)
    {
        using (Network network = Trained())
            network.Save(Model);
        using (Network tuned = Network.Load(Model))
        {
            TestTraining.Fit(
                tuned, TestTraining.Smooth(30, 37, 3, seed: 4), new() { Steps = 2, Threads = 2, Flush = FlushPolicy.Never });
            tuned.SaveDelta(Delta);
        }
        byte[] bytes = File.ReadAllBytes(Delta);
        string header = FirstVersion.Of(Encoding.Latin1.GetString(bytes, 0, 4096));
        Assert.That(header, Does.Contain(truth));
        Encoding.Latin1.GetBytes(header.Replace(truth, lie, StringComparison.Ordinal)[..4096]).CopyTo(bytes, 0);
        File.WriteAllBytes(Delta, bytes);
        using Network again = Network.Load(Model);
        float[] before = PanelsTests.Outputs(again);
        Assert.That(() => again.ApplyDelta(Delta), Throws.TypeOf<InvalidDataException>().With.Message.Contains(says));
        Numbers.SameBits(PanelsTests.Outputs(again), before, "predictions");
    }

    private static Network Trained()
    {
        Network network = Network.Create(Shapes.Direct, 5);
        TrainingResult result = TestTraining.Fit(
            network, TestTraining.Smooth(40, 37, 3), new() { Steps = 3, TrainFrom = 2, Threads = 2, Flush = FlushPolicy.Immediate });
        Assert.That(result.Accepted, Is.Positive);
        return network;
    }

    private static double[] ToDouble(float[] values) => Array.ConvertAll(values, value => (double)value);
}
