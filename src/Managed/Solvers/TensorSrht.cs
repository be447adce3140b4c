using System.Numerics;
using Subquad.Data;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// TensorSRHT (Ahle et al., SODA 2020): (S (u (x) v))_t = (H D u)[p_t] (H E v)[q_t] / sqrt(s), H the Hadamard matrix of the next power of
/// two, D and E random signs, p_t and q_t uniform with replacement. A factor is transformed whole (P log2 P additions) or, when it is
/// sparse and s small, only at its samples (s times its entries): by sizes alone. Accuracy: float32 butterflies, so a relative error near
/// log2 P roundings of what a factor's transform holds.
/// </summary>
internal sealed class TensorSrht(TeamKernels kernels) : KhatriRaoSketch(kernels)
{
    private readonly Side _left = new(), _right = new();

    /// <summary>Bytes of the sketch, with its random draws.</summary>
    public static Int128 BytesOf(SystemSize size, long columns)
    {
        long left = size.Layers.Max(layer => layer.LeftWidth), right = size.Layers.Max(layer => layer.RightWidth);
        return BytesOf(size.Count, columns) + NativeBuffer<float>.BytesOf(left) + NativeBuffer<float>.BytesOf(right)
            + 2 * NativeBuffer<int>.BytesOf(columns);
    }

    /// <summary>Bytes of scratch that a worker reserves for a row.</summary>
    public static Int128 ScratchOf(SystemSize size, long columns) =>
        size.Layers.Max(layer => Side.BytesOf(layer.LeftWidth, columns) + Side.BytesOf(layer.RightWidth, columns));

    public override void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        base.Dispose();
    }

    protected override int ColumnsFor(int columns) => columns;

    protected override void Draw(int leftWidth, int rightWidth, SplitMix64 random)
    {
        _left.Draw(Left, leftWidth, Columns, ref random);
        _right.Draw(Right, rightWidth, Columns, ref random);
    }

    protected override void AddRows(int from, int to, double scale, Arena scratch)
    {
        double factor = scale / Math.Sqrt(Columns);
        for (int datum = from; datum < to; datum++)
        {
            scratch.Reserve(_left.Bytes(Columns) + _right.Bytes(Columns));
            ReadOnlySpan<float> left = _left.Transform(Kernels.Kernels, Left, LeftValues, datum, Columns, scratch);
            ReadOnlySpan<float> right = _right.Transform(Kernels.Kernels, Right, Right.Values, datum, Columns, scratch);
            Span<double> row = Row(datum);
            for (int t = 0; t < row.Length; t++)
                row[t] += factor * left[t] * right[t];
        }
    }

    /// <summary>Signs and samples of one factor.</summary>
    private sealed class Side : IDisposable
    {
        private NativeBuffer<float> _signs = new(0);
        private NativeBuffer<int> _samples = new(0);
        private int _width, _padded;
        private bool _isSampled;

        public void Draw(ActiveBatch factor, int width, int columns, ref SplitMix64 random)
        {
            _width = width;
            _padded = (int)BitOperations.RoundUpToPowerOf2((uint)width);
            _isSampled = SolverCosts.SamplesTransform(_padded, columns, (double)factor.EntryCount / Math.Max(1, factor.Count));
            GrowOnlyBuffer.EnsureCapacity(ref _signs, width);
            GrowOnlyBuffer.EnsureCapacity(ref _samples, columns);
            for (int i = 0; i < width; i++)
                _signs[i] = (random.Next() & 1) == 0 ? 1 : -1;
            for (int t = 0; t < columns; t++)
                _samples[t] = random.Below(_padded);
        }

        public static long BytesOf(int width, long columns) =>
            RowBytes(width) + sizeof(float) * (BitOperations.RoundUpToPowerOf2((uint)width) + columns) + 256;

        public long Bytes(int columns) => BytesOf(_width, columns);

        /// <summary>The samples of H D x, x the row of a datum.</summary>
        public ReadOnlySpan<float> Transform(
            KernelSet kernels, ActiveBatch factor, NativeBuffer<float> values, int datum, int columns, Arena scratch)
        {
            ReadOnlySpan<int> ids = CopyRow(factor, values, datum, scratch, out ReadOnlySpan<float> own);
            ReadOnlySpan<float> signs = _signs.Slice(0, _width);
            ReadOnlySpan<int> samples = _samples.Slice(0, columns);
            Span<float> sampled = scratch.Take<float>(columns), whole = scratch.Take<float>(_padded);
            if (_isSampled)
            {
                // The room for the whole transform holds the signed values.
                for (int entry = 0; entry < ids.Length; entry++)
                    whole[entry] = signs[ids[entry]] * own[entry];
                kernels.SampleHadamard(ids, whole[..ids.Length], samples, sampled);
                return sampled;
            }
            whole.Clear();
            for (int entry = 0; entry < ids.Length; entry++)
                whole[ids[entry]] = signs[ids[entry]] * own[entry];
            kernels.TransformHadamard(whole);
            for (int t = 0; t < sampled.Length; t++)
                sampled[t] = whole[samples[t]];
            return sampled;
        }

        public void Dispose()
        {
            _signs.Dispose();
            _samples.Dispose();
        }
    }
}
