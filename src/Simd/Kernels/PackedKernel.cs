using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Pull-back and push-forward from packed blocks: a dense k x k matrix per datum, streamed once.
/// Four rows at a time: for the pull-back four independent sums hide the latency, for the push-forward a vector of results is loaded and
/// stored once for four terms. Rows are padded to whole vectors; the padding is multiplied by zero.
/// </summary>
internal static unsafe class PackedKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int Rows = 4;
    private const int LineFloats = 16;

    /// <summary>t[a] = sum over lanes and vectors of block[a, b] u[b].</summary>
    public static void PullBack(
        PackedView packed, ActiveView outputs, ActiveView inputs, float* values, float* pulled, int datumFrom, int datumTo, Arena scratch)
    {
        for (int datum = datumFrom; datum < datumTo; datum++)
        {
            scratch.Reset();
            int stride = packed.Strides[datum];
            float* u = scratch.TakePointer<float>(stride);
            int outputCount = Collect(outputs, datum, values, u);
            for (int pad = outputCount; pad < stride; pad++)
                u[pad] = 0f;
            int inputCount = CountOf(inputs, datum);
            float* t = scratch.TakePointer<float>(inputCount + Rows);
            float* block = packed.Values + packed.Starts[datum];
            int row = 0;
            for (; row + Rows <= inputCount; row += Rows)
                DotRows(block + (long)row * stride, stride, u, t + row);
            for (; row < inputCount; row++)
                t[row] = VectorKernel<TSimd, TVec>.Dot(block + (long)row * stride, u, stride);
            Distribute(inputs, datum, t, pulled);
        }
    }

    /// <summary>g[b] = chain over a, ascending, of block[a, b] x[a].</summary>
    public static void PushForward(
        PackedView packed, ActiveView outputs, ActiveView inputs, float* values, float* pushed, int datumFrom, int datumTo, Arena scratch)
    {
        for (int datum = datumFrom; datum < datumTo; datum++)
        {
            scratch.Reset();
            int stride = packed.Strides[datum];
            float* g = scratch.TakePointer<float>(stride);
            new Span<float>(g, stride).Clear();
            float* x = scratch.TakePointer<float>(CountOf(inputs, datum));
            int inputCount = Collect(inputs, datum, values, x);
            float* block = packed.Values + packed.Starts[datum];
            int row = 0;
            for (; row + Rows <= inputCount; row += Rows)
                AddRows(block + (long)row * stride, stride, x + row, g);
            for (; row < inputCount; row++)
                VectorKernel<TSimd, TVec>.Axpy(x[row], block + (long)row * stride, g, stride);
            Distribute(outputs, datum, g, pushed);
        }
    }

    private static void DotRows(float* row0, long stride, float* u, float* t)
    {
        float* row1 = row0 + stride, row2 = row1 + stride, row3 = row2 + stride, next = row3 + stride;
        TVec sum0 = TSimd.Zero, sum1 = TSimd.Zero, sum2 = TSimd.Zero, sum3 = TSimd.Zero;
        for (long b = 0; b < stride; b += TSimd.Count, next += Rows * TSimd.Count)
        {
            Prefetch(next);
            TVec value = TSimd.Load(u + b);
            sum0 = TSimd.MulAdd(value, TSimd.Load(row0 + b), sum0);
            sum1 = TSimd.MulAdd(value, TSimd.Load(row1 + b), sum1);
            sum2 = TSimd.MulAdd(value, TSimd.Load(row2 + b), sum2);
            sum3 = TSimd.MulAdd(value, TSimd.Load(row3 + b), sum3);
        }
        t[0] = TSimd.Sum(sum0);
        t[1] = TSimd.Sum(sum1);
        t[2] = TSimd.Sum(sum2);
        t[3] = TSimd.Sum(sum3);
    }

    private static void AddRows(float* row0, long stride, float* x, float* g)
    {
        float* row1 = row0 + stride, row2 = row1 + stride, row3 = row2 + stride, next = row3 + stride;
        TVec x0 = TSimd.Broadcast(x[0]), x1 = TSimd.Broadcast(x[1]), x2 = TSimd.Broadcast(x[2]), x3 = TSimd.Broadcast(x[3]);
        for (long b = 0; b < stride; b += TSimd.Count, next += Rows * TSimd.Count)
        {
            Prefetch(next);
            TVec sum = TSimd.MulAdd(TSimd.Load(row0 + b), x0, TSimd.Load(g + b));
            sum = TSimd.MulAdd(TSimd.Load(row1 + b), x1, sum);
            sum = TSimd.MulAdd(TSimd.Load(row2 + b), x2, sum);
            sum = TSimd.MulAdd(TSimd.Load(row3 + b), x3, sum);
            TSimd.Store(g + b, sum);
        }
    }

    /// <summary>
    /// Four rows are one contiguous stretch, but read as four short streams: the next stretch is asked for in order, as much of it as is
    /// used now.
    /// </summary>
    // Inlined whatever its size: around a call the sums would not stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* next)
    {
        for (int ahead = 0; ahead < Rows * TSimd.Count; ahead += LineFloats)
            TSimd.Prefetch(next + ahead);
    }

    private static int CountOf(ActiveView lists, int datum)
    {
        long count = 0;
        for (long* run = lists.Starts + datum, end = lists.Starts + (long)lists.Blocks * lists.Count; run < end; run += lists.Count)
            count += run[1] - run[0];
        return (int)count;
    }

    private static int Collect(ActiveView lists, int datum, float* values, float* row)
    {
        int count = 0;
        for (long* run = lists.Starts + datum, end = lists.Starts + (long)lists.Blocks * lists.Count; run < end; run += lists.Count)
        {
            int length = (int)(run[1] - run[0]);
            new ReadOnlySpan<float>(values + run[0], length).CopyTo(new Span<float>(row + count, length));
            count += length;
        }
        return count;
    }

    private static void Distribute(ActiveView lists, int datum, float* row, float* values)
    {
        for (long* run = lists.Starts + datum, end = lists.Starts + (long)lists.Blocks * lists.Count; run < end; run += lists.Count)
        {
            int length = (int)(run[1] - run[0]);
            new ReadOnlySpan<float>(row, length).CopyTo(new Span<float>(values + run[0], length));
            row += length;
        }
    }
}
