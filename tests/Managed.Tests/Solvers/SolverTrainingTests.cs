using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Simd;
using Subquad.Support;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>
/// Whole trainings by every solver: the same steps where the solve is accurate, honest promises where it is not, damping where the system
/// is singular.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class SolverTrainingTests(KernelSet kernels)
{
    private static readonly SolverChoice[] s_iterative = [SolverChoice.SketchedConjugateGradient, SolverChoice.LowRankConjugateGradient];

    [Test]
    public void With_one_output_iterative_solvers_take_the_exact_steps(
        [ValueSource(nameof(s_iterative))] SolverChoice solver, [Values(1, 3)] int trainFrom, [Values] bool trainOutput)
    {
        var options = new GaussNewtonOptions { TrainFrom = trainFrom, TrainOutput = trainOutput, Steps = 4, Threads = 2 };
        List<GaussNewtonStepReport> exact = Train(Shapes.OneOutput, options with { Solver = SolverChoice.Cholesky }),
            found = Train(Shapes.OneOutput, options with { Solver = solver });
        for (int step = 1; step <= 4; step++)
        {
            Assert.That(found[step].Loss, Is.EqualTo(exact[step].Loss).Within(0.1).Percent, $"loss of step {step}");
            Assert.That(found[step].PredictedDecrease, Is.EqualTo(exact[step].PredictedDecrease).Within(0.1).Percent);
            Assert.That(found[step].CgIterations, Is.Positive);
            Assert.That(found[step].Solver, Is.EqualTo(solver));
        }
    }

    [Test]
    public void The_default_is_the_exact_solver_at_these_sizes()
    {
        List<GaussNewtonStepReport> automatic = Train(Shapes.OneOutput, new() { Steps = 2, Threads = 2 }),
            exact = Train(Shapes.OneOutput, new() { Steps = 2, Threads = 2, Solver = SolverChoice.Cholesky });
        Assert.That(automatic.Select(report => report.Solver),
            Is.EqualTo(new SolverChoice?[] { null, SolverChoice.Cholesky, SolverChoice.Cholesky }));
        Assert.That(automatic.Select(report => report.Loss), Is.EqualTo(exact.Select(report => report.Loss)));
    }

    [Test]
    public void A_sketched_system_promises_what_its_step_holds([Values(1, 3)] int trainFrom)
    {
        // So strongly damped that the network is nearly linear: what the linear model promises must then happen.
        List<GaussNewtonStepReport> reports = Train(
            Shapes.OneOutput, new() { TrainFrom = trainFrom, Steps = 3, Damping = 30, AdaptDamping = false, Threads = 2,
            Solver = SolverChoice.DirectSketch, CgTolerance = 0.01 });
        foreach (GaussNewtonStepReport report in reports.Skip(1))
        {
            Assert.That(report.ActualDecrease, Is.EqualTo(report.PredictedDecrease).Within(15).Percent);
            Assert.That(report.PredictedDecrease, Is.Positive);
            Assert.That(report.Solver, Is.EqualTo(SolverChoice.DirectSketch));
        }
    }

    [Test]
    public void A_sketched_system_trains()
    {
        List<GaussNewtonStepReport> reports = Train(Shapes.OneOutput, new() { Steps = 8, Threads = 2, Solver = SolverChoice.DirectSketch });
        Assert.That(reports[^1].Loss, Is.LessThan(0.2 * reports[0].Loss));
    }

    [Test]
    public void With_several_outputs_every_preconditioner_leads_to_the_same_losses(
        [ValueSource(nameof(s_iterative))] SolverChoice solver, [Values(1, 3)] int trainFrom, [Values] bool trainOutput)
    {
        var options = new GaussNewtonOptions
        {
            TrainFrom = trainFrom, TrainOutput = trainOutput, Steps = 3, CgTolerance = 1e-6, CgIterations = 200, Threads = 2
        };
        List<GaussNewtonStepReport> exact = Train(Shapes.Odd, options with { Solver = SolverChoice.Cholesky }),
            found = Train(Shapes.Odd, options with { Solver = solver });
        for (int step = 1; step <= 3; step++)
        {
            Assert.That(found[step].Loss, Is.EqualTo(exact[step].Loss).Within(0.5).Percent, $"loss of step {step}");
            Assert.That(found[step].CgIterations, Is.InRange(1, 199));
        }
    }

    [Test]
    public void Several_outputs_are_no_direct_sketch()
    {
        using Network network = Network.Create(Shapes.Odd, 3, kernels);
        Assert.That(
            () => TestTraining.Fit(
                network, TestTraining.Smooth(20, Shapes.Odd.Inputs, Shapes.Odd.Outputs), new() { Solver = SolverChoice.DirectSketch }),
            Throws.ArgumentException.With.Message.Contains("expected one output"));
    }

    [Test]
    public void Contradicting_duplicates_are_damped_and_the_damping_is_reported([Values] SolverChoice solver)
    {
        float[] rows = ReferenceData.UnitRows(12, 8), targets = ReferenceData.Normals(24);
        var shape = new NetworkShape { Inputs = 8, Hidden = [200, 130], Outputs = 1, Densities = [0.2] };
        using Network network = Network.Create(shape, 1, kernels);
        var recorder = new Recorder();
        TrainingResult result = TestTraining.Fit(network, Dataset.From([.. rows, .. rows], 8, targets).WithoutTransforms(),
            new() { Steps = 60, Damping = 0, Solver = solver, Threads = 2 }, recorder);
        double floor = Enumerable.Range(0, 12).Sum(i => Math.Pow(targets[i] - targets[i + 12], 2) / 2) / (2 * 24);
        Assert.That(result.Loss, Is.EqualTo(floor).Within(solver == SolverChoice.DirectSketch ? 10 : 2).Percent, result.Message);
        Assert.That(recorder.Trials.Select(report => report.Damping), Is.All.Positive);
    }

    [Test]
    public void Threads_do_not_show([Values] SolverChoice solver, [Values(1, 3)] int outputs)
    {
        if (solver == SolverChoice.DirectSketch && outputs > 1)
            return;
        NetworkShape shape = Shapes.Odd with { Outputs = outputs };
        var options = new GaussNewtonOptions { TrainFrom = 1, Steps = 3, Solver = solver };
        double[] alone = [.. Train(shape, options with { Threads = 1 }).Select(report => report.Loss)];
        foreach (int threads in new[] { 2, 3 })
            Numbers.SameBits(
                [.. Train(shape, options with { Threads = threads }).Select(report => report.Loss)], alone, $"losses on {threads} threads");
    }

    [Test]
    public void Dead_data_and_zeros_pass([Values] SolverChoice solver, [Values(1, 2)] int outputs)
    {
        if (solver == SolverChoice.DirectSketch && outputs > 1)
            return;
        float[] rows = ReferenceData.UnitRows(20, 8);
        Array.Clear(rows, 5 * 8, 8);
        var shape = new NetworkShape { Inputs = 8, Hidden = [200, 130], Outputs = outputs, Densities = [0.2] };
        using Network network = Network.Create(shape, 1, kernels);
        var recorder = new Recorder();
        TrainingResult result = TestTraining.Fit(
            network, Dataset.From(rows, 8, ReferenceData.Normals(20 * outputs), outputs).WithoutTransforms(),
            new() { TrainFrom = 1, Steps = 6, Solver = solver, Threads = 2 }, recorder);
        Assert.That(result.Loss, Is.LessThan(0.5 * recorder.Reports[0].Loss), result.Message);
    }

    private List<GaussNewtonStepReport> Train(NetworkShape shape, GaussNewtonOptions options)
    {
        using Network network = Network.Create(shape, 3, kernels, threads: 1);
        var recorder = new Recorder();
        _ = TestTraining.Fit(network, TestTraining.Smooth(70, shape.Inputs, shape.Outputs), options, recorder);
        Assert.That(recorder.Reports, Has.Count.EqualTo(options.Steps + 1));
        return recorder.Reports;
    }
}
