using Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;

namespace Managed.Tests.Trainers;

/// <summary>What the managed heap sees of training: nothing per warm step, and reports only for a listener.</summary>
[TestFixture]
internal sealed class AllocationTests
{
    private const int Short = 3, Long = 9;

    [Test]
    public void A_warm_step_allocates_nothing([Values(1, 3)] int outputs, [Values(1, 3)] int trainFrom, [Values(1, 2)] int threads,
        [Values(ActivityStrategy.Full, ActivityStrategy.Certified)] ActivityStrategy activity)
    {
        // Two runs that take the same first steps: what the longer one allocates more belongs to warm steps. The least of a few tries, since the count is the whole process's.
        _ = Allocated(outputs, trainFrom, threads, Long, null, activity);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 8 && least > 0; attempt++)
            least = Math.Min(least, Math.Abs(Allocated(outputs, trainFrom, threads, Long, null, activity) - Allocated(outputs, trainFrom, threads, Short, null, activity)));
        TestContext.Out.WriteLine($"{least} bytes in {Long - Short} warm steps");
        Assert.That(least, Is.Zero);
    }

    [Test]
    public void Nor_does_one_by_another_solver([Values(1, 3)] int outputs, [Values(SolverChoice.SketchedConjugateGradient, SolverChoice.LowRankConjugateGradient)] SolverChoice solver)
    {
        _ = Allocated(outputs, 1, 2, Long, null, solver: solver);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 8 && least > 0; attempt++)
            least = Math.Min(least, Math.Abs(Allocated(outputs, 1, 2, Long, null, solver: solver) - Allocated(outputs, 1, 2, Short, null, solver: solver)));
        Assert.That(least, Is.Zero);
    }

    [Test]
    public void Reports_are_made_for_a_listener_only()
    {
        _ = Allocated(3, 1, 1, Long, new Recorder());
        long without = Allocated(3, 1, 1, Long, null), with = Allocated(3, 1, 1, Long, new Recorder());
        Assert.That(with - without, Is.GreaterThan(Long * 500), "a report takes some hundred bytes, so one made in vain would show in the other test");
    }

    [Test]
    public void Warm_steps_that_are_held_allocate_nothing([Values(1, 3)] int outputs, [Values(ActivityStrategy.Full, ActivityStrategy.Certified)] ActivityStrategy activity)
    {
        // Two steps are held, the third brings the flush: a whole round is warm after the first.
        const int Round = 3;
        FlushPolicy flush = FlushPolicy.RankAbove(2 * 65);
        _ = Allocated(outputs, 1, 2, 6 * Round, null, activity, flush);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 8 && least > 0; attempt++)
            least = Math.Min(least, Math.Abs(Allocated(outputs, 1, 2, 6 * Round, null, activity, flush) - Allocated(outputs, 1, 2, 3 * Round, null, activity, flush)));
        Assert.That(least, Is.Zero);
    }

    private static long Allocated(
        int outputs, int trainFrom, int threads, int steps, Recorder? recorder, ActivityStrategy activity = ActivityStrategy.Automatic, FlushPolicy? flush = null,
        SolverChoice solver = SolverChoice.Automatic)
    {
        using Network network = Network.Create(Shapes.Odd with { Outputs = outputs }, 5);
        Dataset data = Training.Smooth(65, 37, outputs);
        // So strongly damped that few neurons flip: buffers made for the first steps hold the later ones.
        using var trainer = new GaussNewtonTrainer(new() { TrainFrom = trainFrom, Steps = steps, Damping = 1e4, AdaptDamping = false, Threads = threads, Activity = activity, Solver = solver, Flush = flush ?? FlushPolicy.CostModel });
        long before = GC.GetTotalAllocatedBytes(precise: true);
        TrainingResult result = trainer.Fit(network, data, null, recorder);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.That(result.Accepted, Is.EqualTo(steps), result.Message);
        return allocated;
    }
}
