using System.Numerics;
using NUnit.Framework;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// The Walsh-Hadamard transform: the bits of the textbook's loop on every set, at guard pages, whole or column by column.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class HadamardTests(KernelSet kernels)
{
    private const int LongestGuarded = 1 << 17;
    private const float Sentinel = -7.25f;

    [Test]
    public void Every_length_gives_the_textbooks_bits_and_touches_nothing_else()
    {
        using var memory = new GuardedMemory<float>(LongestGuarded);
        var random = new Random(1);
        for (int length = 1; length <= LongestGuarded; length *= 2)
            foreach (bool last in new[] { true, false })
            {
                memory.All.Fill(Sentinel);
                Span<float> vector = last ? memory.Last(length) : memory.First(length);
                Samples.Dense(random, length).CopyTo(vector);
                float[] expected = HadamardOracle.Transform<float>(vector);
                kernels.TransformHadamard(vector);
                Numbers.SameBits(vector, expected, $"length {length}");
                Assert.That((last ? memory.All[..^length] : memory.All[length..]).ContainsAnyExcept(Sentinel), Is.False,
                    $"length {length} wrote outside");
            }
    }

    [TestCase(1 << 18), TestCase(1 << 19), TestCase(1 << 20), TestCase(1 << 22)]
    public void Long_vectors_give_the_textbooks_bits(int length)
    {
        float[] vector = Samples.Dense(new Random(length), length), expected = HadamardOracle.Transform<float>(vector);
        kernels.TransformHadamard(vector);
        Numbers.SameBits(vector, expected, $"length {length}");
    }

    [Test]
    public void Errors_are_within_one_rounding_of_the_whole_sum_per_stage()
    {
        var random = new Random(2);
        for (int length = 1; length <= 4096; length *= 2)
        {
            float[] vector = Samples.Dense(random, length);
            double[] expected = HadamardOracle.Transform<double>(Array.ConvertAll(vector, value => (double)value));
            double magnitude = vector.Sum(value => Math.Abs((double)value));
            kernels.TransformHadamard(vector);
            for (int i = 0; i < length; i++)
                Numbers.Within(
                    vector[i], expected[i], Tolerance.Reduction(BitOperations.Log2((uint)length), magnitude), $"length {length}", i);
        }
    }

    [Test]
    public void Elements_are_signed_sums_in_natural_order()
    {
        const int Length = 64;
        for (int place = 0; place < Length; place++)
        {
            float[] vector = new float[Length];
            vector[place] = 1;
            kernels.TransformHadamard(vector);
            for (int i = 0; i < Length; i++)
                Assert.That(vector[i], Is.EqualTo(BitOperations.PopCount((uint)(i & place)) % 2 == 0 ? 1f : -1f));
        }
    }

    [Test]
    public void Twice_is_the_length_times_the_vector()
    {
        const int Length = 8192;
        var random = new Random(3);
        float[] vector = [.. Enumerable.Range(0, Length).Select(_ => (float)random.Next(-8, 9))], twice = [.. vector];
        kernels.TransformHadamard(twice);
        kernels.TransformHadamard(twice);
        Numbers.SameBits(twice, Array.ConvertAll(vector, value => Length * value), "small whole numbers, where nothing is rounded");
    }

    [Test]
    public void Columns_in_any_shares_are_the_last_stages([Values(1, 2, 4, 8, 16)] int rows, [Values(1024, 4096)] int columns)
    {
        using var memory = new GuardedMemory<float>(rows * columns);
        float[] source = Samples.Dense(new Random(rows), rows * columns), expected = new float[rows * columns];
        for (int column = 0; column < columns; column++)
        {
            float[] transformed =
                HadamardOracle.Transform<float>([.. Enumerable.Range(0, rows).Select(row => source[row * columns + column])]);
            for (int row = 0; row < rows; row++)
                expected[row * columns + column] = transformed[row];
        }
        foreach (bool last in new[] { true, false })
        {
            Span<float> matrix = last ? memory.Last(source.Length) : memory.First(source.Length);
            source.CopyTo(matrix);
            for (int column = columns - KernelSet.HadamardStrip; column >= 0; column -= KernelSet.HadamardStrip)
                kernels.TransformHadamardColumns(matrix, columns, column, column + KernelSet.HadamardStrip);
            Numbers.SameBits(matrix, expected, "strip by strip");
            source.CopyTo(matrix);
            kernels.TransformHadamardColumns(matrix, columns, 0, columns);
            Numbers.SameBits(matrix, expected, "at once");
        }
    }

    [Test]
    public void Passes_over_a_long_vector_are_few_and_of_nearly_equal_size()
    {
        for (int bits = BitOperations.Log2(KernelSet.HadamardBlock) + 1; bits <= 30; bits++)
        {
            long done = KernelSet.HadamardBlock;
            var rows = new List<int>();
            for (; done < 1L << bits; done *= rows[^1])
                rows.Add(KernelSet.HadamardRows(1 << bits, (int)done));
            int stages = bits - BitOperations.Log2(KernelSet.HadamardBlock), most = BitOperations.Log2(KernelSet.MostHadamardRows);
            Assert.That((done, rows.Count), Is.EqualTo((1L << bits, (stages + most - 1) / most)), $"length 2^{bits}");
            Assert.That(rows.Max() / rows.Min(), Is.LessThanOrEqualTo(2), $"length 2^{bits}");
        }
    }

    [Test]
    public void Infinity_and_not_a_number_reach_every_element()
    {
        float[] vector = [.. Enumerable.Repeat(1f, 1024)];
        vector[700] = float.PositiveInfinity;
        kernels.TransformHadamard(vector);
        for (int i = 0; i < vector.Length; i++)
            Assert.That(
                vector[i], Is.EqualTo(BitOperations.PopCount((uint)(i & 700)) % 2 == 0 ? float.PositiveInfinity : float.NegativeInfinity));
        vector[3] = float.NaN;
        kernels.TransformHadamard(vector);
        Assert.That(vector, Has.All.NaN);
    }
}
