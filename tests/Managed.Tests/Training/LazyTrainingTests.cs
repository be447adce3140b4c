using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using NUnit.Framework;
using Subquad;
using Subquad.Activity;
using Subquad.Data;
using Subquad.Layers;
using Subquad.Optimizers.GaussNewton;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;
using Subquad.Training;
using Subquad.Weights;

namespace Subquad.Managed.Tests.Training;

/// <summary>
/// Training with steps held beside the weights is training with steps added to them, within rounding; what must not be written is not.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class LazyTrainingTests(KernelSet kernels)
{
    private const int Steps = 6, Count = 40;

    private static readonly NetworkShape s_shape = Shapes.Odd with { Hidden = [150, 170, 200], Densities = [0.2] };

    [Test]
    public void Losses_and_weights_are_those_of_scattered_steps_within_rounding(
        [Values(1, 2)] int trainFrom, [Values(1, 3)] int outputs, [Values(0, 100, int.MaxValue)] int most,
            [Values(0L, long.MaxValue)] long packed)
    {
        GaussNewtonOptions options = Options(trainFrom) with { PackedBytes = packed };
        (float[] expected, Recorder expectedReports) = Train(options with { Flush = FlushPolicy.Immediate }, outputs);
        (float[] found, Recorder reports) = Train(options with { Flush = FlushPolicy.RankAbove(most) }, outputs);
        if (most == 0)
        {
            Numbers.SameBits(found, expected, "weights");
            return;
        }
        // Some hundred roundings in each pre-activation, carried on from step to step; a loss that is nearly zero is made of them.
        Assert.That(reports.Reports, Has.Count.EqualTo(expectedReports.Reports.Count));
        double first = expectedReports.Reports[0].Loss;
        for (int step = 0; step < reports.Reports.Count; step++)
            Assert.That(reports.Reports[step].Loss, Is.EqualTo(expectedReports.Reports[step].Loss)
                .Within(1e-3 * expectedReports.Reports[step].Loss + 1e-9 * first), $"loss of step {step}");
        Assert.That(Distance(found, expected), Is.LessThan(1e-4));
    }

    [Test]
    public void The_cost_model_adds_steps_of_narrow_layers_at_once()
    {
        (float[] expected, _) = Train(Options(1) with { Flush = FlushPolicy.Immediate }, 3);
        (float[] found, _) = Train(Options(1), 3);
        Numbers.SameBits(found, expected, "weights");
    }

    [Test]
    public void Threads_do_not_show([Values(100, int.MaxValue)] int most)
    {
        (float[] expected, _) = Train(Options(1) with { Flush = FlushPolicy.RankAbove(most), Threads = 1 }, 3);
        foreach (int threads in new[] { 2, 3 })
            Numbers.SameBits(Train(Options(1) with { Flush = FlushPolicy.RankAbove(most), Threads = threads }, 3).Weights, expected,
                $"{threads} threads");
    }

    [Test]
    public void Certified_steps_are_the_full_ones([Values(1, 3)] int outputs, [Values(100, int.MaxValue)] int most)
    {
        GaussNewtonOptions options = Options(1) with
        {
            Flush = FlushPolicy.RankAbove(most),
            // The audit throws at the first difference of a bit.
            Certificates = new CertificatePolicy
            {
                Audits = true, MostUncertain = 0.9, PassesBeforeRenewal = most == 100 ? 10 : double.PositiveInfinity
            },
        };
        (float[] full, Recorder fullReports) = Train(options with { Activity = ActivityStrategy.Full }, outputs, validates: true);
        (float[] certified, Recorder reports) = Train(options with { Activity = ActivityStrategy.Certified }, outputs, validates: true);
        Assert.That(reports.Reports.Select(report => report.Loss), Is.EqualTo(fullReports.Reports.Select(report => report.Loss)));
        Assert.That(reports.Reports.Select(report => report.ValidationLoss),
            Is.EqualTo(fullReports.Reports.Select(report => report.ValidationLoss)));
        Numbers.SameBits(certified, full, "weights");
        Assert.That(reports.Trials.Min(report => report.Reevaluated[^1]), Is.LessThan(1));
    }

    [TestCase(ActivityStrategy.HalfSpaceOverWeights)]
    [TestCase(ActivityStrategy.HalfSpaceOverData)]
    [TestCase(ActivityStrategy.CorrelationTree)]
    public void Searches_of_the_first_layer_see_what_is_held(ActivityStrategy strategy)
    {
        var shape = new NetworkShape { Inputs = 4, Hidden = [300], Outputs = 1, Densities = [0.1] };
        double[][] losses = [.. new[] { FlushPolicy.Immediate, FlushPolicy.Never }.Select(policy =>
        {
            using Network network = Network.Create(shape, 5, kernels, threads: 1);
            Dataset data = TestTraining.Smooth(Count, 4);
            var recorder = new Recorder();
            _ = TestTraining.Fit(network, data, Options(1) with { Activity = strategy, Flush = policy, Steps = 3 }, recorder);
            _ = TestTraining.Fit(network, data, Options(1) with { Activity = strategy, Flush = policy, Steps = 3 }, recorder);
            return (double[])[.. recorder.Reports.Select(report => report.Loss)];
        })];
        for (int step = 0; step < losses[0].Length; step++)
            Assert.That(losses[1][step], Is.EqualTo(losses[0][step]).Within(0.1).Percent, $"report {step}");
    }

    [Test]
    public void Never_leaves_the_base_and_a_later_fit_goes_on_from_it([Values(1, 2)] int trainFrom)
    {
        using Network network = Network.Create(s_shape, 5, kernels, threads: 1);
        Dataset data = TestTraining.Smooth(Count, 37, 3);
        float[] drawn = Bases(network);
        TrainingResult first = TestTraining.Fit(network, data, Options(trainFrom) with { Flush = FlushPolicy.Never, Steps = 3 });
        Numbers.SameBits(Bases(network), drawn, "bases");
        Assert.That((network.Weights.HasTerms, network.Weights.IsBaseChanged), Is.EqualTo((true, false)));
        Assert.That(network.Weights.Skip(trainFrom - 1).Select(layer => layer.HasTerms), Is.All.True);
        Assert.That(network.Evaluate(data).Loss, Is.EqualTo(first.Loss).Within(0.1).Percent, "what is held counts");
        float[] alone = new float[3], together = new float[3 * Count];
        network.PredictAll(data, together);
        network.Predict(data.Examples.Inputs.ValuesOf(7), alone);
        Numbers.SameBits(alone, together.AsSpan(21, 3), "a single row");

        var recorder = new Recorder();
        TrainingResult second = TestTraining.Fit(network, data, Options(trainFrom) with { Steps = 3 }, recorder);
        Assert.That(recorder.Reports[0].Loss, Is.EqualTo(first.Loss).Within(0.1).Percent, "it begins where the first one ended");
        Assert.That(second.Loss, Is.LessThan(first.Loss));
        Assert.That((network.Weights.HasTerms, network.Weights.IsBaseChanged), Is.EqualTo((false, true)),
            "another policy adds at its end what was held before");
        Assert.That(network.Evaluate(data).Loss, Is.EqualTo(second.Loss).Within(0.1).Percent);
    }

    [Test]
    public void A_read_only_base_is_trained_without_a_write([Values(1, 2)] int trainFrom, [Values(0, 20)] int batch)
    {
        // Wide enough for pages of its own.
        using Network drawn =
            Network.Create(new() { Inputs = 600, Hidden = [600, 600], Outputs = 2, Densities = [0.05] }, 5, kernels, threads: 1);
        using LayerStack layers = ReadOnly(drawn);
        var pages = new List<ReadOnlyPages>();
        foreach (LowRankWeights weights in layers.Weights)
            for (int panel = 0; panel < weights.Base.Panels; panel++)
                pages.Add(new ReadOnlyPages(weights.Base.Panel(panel)));
        try
        {
            using var team = new WorkerTeam(2);
            RowBatch data = RowBatch.From(TestTraining.Smooth(Count, 600, 2).Examples, drawn.Input, drawn.Target, needsTargets: true);
            GaussNewtonOptions options = Options(trainFrom) with { Flush = FlushPolicy.Immediate, Batch = batch, Steps = 4 };
            var recorder = new Recorder();
            var verbs = new TeamKernels(kernels, team);
            InMemorySource source = GaussNewtonTrainer.SourceOf(data, options);
            using (var optimizer = new GaussNewtonOptimizer(verbs, layers, options, drawn.Loss, data.Count, keepsFlips: true))
            using (var loop = new TrainingLoop(
                verbs, layers, GaussNewtonTrainer.PlanOf(options), optimizer, drawn.Target, source, null, recorder))
                Assert.That(loop.Run().Accepted, Is.Positive);
            if (batch == 0)
                Assert.That(recorder.Reports[^1].Loss, Is.LessThan(recorder.Reports[0].Loss));
            Assert.That(layers.Weights.Skip(trainFrom - 1).Select(weights => weights.HasTerms), Is.All.True);
            Assert.That(layers.Weights.IsBaseChanged, Is.False);
        }
        finally
        {
            pages.ForEach(page => page.Dispose());
        }
        for (int layer = 0; layer < 2; layer++)
            Numbers.SameBits(Samples.ToArray(layers.Weights[layer].Base), Samples.ToArray(drawn.Weights[layer].Base), $"base {layer + 1}");
    }

    [Test]
    public void A_model_is_saved_whole_and_predicts_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        using Network network = Network.Create(s_shape, 5, kernels, threads: 1);
        Dataset data = TestTraining.Smooth(Count, 37, 3);
        var whole = new List<float[]>();
        var recorder = new Recorder(report =>
        {
            whole.Add(TestTraining.Weights(network));
            // Beside a fit that goes on: nothing is added to bases that it knows.
            float[] bases = Bases(network);
            network.Save(folder.File($"{report.Step}"));
            Numbers.SameBits(Bases(network)[(37 * 150)..], bases.AsSpan(37 * 150), "bases above the lowest trained layer");
        });
        _ = TestTraining.Fit(network, data, Options(1) with { Flush = FlushPolicy.Never, Steps = 3 }, recorder);
        for (int step = 0; step <= 3; step++)
        {
            using Network saved = Network.Load(folder.File($"{step}"), kernels);
            Numbers.SameBits(TestTraining.Weights(saved), whole[step], $"weights after step {step}");
        }
        Assert.That(network.Weights[0].Rank, Is.EqualTo(Count),
            "the lowest trained layer's change is one term for each datum, however often it was asked for");
        network.Save(folder.File("end"));
        Assert.That(network.Weights.HasTerms, Is.False, "saving folds in what is held beside a base that may be written");
        using Network loaded = Network.Load(folder.File("end"), kernels);
        float[] expected = new float[3 * Count], found = new float[3 * Count];
        network.PredictAll(data, expected);
        loaded.PredictAll(data, found);
        Numbers.SameBits(found, expected, "predictions");
    }

    [Test]
    public void A_held_term_that_is_not_finite_is_named()
    {
        using Network network = Network.Create(s_shape, 5, kernels, threads: 1);
        using ActiveBatch outputs = new(), inputs = new();
        outputs.FillNonZero([.. Enumerable.Repeat(float.NaN, 170)], 1, 170);
        inputs.FillNonZero([.. Enumerable.Repeat(1f, 150)], 1, 150);
        network.Weights[1].Append(outputs, outputs.Values, inputs, 1f);
        TrainingResult result = TestTraining.Fit(network, TestTraining.Smooth(20, 37, 3), Options(1));
        Assert.That((result.Reason, result.Steps), Is.EqualTo((StopReason.NonFinite, 0)));
        Assert.That(result.Message, Does.Contain("hidden layer 2"));
    }

    private (float[] Weights, Recorder Reports) Train(GaussNewtonOptions options, int outputs, bool validates = false)
    {
        using Network network = Network.Create(s_shape with { Outputs = outputs }, 5, kernels, threads: 1);
        var recorder = new Recorder();
        _ = TestTraining.Fit(network, TestTraining.Smooth(Count, 37, outputs), options, recorder, validates
            ? TestTraining.Smooth(20, 37, outputs, seed: 2) : null);
        return (TestTraining.Weights(network), recorder);
    }

    private static GaussNewtonOptions Options(int trainFrom) =>
        new() { TrainFrom = trainFrom, Steps = Steps, AdaptDamping = false, ResidualTolerance = 0, Threads = 2 };

    private static float[] Bases(Network network) => [.. network.Weights.SelectMany(layer => Samples.ToArray(layer.Base))];

    private static double Distance(float[] found, float[] expected) =>
        ReferenceData.Distance(Array.ConvertAll(found, value => (double)value), Array.ConvertAll(expected, value => (double)value));

    /// <summary>A copy of a network's layers on bases that must not be written.</summary>
    private static LayerStack ReadOnly(Network network)
    {
        var hidden = new List<Layer>();
        foreach (Layer layer in network.Layers.Hidden)
        {
            var copy = new PanelMatrix(layer.Width, layer.Inputs);
            copy.CopyFrom(layer.Weights);
            var shared = new Layer(new LowRankWeights(copy, isReadOnly: true), layer.Activation, layer.ExpectedDensity);
            shared.Thresholds.CopyFrom(layer.Thresholds);
            hidden.Add(shared);
        }
        var output = new PanelMatrix(network.Layers.Output.Rows, network.Layers.Output.Columns);
        output.CopyFrom(network.Layers.Output);
        return new LayerStack([.. hidden], output);
    }
}
