using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Memory;

/// <summary>
/// Matrices of bfloat16: what a number is rounded to, that memory is half, that elements convert on their way in and out, and that all else
/// is refused.
/// </summary>
[TestFixture]
public sealed class BFloat16Tests
{
    // The numbers on either side of a float: it was rounded to the nearer one, or to the even one of two as near.
    private static IEnumerable<float> Numbers32()
    {
        uint[] uppers =
            [0x0000, 0x0001, 0x007F, 0x0080, 0x3F7F, 0x3F80, 0x3F81, 0x4049, 0x7F7E, 0x7F7F, 0x8000, 0x8001, 0xBF80, 0xBF81, 0xFF7F];
        uint[] lowers = [0x0000, 0x0001, 0x7FFF, 0x8000, 0x8001, 0xFFFF];
        foreach (uint upper in uppers)
            foreach (uint lower in lowers)
                yield return BitConverter.UInt32BitsToSingle(upper << 16 | lower);
        var random = new Random(5);
        for (int i = 0; i < 100_000; i++)
        {
            float value = BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32));
            if (float.IsFinite(value))
                yield return value;
        }
    }

    [Test]
    public void A_number_is_rounded_to_the_nearest_ties_to_even()
    {
        foreach (float value in Numbers32())
        {
            uint below = BitConverter.SingleToUInt32Bits(value) >> 16;
            // Beyond the largest number the next one counts as 2^128.
            double low = BFloat16.Widen((ushort)below), high = below % 0x8000 == 0x7F7F ? Math.CopySign(Math.ScaleB(1, 128), value)
                : BFloat16.Widen((ushort)(below + 1));
            double toLow = Math.Abs(value - low), toHigh = Math.Abs(high - value);
            uint expected = toLow < toHigh || (toLow == toHigh && below % 2 == 0) ? below : below + 1;
            Assert.That(BFloat16.Round(value), Is.EqualTo(expected), $"{value:r}");
        }
    }

    [TestCase(0x7F80_0001u), TestCase(0xFF80_0001u), TestCase(0x7FC0_0000u), TestCase(0x7FFF_FFFFu), TestCase(0xFFFF_8000u),
        TestCase(0x7FA0_0000u)]
    public void Not_a_number_stays_so(uint bits)
    {
        ushort rounded = BFloat16.Round(BitConverter.UInt32BitsToSingle(bits));
        Assert.That(float.IsNaN(BFloat16.Widen(rounded)));
        Assert.That(rounded >> 15, Is.EqualTo(bits >> 31), "the sign");
    }

    [Test]
    public void Infinities_and_overflow()
    {
        Assert.That(BFloat16.Widen(BFloat16.Round(float.PositiveInfinity)), Is.EqualTo(float.PositiveInfinity));
        Assert.That(BFloat16.Widen(BFloat16.Round(float.NegativeInfinity)), Is.EqualTo(float.NegativeInfinity));
        Assert.That(BFloat16.Widen(BFloat16.Round(float.MaxValue)), Is.EqualTo(float.PositiveInfinity));
        Assert.That(BFloat16.Widen(BFloat16.Round(-float.MaxValue)), Is.EqualTo(float.NegativeInfinity));
        Assert.That(BFloat16.Widen(BFloat16.Round(3.3895e38f)), Is.EqualTo(BFloat16.Widen(0x7F7F)), "the largest one");
    }

    [Test]
    public void Every_bfloat16_is_itself()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
            if (!float.IsNaN(BFloat16.Widen((ushort)bits)))
                Assert.That(BFloat16.Round(BFloat16.Widen((ushort)bits)), Is.EqualTo(bits));
    }

    [Test]
    public void Memory_is_half()
    {
        const int Rows = 700, Columns = 1030;
        Assert.That(2 * PanelMatrix.BytesOf(Rows, Columns, ElementFormat.BFloat16), Is.EqualTo(PanelMatrix.BytesOf(Rows, Columns)));
        using var matrix = new PanelMatrix(Rows, Columns, ElementFormat.BFloat16);
        long bytes = PanelMatrix.BytesOf(Rows, Columns, ElementFormat.BFloat16);
        Assert.That(NativeBytes.Live, Is.InRange(bytes, bytes + 128));
    }

    [TestCase(0, 200), TestCase(64, 64), TestCase(1, 1), TestCase(15, 18), TestCase(63, 70), TestCase(199, 1), TestCase(10, 0)]
    public void Rows_go_in_rounded_and_come_out(int row, int count)
    {
        const int Rows = 200, Columns = 9;
        float[] all = Samples.Dense(new Random(1), Rows * Columns), rows = Samples.Dense(new Random(2), count * Columns);
        using var matrix = new PanelMatrix(Rows, Columns, ElementFormat.BFloat16);
        matrix.SetRows(0, Rows, all);
        matrix.SetRows(row, count, rows);
        rows.CopyTo(all, row * Columns);
        var copy = new float[Rows * Columns];
        matrix.CopyRows(0, Rows, copy);
        Numbers.SameBits(copy, Samples.Rounded(all), "all rows");
        matrix.CopyRows(row, count, copy);
        Numbers.SameBits(copy.AsSpan(0, count * Columns), Samples.Rounded(rows), "copied rows");
    }

    [TestCase(0, 1800), TestCase(5, 1), TestCase(575, 12), TestCase(1799, 1), TestCase(3, 0)]
    public void Elements_go_in_and_out_in_row_major_order(int start, int count)
    {
        const int Rows = 200, Columns = 9;
        float[] all = Samples.Dense(new Random(1), Rows * Columns), part = Samples.Dense(new Random(2), count);
        using var matrix = new PanelMatrix(Rows, Columns, ElementFormat.BFloat16);
        matrix.SetRowMajor(0, all);
        matrix.SetRowMajor(start, part);
        part.CopyTo(all, start);
        var copy = new float[all.Length];
        matrix.CopyRowMajor(0, copy);
        Numbers.SameBits(copy, Samples.Rounded(all), "all elements");
        matrix.CopyRowMajor(start, copy.AsSpan(0, count));
        Numbers.SameBits(copy.AsSpan(0, count), Samples.Rounded(part), "copied elements");
    }

    [Test]
    public unsafe void An_element_is_where_kernels_look_for_it_and_padding_is_zero()
    {
        const int Rows = 100, Columns = 3;
        using var matrix = new PanelMatrix(Rows, Columns, ElementFormat.BFloat16);
        matrix.SetRowMajor(0, [.. Enumerable.Range(1, Rows * Columns).Select(i => (float)(i % 256))]);
        BFloat16View view = matrix.NarrowView;
        Assert.That((view.Stride, view.Rows, view.Columns), Is.EqualTo(((Columns + 1) * 32L, Rows, Columns)));
        for (int row = 0; row < 128; row++)
            for (int column = 0; column < Columns; column++)
            {
                uint word = view.Data[row / 64 * view.Stride + column * 32 + row % 64 / 32 * 16 + row % 16];
                float value = BFloat16.Widen((ushort)((row / 16 % 2 == 0 ? word : word >> 16) & 0xFFFF));
                Assert.That(value, Is.EqualTo(row < Rows ? (1 + row * Columns + column) % 256 : 0));
            }
    }

    [Test]
    public void A_matrix_may_be_copied_reshaped_and_cleared()
    {
        float[] values = Samples.Dense(new Random(1), 130 * 5);
        using var matrix = new PanelMatrix(130, 5, ElementFormat.BFloat16);
        using var copy = new PanelMatrix(1, 1, ElementFormat.BFloat16);
        matrix.SetRows(0, 130, values);
        copy.CopyFrom(matrix);
        var found = new float[values.Length];
        copy.CopyRows(0, 130, found);
        Numbers.SameBits(found, Samples.Rounded(values), "the copy");
        copy.Reshape(128, 5);
        copy.Clear();
        copy.CopyRows(0, 128, found.AsSpan(0, 128 * 5));
        Assert.That(found.AsSpan(0, 128 * 5).ContainsAnyExcept(0f), Is.False);
    }

    [Test]
    public void What_reads_or_writes_float32_refuses()
    {
        using var matrix = new PanelMatrix(3, 2, ElementFormat.BFloat16);
        using var single = new PanelMatrix(3, 2);
        Refused(() => matrix[0, 0] = 1);
        Refused(() => matrix.Panel(0));
        Refused(() => _ = matrix.View);
        Refused(() => _ = single.NarrowView);
        Assert.That(() => matrix.CopyFrom(single), Throws.ArgumentException.With.Message.Contains("BFloat16"));
        Assert.That(() => single.CopyFrom(matrix), Throws.ArgumentException.With.Message.Contains("BFloat16"));
    }

    /// <summary>Every verb that takes a matrix, but the forward ones.</summary>
    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void Verbs_for_float32_refuse(KernelSet kernels)
    {
        using var problem = new Problem(new Shape(70, 50, 3, 0.5));
        using var weights = new PanelMatrix(70, 50, ElementFormat.BFloat16);
        using var sums = new PanelMatrix(70, 3, ElementFormat.BFloat16);
        using var plain = new PanelMatrix(70, 3);
        using var values = new NativeBuffer<float>(1000);
        using var scratch = new Arena();
        (ActiveBatch outputs, TransposedBatch transposed) = (problem.Outputs, problem.Transposed);
        Refused(() => kernels.PullBack(weights, outputs, outputs.Values, transposed, values, 0, 50, scratch));
        Refused(() => kernels.PushForward(weights, outputs, values, transposed, transposed.Lists.Values, 0, 1, scratch));
        Refused(() => kernels.Scatter(weights, outputs, outputs.Values, transposed, transposed.Lists.Values, 1, 0, 1, scratch));
        Refused(() => kernels.RowNorms(weights, 1, values, 0, 2));
        Refused(() => kernels.SupportNorms(weights, problem.Inputs, 1, plain, 0, 2));
        Refused(() => kernels.Accumulate(problem.Weights, problem.Inputs, sums, 0, 2));
        Refused(() => kernels.Accumulate(weights, problem.Inputs, sums, 0, 2));
        Refused(() => kernels.GatherActive(sums, outputs, false, values, 0, 1));
        Refused(() => kernels.CountAbove(sums, values, outputs, 0, 1));
        Refused(() => kernels.Round(sums, sums, 0));
        Refused(() => kernels.Round(plain, plain, 0));
    }

    private static void Refused(Action action) => Assert.That(action, Throws.InvalidOperationException.With.Message.Contains("bfloat16"));
}
