using NUnit.Framework;
using Subquad.Managed.Tests.Training;
using Subquad.Simd;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>Rows that are given by their entries are the same rows.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class SparsePredictTests(KernelSet kernels)
{
    private const int Count = 30, Width = 900;

    [Test]
    public void A_row_by_its_entries_has_the_bits_of_the_dense_row([Values] bool standardised)
    {
        (int[] starts, int[] indices, float[] values, int[] labels) = Rows();
        Dataset sparse = Dataset.FromSparse(starts, indices, values, Width, labels), dense = Dataset.From(Dense(), Width, labels);
        using Network network = Network.Create(new() { Hidden = [130], Densities = [0.3] }, standardised ? dense : sparse, 3, kernels);
        TestTraining.Fit(network, sparse, new() { Steps = 1, Threads = 1 });
        float[] expected = new float[2], found = new float[2], all = new float[2 * Count];
        network.PredictAll(sparse, all, threads: 1);
        for (int row = 0; row < Count; row++)
        {
            ReadOnlySpan<int> ids = indices.AsSpan(starts[row]..starts[row + 1]);
            ReadOnlySpan<float> numbers = values.AsSpan(starts[row]..starts[row + 1]);
            float[] raw = Dense()[(row * Width)..((row + 1) * Width)];
            network.Predict(raw, expected);
            network.Predict(ids, numbers, found);
            Numbers.SameBits(found, expected, $"row {row}");
            Numbers.SameBits(all[(2 * row)..(2 * row + 2)], expected, $"row {row} of all");
            int[] backwards = ids.ToArray();
            float[] their = numbers.ToArray();
            Array.Reverse(backwards);
            Array.Reverse(their);
            network.Predict(backwards, their, found);
            Numbers.SameBits(found, expected, $"row {row} backwards");
            Assert.That(network.Classify(ids, numbers), Is.EqualTo(network.Classify(raw)));
        }
        network.Predict(new float[Width], expected);
        network.Predict([], [], found);
        Numbers.SameBits(found, expected, "a row of zeros");
        network.Predict([4, 7], [0, -0f], found);
        Numbers.SameBits(found, expected, "entries of zero");
    }

    [Test]
    public void A_warm_call_allocates_nothing()
    {
        (int[] starts, int[] indices, float[] values, int[] labels) = Rows();
        using Network network = Network.Create(
            new() { Hidden = [64], Densities = [0.3] }, Dataset.FromSparse(starts, indices, values, Width, labels), 3, kernels);
        var output = new float[2];
        network.Predict(indices.AsSpan(0, starts[1]), values.AsSpan(0, starts[1]), output);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            network.Predict(indices.AsSpan(0, starts[1]), values.AsSpan(0, starts[1]), output);
        Assert.That(GC.GetAllocatedBytesForCurrentThread(), Is.EqualTo(before));
    }

    [Test]
    public void What_is_no_row_is_refused()
    {
        (int[] starts, int[] indices, float[] values, int[] labels) = Rows();
        using Network network = Network.Create(
            new() { Hidden = [64], Densities = [0.3] }, Dataset.FromSparse(starts, indices, values, Width, labels), 3, kernels);
        var output = new float[2];
        Says(() => network.Predict([1, 2], [1], output), "expected a value for each of 2 indices, found 1");
        Says(() => network.Predict([Width], [1], output), "expected indices from 0 to 899, found 900");
        Says(() => network.Predict([-1], [1], output), "expected indices from 0 to 899, found -1");
        Says(() => network.Predict([5, 2, 5], [1, 2, 3], output), "expected each index once, found 5 twice");
        Says(() => network.Predict([5], [1], new float[3]), "expected room for 2 outputs, found 3");
        Says(() => network.Predict(new int[Width + 1], new float[Width + 1], output), "expected at most 900 indices, found 901");
        Assert.That(() => network.Predict([3, 1], [1, float.NaN], output),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("column 1: expected a finite number"));
        network.Predict([3], [1], output);
        Assert.That(output, Is.All.Matches<float>(float.IsFinite));

        static void Says(Action call, string message) =>
            Assert.That(() => call(), Throws.ArgumentException.With.Message.StartsWith(message));
    }

    /// <summary>Rows of 0 to 6 entries, in CSR.</summary>
    private static (int[] Starts, int[] Indices, float[] Values, int[] Labels) Rows()
    {
        var random = new Random(2);
        List<int> starts = [0], indices = [];
        var values = new List<float>();
        for (int row = 0; row < Count; row++)
        {
            indices.AddRange(Enumerable.Range(0, row % 7).Select(_ => random.Next(Width)).Distinct().Order());
            while (values.Count < indices.Count)
                values.Add((float)(random.NextDouble() * 4 - 2));
            starts.Add(indices.Count);
        }
        // Beside the constant this one becomes zero.
        values[0] = 1e-45f;
        return ([.. starts], [.. indices], [.. values], [.. Enumerable.Range(0, Count).Select(row => row % 2)]);
    }

    private static float[] Dense()
    {
        (int[] starts, int[] indices, float[] values, _) = Rows();
        var dense = new float[Count * Width];
        for (int row = 0; row < Count; row++)
            for (int i = starts[row]; i < starts[row + 1]; i++)
                dense[row * Width + indices[i]] = values[i];
        return dense;
    }
}
