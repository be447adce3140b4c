using Subquad.Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Simd;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>
/// The same bits for any number of threads, on every run, and beside another trainer: losses of every step and all weights at the end.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class DeterminismTests(KernelSet kernels)
{
    internal static IEnumerable<TestCaseData> Cases()
    {
        yield return new TestCaseData(Shapes.Odd, new GaussNewtonOptions { TrainFrom = 1, Steps = 3 });
        yield return new TestCaseData(Shapes.Odd, new GaussNewtonOptions { TrainFrom = 2, Steps = 3, PackedBytes = 0, Batch = 30 });
        yield return new TestCaseData(Shapes.OneOutput, new GaussNewtonOptions { TrainFrom = 3, Steps = 3 });
        yield return new TestCaseData(Shapes.Direct, new GaussNewtonOptions { TrainFrom = 1, Steps = 3 });
        yield return new TestCaseData(Shapes.Direct, new GaussNewtonOptions { TrainFrom = 2, Steps = 3, Batch = 30 });
        yield return new TestCaseData(Shapes.Direct with { Outputs = 1 }, new GaussNewtonOptions { TrainFrom = 3, Steps = 3 });
        yield return new TestCaseData(Shapes.Dense, new GaussNewtonOptions { TrainFrom = 1, Steps = 3, TrainOutput = false });
    }

    [TestCaseSource(nameof(Cases))]
    public void Threads_and_runs_do_not_show(NetworkShape shape, GaussNewtonOptions options)
    {
        (double[] losses, float[] weights) = Run(shape, options, threads: 1);
        foreach (int threads in new[] { 1, 2, 3 })
        {
            (double[] otherLosses, float[] otherWeights) = Run(shape, options, threads);
            Numbers.SameBits(otherLosses, losses, $"losses on {threads} threads");
            Numbers.SameBits(otherWeights, weights, $"weights on {threads} threads");
        }
    }

    [Test]
    public void Two_trainers_at_once_do_as_one_after_the_other()
    {
        GaussNewtonOptions[] options = [new() { TrainFrom = 1, Steps = 3 }, new() { TrainFrom = 2, Steps = 3, Seed = 9 }];
        (double[] Losses, float[] Weights)[] alone = [.. options.Select(each => Run(Shapes.Odd, each, threads: 2))];
        Task<(double[] Losses, float[] Weights)>[] tasks = [.. options.Select(each => Task.Run(() => Run(Shapes.Odd, each, threads: 2)))];
        Task.WaitAll(tasks);
        for (int i = 0; i < tasks.Length; i++)
        {
            Numbers.SameBits(tasks[i].Result.Losses, alone[i].Losses, $"losses of trainer {i + 1}");
            Numbers.SameBits(tasks[i].Result.Weights, alone[i].Weights, $"weights of trainer {i + 1}");
        }
    }

    internal (double[] Losses, float[] Weights) Run(NetworkShape shape, GaussNewtonOptions options, int threads)
    {
        using Network network = Network.Create(shape, 3, kernels, threads);
        var recorder = new Recorder();
        TrainingResult result =
            TestTraining.Fit(network, TestTraining.Smooth(70, shape.Inputs, shape.Outputs), options with { Threads = threads }, recorder);
        Assert.That((result.Steps, result.Accepted), Is.EqualTo((3, 3)));
        return ([.. recorder.Reports.Select(report => report.Loss)], TestTraining.Weights(network));
    }
}
