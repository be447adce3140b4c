using Subquad.Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Optimizers.GaussNewton;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>
/// A step while it is pending: nothing moves, and what it promises is what a full forward pass finds once it is folded in. Then the step
/// itself against float64.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class PendingStepTests(KernelSet kernels)
{
    [Test]
    public void A_pending_step_equals_the_committed_one([Values(1, 2, 3)] int trainFrom, [Values] bool trainOutput, [Values] bool direct)
    {
        using Network network = Network.Create(Shapes.Odd with { DirectWeights = direct }, 7, kernels, threads: 1);
        TestTraining.FillDirect(network);
        var options = new GaussNewtonOptions { TrainFrom = trainFrom, TrainOutput = trainOutput, Threads = 2 };
        RowBatch data = Prepare(network, 65, seed: 1), heldOut = Prepare(network, 30, seed: 2);
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        using var step = new GaussNewtonStep(verbs, network.Layers, trainFrom - 1, options);
        using Tape batch = Load(verbs, network, trainFrom, data, isTrained: true),
            other = Load(verbs, network, trainFrom, heldOut, isTrained: false);
        using var products = new PanelMatrix(1, 1);

        float[] before = TestTraining.Weights(network);
        double trial = step.Try(batch, 1);
        _ = step.TryOn(other, batch, products, refill: true);
        Numbers.SameBits(TestTraining.Weights(network), before, "weights under a pending step");
        Assert.That(batch.Loss - trial, Is.Positive);

        step.Commit(batch);
        Assert.That(ReferenceData.Distance(ToDouble(TestTraining.Weights(network)), ToDouble(before)), Is.Positive);
        foreach ((Tape tried, RowBatch rows) in new[] { (batch, data), (other, heldOut) })
        {
            using Tape full = Load(verbs, network, trainFrom, rows, isTrained: false);
            Assert.That(ReferenceData.Distance(Hidden(tried), Hidden(full)), Is.LessThan(1e-5), $"h_L of {rows.Count} rows");
            Assert.That(
                ReferenceData.Distance(ToDouble(Samples.ToArray(tried.Trial.Outputs)), ToDouble(Samples.ToArray(full.State.Outputs))),
                Is.LessThan(1e-5), $"f of {rows.Count} rows");
        }
    }

    [Test]
    public void A_cancelled_team_still_folds_the_whole_step_in()
    {
        Numbers.SameBits(Weights(new CancellationToken(canceled: true)), Weights(CancellationToken.None), "weights");

        float[] Weights(CancellationToken cancellation)
        {
            using Network network = Network.Create(Shapes.Odd, 7, kernels, threads: 1);
            using var team = new WorkerTeam(2);
            var verbs = new TeamKernels(kernels, team);
            using var step = new GaussNewtonStep(verbs, network.Layers, 0, new GaussNewtonOptions { TrainFrom = 1, Threads = 2 });
            using Tape batch = Load(verbs, network, 1, Prepare(network, 65, seed: 1), isTrained: true);
                _ = step.Try(batch, 1);
            team.Cancellation = cancellation;
            step.Commit(batch);
            Assert.That(team.Cancellation, Is.EqualTo(cancellation), "it is honoured again afterwards");
            return TestTraining.Weights(network);
        }
    }

    [Test]
    public void The_step_is_the_reference_step(
        [Values(1, 2)] int trainFrom, [Values(1, 3)] int outputs, [Values] bool direct, [Values] bool trainOutput)
    {
        NetworkShape shape = Shapes.Odd with { Hidden = [65, 37], Densities = [0.3], Outputs = outputs, DirectWeights = direct };
        using Network network = Network.Create(shape, 7, kernels, threads: 1);
        TestTraining.FillDirect(network);
        var options = new GaussNewtonOptions
        {
            TrainFrom = trainFrom, TrainOutput = trainOutput, CgTolerance = 1e-7, CgIterations = 200, Threads = 1,
        };
        RowBatch data = Prepare(network, 17, seed: 1);
        using var team = new WorkerTeam(1);
        var verbs = new TeamKernels(kernels, team);
        using var step = new GaussNewtonStep(verbs, network.Layers, trainFrom - 1, options);
        using Tape batch = Load(verbs, network, trainFrom, data, isTrained: true);
        var reference = new ReferenceNetwork(network);
        double[] drawn = reference.Parameters();

        double trial = step.Try(batch, 1);
        step.Commit(batch);
        ReferencePoint[] points = Points(reference, data);
        double directStepScale = network.Layers.Direct?.StepScale ?? 0;
        var exact = new ReferenceBatch(reference, points, trainFrom - 1, trainOutput, step.HiddenStepScale, directStepScale);
        Assert.That(batch.MeanOf(batch.Loss), Is.EqualTo(exact.Loss(data.Targets)).Within(1e-4).Percent);
        double[] residual = exact.Residual(data.Targets), alpha = exact.Step(data.Targets, step.Mu);
        double promised = 0.5 * (residual.Sum(r => r * r) - alpha.Sum(a => a * step.Mu * a * step.Mu));
        Assert.That(step.PredictedDecrease, Is.EqualTo(promised).Within(0.01).Percent);

        double[] moved = [.. reference.Parameters().Zip(drawn, (after, before) => after - before)];
        double[] found = [.. ToDouble(TestTraining.Weights(network)).Zip(drawn, (after, before) => after - before)];
        Assert.That(ReferenceData.Distance(found, moved), Is.LessThan(1e-4), "the change of all weights");
        var after = new ReferenceBatch(reference, Points(reference, data), trainFrom - 1, trainOutput, step.HiddenStepScale);
        Assert.That(batch.MeanOf(trial), Is.EqualTo(after.Loss(data.Targets)).Within(0.01).Percent);
    }

    private static RowBatch Prepare(Network network, int count, int seed)
    {
        Dataset data = TestTraining.Smooth(count, network.InputWidth, network.OutputCount, seed);
        return RowBatch.From(data.Examples, network.Input, network.Target, needsTargets: true);
    }

    private static Tape Load(TeamKernels verbs, Network network, int trainFrom, RowBatch data, bool isTrained)
    {
        var batch = new Tape(verbs, network.Layers, trainFrom - 1, network.Loss);
        batch.Load(data, isTrained);
        return batch;
    }

    /// <summary>h_L of the trial state if there is one, else of the present state, as a dense array.</summary>
    private static double[] Hidden(Tape batch)
    {
        ActiveBatch active = (batch.Trial.Last.Sets.Active.Count > 0 ? batch.Trial : batch.State).Last.Sets.Active;
        var dense = new double[active.Count * active.Width];
        foreach ((int datum, int id, long place) in Samples.Entries(active))
            dense[datum * active.Width + id] = active.Values[place];
        return dense;
    }

    private static ReferencePoint[] Points(ReferenceNetwork network, RowBatch data) =>
        [.. Enumerable.Range(0, data.Count).Select(i => network.Forward(data.Inputs.ValuesOf(i)))];

    private static double[] ToDouble(float[] values) => Array.ConvertAll(values, value => (double)value);
}
