using System.Numerics;
using Subquad.Data;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// TensorSketch (Pham and Pagh, 2013; Avron, Nguyen and Woodruff, 2014): the CountSketch of u (x) v with bucket (g(i) + h(j)) mod s and
/// sign a(i) b(j), computed as the circular convolution of the CountSketches of u and v. The columns are a power of two. A row costs its
/// entries and 1.5 complex transforms of length s, two rows sharing what they can. Accuracy: buckets in float32, the convolution in
/// float64, to a few of its roundings of the largest element of a row.
/// </summary>
internal sealed class TensorSketch(TeamKernels kernels) : KhatriRaoSketch(kernels)
{
    private readonly Side _left = new(), _right = new();
    private FourierTransform _transform = new(1);

    /// <summary>Columns of a sketch that has at least so many.</summary>
    public static long ColumnsOf(long columns) => (long)BitOperations.RoundUpToPowerOf2((ulong)columns);

    /// <summary>Bytes of the sketch, with its random draws.</summary>
    public static Int128 BytesOf(SystemSize size, long columns)
    {
        long left = size.Layers.Max(layer => layer.LeftWidth), right = size.Layers.Max(layer => layer.RightWidth);
        return BytesOf(size.Count, ColumnsOf(columns)) + 2 * (NativeBuffer<int>.BytesOf(left) + NativeBuffer<int>.BytesOf(right));
    }

    /// <summary>Bytes of scratch that a worker reserves for two rows.</summary>
    public static Int128 ScratchOf(SystemSize size, long columns) =>
        size.Layers.Max(layer => ScratchOf(layer.LeftWidth, layer.RightWidth, ColumnsOf(columns)));

    public override void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        base.Dispose();
    }

    protected override int ColumnsFor(int columns) => (int)ColumnsOf(columns);

    protected override void Draw(int leftWidth, int rightWidth, SplitMix64 random)
    {
        if (_transform.Length != Columns)
            _transform = new FourierTransform(Columns);
        _left.Draw(leftWidth, Columns, ref random);
        _right.Draw(rightWidth, Columns, ref random);
    }

    /// <summary>
    /// Both CountSketches of a row go through one complex transform, as its real and imaginary part; the products of two rows go back
    /// through one, likewise.
    /// </summary>
    protected override void AddRows(int from, int to, double scale, Arena scratch)
    {
        double factor = scale / Columns;
        for (int datum = from; datum < to; datum += 2)
        {
            bool isPair = datum + 1 < to;
            scratch.Reserve(ScratchOf(Left.Width, Right.Width, Columns));
            Span<float> buckets = scratch.Take<float>(Columns);
            Span<double> real = scratch.Take<double>(Columns), imaginary = scratch.Take<double>(Columns);
            Span<double> otherReal = scratch.Take<double>(Columns), otherImaginary = scratch.Take<double>(Columns);
            double first = factor * Multiply(datum, buckets, real, imaginary, scratch), second = 0;
            if (isPair)
            {
                second = factor * Multiply(datum + 1, buckets, otherReal, otherImaginary, scratch);
                for (int k = 0; k < real.Length; k++)
                {
                    real[k] -= otherImaginary[k];
                    imaginary[k] += otherReal[k];
                }
            }
            _transform.Inverse(real, imaginary);
            Span<double> row = Row(datum), next = isPair ? Row(datum + 1) : default;
            for (int t = 0; t < row.Length; t++)
                row[t] += first * real[t];
            for (int t = 0; t < next.Length; t++)
                next[t] += second * imaginary[t];
        }
    }

    /// <summary>The spectra and buckets of two rows, and their copies.</summary>
    private static long ScratchOf(int left, int right, long columns) => 4 * (sizeof(double) * columns + 128)
        + 2 * (RowBytes(left) + RowBytes(right)) + 2 * (sizeof(float) * columns + 128);

    /// <summary>
    /// The spectrum of a row of B but for a factor, which is returned, in the transform's own order: with z = a + i b and Z its spectrum,
    /// A_k B_k = (Z_k^2 - conj(Z_-k)^2) / 4i.
    /// </summary>
    private double Multiply(int datum, Span<float> buckets, Span<double> real, Span<double> imaginary, Arena scratch)
    {
        double size = _left.Count(Kernels.Kernels, Left, LeftValues, datum, buckets, real, scratch)
            * _right.Count(Kernels.Kernels, Right, Right.Values, datum, buckets, imaginary, scratch);
        _transform.Forward(real, imaginary);
        for (int place = 0; place < real.Length; place++)
        {
            int opposite = FourierTransform.Opposite(place);
            if (opposite < place)
                continue;
            double x = real[place], y = imaginary[place], u = real[opposite], v = imaginary[opposite];
            double productReal = 0.5 * (x * y + u * v), productImaginary = 0.25 * ((u - x) * (u + x) + (y - v) * (y + v));
            (real[place], imaginary[place]) = (productReal, productImaginary);
            (real[opposite], imaginary[opposite]) = (productReal, place == opposite ? productImaginary : -productImaginary);
        }
        return size;
    }

    /// <summary>Buckets and signs of one factor.</summary>
    private sealed class Side : IDisposable
    {
        private NativeBuffer<int> _buckets = new(0);
        private NativeBuffer<float> _signs = new(0);
        private int _width;

        public void Draw(int width, int columns, ref SplitMix64 random)
        {
            _width = width;
            GrowOnlyBuffer.EnsureCapacity(ref _buckets, width);
            GrowOnlyBuffer.EnsureCapacity(ref _signs, width);
            for (int i = 0; i < width; i++)
            {
                _buckets[i] = random.Below(columns);
                _signs[i] = (random.Next() & 1) == 0 ? 1 : -1;
            }
        }

        /// <summary>
        /// The CountSketch of a datum's row, widened and divided by the power of two that is returned, so that its largest element is near
        /// one: what shares a transform must be of one size, or the roundings of the larger part drown the smaller.
        /// </summary>
        public double Count(
            KernelSet kernels, ActiveBatch factor, NativeBuffer<float> values, int datum, Span<float> buckets, Span<double> sums,
            Arena scratch)
        {
            ReadOnlySpan<int> ids = CopyRow(factor, values, datum, scratch, out ReadOnlySpan<float> own);
            buckets.Clear();
            kernels.CountSketchUnchecked(ids, own, _buckets.Slice(0, _width), _signs.Slice(0, _width), buckets);
            float largest = 0;
            foreach (float bucket in buckets)
                largest = Math.Max(largest, Math.Abs(bucket));
            double size = largest > 0 && float.IsFinite(largest) ? Math.ScaleB(1, Math.ILogB(largest)) : 1;
            for (int t = 0; t < sums.Length; t++)
                sums[t] = buckets[t] / size;
            return size;
        }

        public void Dispose()
        {
            _buckets.Dispose();
            _signs.Dispose();
        }
    }
}
