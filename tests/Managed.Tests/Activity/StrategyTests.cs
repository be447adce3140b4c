using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Activity;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Managed.Tests.Activity;

/// <summary>
/// Every way to find the firing neurons of the lowest trained layer trains the same network: equal sets at the start, equal losses after
/// every step.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class StrategyTests(KernelSet kernels)
{
    private static readonly ActivityStrategy[] s_strategies =
        [ActivityStrategy.Automatic, ActivityStrategy.Certified, ActivityStrategy.HalfSpaceOverWeights, ActivityStrategy.HalfSpaceOverData,
            ActivityStrategy.CorrelationTree];

    [TestCaseSource(nameof(s_strategies))]
    public void A_two_layer_network_trains_to_the_same_losses(ActivityStrategy strategy)
    {
        Dataset data = TestTraining.Smooth(50, 3), heldOut = TestTraining.Smooth(20, 3, seed: 4);
        (double[] losses, double?[] heldOutLosses) = Losses(ActivityStrategy.Full, data, heldOut);
        (double[] found, double?[] foundHeldOut) = Losses(strategy, data, heldOut);
        Assert.That(found, Has.Length.EqualTo(6));
        for (int step = 0; step < losses.Length; step++)
        {
            Assert.That(found[step], Is.EqualTo(losses[step]).Within(1e-3).Percent, $"loss after step {step}");
            Assert.That(foundHeldOut[step], Is.EqualTo(heldOutLosses[step]).Within(1e-3).Percent, $"held-out loss after step {step}");
        }
    }

    [TestCaseSource(nameof(s_strategies))]
    public void The_first_sets_are_those_of_the_full_pass(ActivityStrategy strategy)
    {
        // More neurons than a block of lists, so that these span several.
        using Network network = Draw(1300);
        // A pre-trained layer has a threshold per neuron.
        for (int row = 0; row < 1300; row += 3)
            network.Layers.Hidden[0].Thresholds[row] *= 0.5f;
        RowBatch data = RowBatch.From(TestTraining.Smooth(70, 3).Examples, network.Input, network.Target, needsTargets: true);
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        Layer layer = network.Layers.Hidden[0];
        using var full = new Tape(verbs, network.Layers, 0, network.Loss);
        using var searched = new Tape(verbs, network.Layers, 0, network.Loss, IncrementalActiveSetFinder.For(strategy, verbs, layer));
        full.Load(data, isTrained: true);
        searched.Load(data, isTrained: true);
        Assert.That(searched.State.Last.Sets.Active.SameEntries(full.State.Last.Sets.Active));
        Assert.That(full.State.Last.Sets.Active.Entries, Is.Positive);
    }

    [TestCase(ActivityStrategy.HalfSpaceOverWeights)]
    [TestCase(ActivityStrategy.HalfSpaceOverData)]
    [TestCase(ActivityStrategy.CorrelationTree)]
    public void Dropped_steps_are_moved_back(ActivityStrategy strategy)
    {
        (Dataset noise, Dataset heldOut) =
            Dataset.From(ReferenceData.UnitRows(90, 3), 3, ReferenceData.Normals(90)).WithoutTransforms().Split(0.3, 1);
        var options = new GaussNewtonOptions { Activity = strategy, TrainFrom = 1, Steps = 25, ResidualTolerance = 0, Threads = 2 };
        using Network full = Draw(200), searched = Draw(200);
        var fullReports = new Recorder();
        var reports = new Recorder();
        _ = TestTraining.Fit(full, noise, options with { Activity = ActivityStrategy.Full }, fullReports, heldOut);
        _ = TestTraining.Fit(searched, noise, options, reports, heldOut);
        Assert.That(reports.Trials.Count(report => !report.Accepted), Is.Positive);
        Assert.That(reports.Trials.Select(report => report.Accepted), Is.EqualTo(fullReports.Trials.Select(report => report.Accepted)));
        foreach ((GaussNewtonStepReport found, GaussNewtonStepReport expected) in reports.Trials.Zip(fullReports.Trials))
            Assert.That(found.Loss, Is.EqualTo(expected.Loss).Within(0.01).Percent, $"loss after step {found.Step}");
    }

    [Test]
    public void Trees_over_data_serve_where_there_are_more_data_than_neurons()
    {
        Dataset data = TestTraining.Smooth(120, 3);
        (double[] losses, _) = Losses(ActivityStrategy.Full, data, null, width: 40);
        (double[] found, _) = Losses(ActivityStrategy.CorrelationTree, data, null, width: 40);
        for (int step = 0; step < losses.Length; step++)
            Assert.That(found[step], Is.EqualTo(losses[step]).Within(1e-3).Percent, $"loss after step {step}");
    }

    [TestCaseSource(nameof(s_strategies))]
    public void Results_do_not_depend_on_the_number_of_threads(ActivityStrategy strategy)
    {
        float[][] weights = [.. new[] { 1, 3 }.Select(threads =>
        {
            using Network network = Network.Create(
                new NetworkShape { Inputs = 3, Outputs = 1, Hidden = [700, 600], Densities = [0.1] }, 5, kernels, threads: 1);
            _ = TestTraining.Fit(network, TestTraining.Smooth(50, 3),
                new() { Activity = strategy, TrainFrom = 1, Steps = 10, ResidualTolerance = 0, Threads = threads });
            return TestTraining.Weights(network);
        })];
        Numbers.SameBits(weights[1], weights[0], "weights");
    }

    [Test]
    public void A_search_over_rows_refuses_a_higher_layer()
    {
        using Network network = Network.Create(new NetworkShape { Inputs = 3, Outputs = 1, Hidden = [20, 20] }, 1, kernels, threads: 1);
        Assert.That(
            () => TestTraining.Fit(network, TestTraining.Smooth(10, 3), new() { Activity = ActivityStrategy.HalfSpaceOverWeights }),
            Throws.ArgumentException.With.Message.Contains("expected TrainFrom 1").And.Message.Contains("found 2"));
    }

    [TestCase(131_072, 3, 512, ActivityStrategy.HalfSpaceOverWeights)]
    [TestCase(131_072, 3, 8, ActivityStrategy.Full)]
    [TestCase(16_384, 32, 512, ActivityStrategy.Full)]
    [TestCase(4_096, 785, 4_000, ActivityStrategy.Full)]
    public void The_cost_model_follows_what_was_measured(int width, int inputs, int data, ActivityStrategy expected)
    {
        double density = Shift.UpperTail(Shift.FromWidth(0.4, width));
        Assert.That(ActivityCosts.CheapestForFirst(width, inputs, density, data), Is.EqualTo(expected));
    }

    private (double[] Losses, double?[] HeldOut) Losses(ActivityStrategy strategy, Dataset data, Dataset? heldOut, int width = 700)
    {
        using Network network = Draw(width);
        var recorder = new Recorder();
        var options = new GaussNewtonOptions
        {
            Activity = strategy,
            TrainFrom = 1,
            TrainOutput = false,
            AdaptDamping = false,
            Steps = 5,
            ResidualTolerance = 0,
            Threads = 2,
        };
        _ = TestTraining.Fit(network, data, options, recorder, heldOut);
        return ([.. recorder.Reports.Select(report => report.Loss)], [.. recorder.Reports.Select(report => report.ValidationLoss)]);
    }

    private Network Draw(int width) => Network.Create(
        new NetworkShape { Inputs = 3, Outputs = 1, Hidden = [width], Densities = [0.2], OutputWeights = OutputWeights.Signs,
        Normalisation = Normalisation.Plain }, 5, kernels, threads: 1);
}
