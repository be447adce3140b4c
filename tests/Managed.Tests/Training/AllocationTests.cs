using Subquad.Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Simd.Threading;

namespace Subquad.Managed.Tests.Training;

/// <summary>What the managed heap sees of training: nothing per warm step, and reports only for a listener.</summary>
[TestFixture]
internal sealed class AllocationTests
{
    private const int Short = 3, Long = 9;

    [Test]
    public void A_warm_step_allocates_nothing([Values(1, 3)] int outputs, [Values(1, 3)] int trainFrom, [Values(1, 2)] int threads,
        [Values(ActivityStrategy.Full, ActivityStrategy.Certified)] ActivityStrategy activity) =>
        Assert.That(InWarmSteps(Short, Long, outputs, new() { TrainFrom = trainFrom, Threads = threads, Activity = activity }), Is.Zero);

    [Test]
    public void Nor_does_one_by_another_solver(
        [Values(1, 3)] int outputs,
        [Values(SolverChoice.SketchedConjugateGradient, SolverChoice.LowRankConjugateGradient)] SolverChoice solver) =>
        Assert.That(InWarmSteps(Short, Long, outputs, new() { TrainFrom = 1, Threads = 2, Solver = solver }), Is.Zero);

    [Test]
    public void Nor_does_one_with_direct_weights([Values(1, 3)] int outputs, [Values(1, 3)] int trainFrom) =>
        Assert.That(InWarmSteps(Short, Long, outputs, new() { TrainFrom = trainFrom, Threads = 2 }, Shapes.Direct), Is.Zero);

    [Test]
    public void Reports_are_made_for_a_listener_only()
    {
        using GaussNewtonTrainer trainer = TrainerOf(new() { TrainFrom = 1, Threads = 1 }, Long);
        _ = Allocated(trainer, 3, new Recorder());
        long without = Allocated(trainer, 3, null), with = Allocated(trainer, 3, new Recorder());
        Assert.That(
            with - without, Is.GreaterThan(Long * 500),
                "a report takes some hundred bytes, so one made in vain would show in the other test");
    }

    [Test]
    public void Warm_steps_that_are_held_allocate_nothing(
        [Values(1, 3)] int outputs, [Values(ActivityStrategy.Full, ActivityStrategy.Certified)] ActivityStrategy activity)
    {
        // Two steps are held, the third brings the flush: a whole round is warm after the first.
        const int Round = 3;
        GaussNewtonOptions options = new() { TrainFrom = 1, Threads = 2, Activity = activity, Flush = FlushPolicy.RankAbove(2 * 65) };
        Assert.That(InWarmSteps(3 * Round, 6 * Round, outputs, options), Is.Zero);
    }

    /// <summary>What a long fit allocates more than a short one that takes the same first steps: that belongs to warm steps.</summary>
    private static long InWarmSteps(int shortSteps, int longSteps, int outputs, GaussNewtonOptions options, NetworkShape? shape = null)
    {
        shape ??= Shapes.Odd;
        using GaussNewtonTrainer brief = TrainerOf(options, shortSteps), lasting = TrainerOf(options, longSteps);
        long least = long.MaxValue;
        // The least of a few tries: a thread that meets a piece of code for the first time allocates once, and which thread meets it is
        // chance.
        for (int attempt = 0; attempt < 12 && least > 0; attempt++)
            least = Math.Min(least, Math.Abs(Allocated(lasting, outputs, null, shape) - Allocated(brief, outputs, null, shape)));
        return least;
    }

    // So strongly damped that few neurons flip: buffers made for the first steps hold the later ones.
    private static GaussNewtonTrainer TrainerOf(GaussNewtonOptions options, int steps) =>
        new(options with { Steps = steps, Damping = 1e4, AdaptDamping = false });

    /// <summary>What the threads of a fit allocate. The count of the whole process would have those of the test runner in it.</summary>
    private static long Allocated(GaussNewtonTrainer trainer, int outputs, Recorder? recorder, NetworkShape? shape = null)
    {
        using Network network = Network.Create((shape ?? Shapes.Odd) with { Outputs = outputs }, 5);
        Dataset data = TestTraining.Smooth(65, 37, outputs);
        long before = AllocatedBy(trainer.Team);
        TrainingResult result = trainer.Fit(network, data, null, recorder);
        long allocated = AllocatedBy(trainer.Team) - before;
        Assert.That(result.Accepted, Is.EqualTo(trainer.Options.Steps), result.Message);
        return allocated;
    }

    /// <summary>What all workers of a team allocated so far, the calling thread among them.</summary>
    private static long AllocatedBy(WorkerTeam team)
    {
        var bytes = new long[team.Degree];
        // A worker that has its item waits for the others: so each of them gets one.
        using var all = new Barrier(team.Degree);
        team.Run(team.Degree, (_, worker) =>
        {
            bytes[worker] = GC.GetAllocatedBytesForCurrentThread();
            all.SignalAndWait();
        });
        return bytes.Sum();
    }
}
