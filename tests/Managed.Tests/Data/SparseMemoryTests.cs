using System.Globalization;
using System.Text;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Simd.Memory;

namespace Subquad.Managed.Tests.Data;

/// <summary>Sparse rows stay sparse from the file to the kernels: dense, these would be 8 GB.</summary>
[TestFixture]
internal sealed class SparseMemoryTests
{
    private const int Count = 20_000, Width = 100_000, Entries = 5;

    [Test]
    public void Wide_sparse_rows_are_read_split_trained_and_predicted_in_little_memory([Values(1, 2)] int trainFrom)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("wide", Text());
        var shape = new NetworkShape { Hidden = [64, 64], Densities = [0.3] };
        var options = new GaussNewtonOptions { TrainFrom = trainFrom, Batch = 100, Steps = 1, Threads = 2 };
        long before = GC.GetTotalAllocatedBytes(precise: true);

        Dataset all = Dataset.ReadLibsvm(path, Width);
        (Dataset training, Dataset heldOut) = all.Split(0.1, seed: 1);
        using Network network = Network.Create(shape, training, seed: 1, threads: 2);
        long live = NativeBytes.Live, most = 0;
        var recorder = new Recorder(_ => most = Math.Max(most, NativeBytes.Live - live));
        TrainingResult result = TestTraining.Fit(network, training, options, recorder, heldOut);
        var outputs = new float[Count * network.OutputCount];
        network.PredictAll(all, outputs, threads: 2);

        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        long said = MemoryEstimate.OfTraining(network.Shape, options, training, heldOut);
        TestContext.Out.WriteLine($"{allocated >> 10} KB allocated, {most >> 10} KB of native memory taken, {said >> 10} KB said");
        Assert.That((result.Reason, result.Accepted), Is.EqualTo((StopReason.Steps, 1)), result.Message);
        Assert.That(outputs, Is.All.Matches<float>(float.IsFinite));
        Assert.That(allocated, Is.LessThan(24L << 20));
        Assert.That(most, Is.LessThanOrEqualTo(said));
    }

    [Test]
    public void A_data_set_takes_at_most_three_times_its_text()
    {
        using var folder = new TemporaryFolder();
        string text = Text(), path = folder.Write("wide", text);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Dataset data = Dataset.ReadLibsvm(path, Width);
        long held = GC.GetTotalMemory(forceFullCollection: true) - before;
        TestContext.Out.WriteLine($"{text.Length} bytes of text, {held} bytes held");
        Assert.That(held, Is.LessThanOrEqualTo(3L * text.Length));
        Assert.That(data.Count, Is.EqualTo(Count));
    }

    [TestCase(1, 500)]
    [TestCase(2, 500)]
    public void A_fit_of_wide_sparse_rows_peaks_where_it_was_said(int trainFrom, int batch)
    {
        using var folder = new TemporaryFolder();
        Dataset data = Dataset.ReadLibsvm(folder.Write("wide", Text()), Width);
        var options = new GaussNewtonOptions { TrainFrom = trainFrom, Batch = batch, Steps = 3, Threads = 2 };
        using Network network = Network.Create(new() { Hidden = [128, 128], Densities = [0.3] }, data, seed: 1, threads: 2);
        long before = NativeBytes.Live, managed = GC.GetTotalAllocatedBytes(precise: true);
        NativeBytes.RestartPeak();
        TrainingResult result = TestTraining.Fit(network, data, options);
        long peak = NativeBytes.Peak - before, said = MemoryEstimate.OfTraining(network.Shape, options, data, null);
        managed = GC.GetTotalAllocatedBytes(precise: true) - managed;
        TestContext.Out.WriteLine($"took {peak}, said {said}, {(double)said / peak:f3} of it; {managed} bytes allocated beside it");
        Assert.That((result.Reason, result.Steps), Is.EqualTo((StopReason.Steps, 3)), result.Message);
        Assert.That((double)said / peak, Is.InRange(0.8, 1.1));
        Assert.That(managed, Is.LessThan(16L << 20), "no rows are spread");
    }

    [Test]
    public void The_estimate_counts_entries_of_sparse_rows()
    {
        using var folder = new TemporaryFolder();
        Dataset data = Dataset.ReadLibsvm(folder.Write("wide", Text()), Width).First(2000);
        NetworkShape shape = new() { Inputs = Width + 1, Outputs = 2, Hidden = [64], Densities = [0.3] };
        var options = new GaussNewtonOptions { TrainFrom = 1, Batch = 100, Threads = 1 };
        long said = MemoryEstimate.OfTraining(shape, options, data, null);
        Assert.That(said, Is.LessThan(0.5 * MemoryEstimate.OfTraining(shape, options, data.Count, 0)));
        Dataset dense = TestTraining.Smooth(300, 20);
        shape = shape with { Inputs = 20, Outputs = 1 };
        said = MemoryEstimate.OfTraining(shape, options, dense, dense);
        Assert.That(said, Is.EqualTo(MemoryEstimate.OfTraining(shape, options, 300, 300)));
    }

    /// <summary>Two classes by the first entry.</summary>
    private static string Text()
    {
        var random = new Random(3);
        var text = new StringBuilder();
        for (int row = 0; row < Count; row++)
        {
            int label = row % 2;
            text.Append(CultureInfo.InvariantCulture, $"{label} {label + 1}:1");
            int[] columns = [.. Enumerable.Range(0, Entries - 1).Select(_ => random.Next(3, Width + 1)).Distinct().Order()];
            foreach (int column in columns)
                text.Append(CultureInfo.InvariantCulture, $" {column}:{random.Next(1, 9)}");
            text.Append('\n');
        }
        return text.ToString();
    }
}
