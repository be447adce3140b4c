using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;

namespace Subquad.Optimizers.GaussNewton;

/// <summary>
/// X X^T, the part of direct weights in K but for its factor t^2, the same for every output. Rows are constant while the data stay, so it
/// is computed once per batch. Rows with few entries stay sparse.
/// </summary>
internal sealed class DirectGram : IDisposable
{
    // Below this share of entries the sums over pairs of entries cost less than the dense kernel, and the dense rows take more memory than
    // anything else.
    private const double SparseBelow = 1.0 / 16;

    private const int Chunk = 16;

    private readonly TeamKernels _kernels;
    private readonly Action<int, int> _multiplyRows;
    private NativeBuffer<double> _own = new(0), _products = null!;
    private ActiveBatch _rows = null!, _columns = null!;

    public DirectGram(TeamKernels kernels)
    {
        _kernels = kernels;
        _multiplyRows = (chunk, _) =>
        {
            for (int row = chunk * Chunk; row < Math.Min(_rows.Count, (chunk + 1) * Chunk); row++)
                MultiplyRow(row);
        };
    }

    /// <summary>Bytes held for the data of a step.</summary>
    /// <param name="network">The network.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="count">Data.</param>
    public static Int128 BytesOf(NetworkSize network, int from, int count) =>
        network.HasDirect && from > 0 ? NativeBuffer<double>.BytesOf(DampedGram.LengthOf(count)) : 0;

    /// <summary>Bytes of the scratch of <see cref="Measure"/>.</summary>
    /// <inheritdoc cref="BytesOf"/>
    public static Int128 SpreadOf(NetworkSize network, int from, int count) =>
        network.HasDirect && from > 0 && !IsSparse(network.Hidden[0].InputEntriesOf(count), count, network.Hidden[0].Inputs)
            ? PanelMatrix.BlockBytesOf(count, network.Hidden[0].Inputs) : 0;

    /// <summary>X X^T: n x Stride.</summary>
    public NativeBuffer<double> Products => _products;

    /// <summary>Takes the products from the lowest trained layer, which reads the rows too.</summary>
    /// <param name="products">n x Stride; not owned.</param>
    public void Take(NativeBuffer<double> products) => _products = products;

    /// <summary>Computes the products.</summary>
    /// <param name="rows">X.</param>
    /// <param name="transposed">The same, transposed.</param>
    /// <param name="spread">Scratch for dense rows.</param>
    public void Measure(ActiveBatch rows, TransposedBatch transposed, PanelMatrix spread)
    {
        long length = DampedGram.LengthOf(rows.Count);
        _products = GrowOnlyBuffer.EnsureCapacity(ref _own, length);
        if (!IsSparse(rows.EntryCount, rows.Count, rows.Width))
        {
            _kernels.Gram(spread, rows, rows.Values, _own, DampedGram.StrideOf(rows.Count));
            return;
        }
        _own.Clear(length);
        (_rows, _columns) = (rows, transposed.Lists);
        _kernels.Team.Run((rows.Count + Chunk - 1) / Chunk, _multiplyRows);
    }

    /// <summary>The trace of X X^T.</summary>
    public double TraceOf(int count)
    {
        double trace = 0;
        for (int datum = 0; datum < count; datum++)
            trace += _products[(long)datum * DampedGram.StrideOf(count) + datum];
        return trace;
    }

    public void Dispose() => _own.Dispose();

    private static bool IsSparse(Int128 entries, int count, int width) => (double)entries < SparseBelow * count * width;

    /// <summary>One row of X X^T: each entry of the datum times its column.</summary>
    private void MultiplyRow(int row)
    {
        Span<double> products = _own.Slice((long)row * DampedGram.StrideOf(_rows.Count), _rows.Count);
        foreach (ActiveSegment segment in _rows.SegmentsOf(row))
        {
            ReadOnlySpan<ushort> offsets = segment.Offsets;
            ReadOnlySpan<float> values = segment.Values;
            for (int i = 0; i < values.Length; i++)
                AddColumn(segment.FirstNeuron + offsets[i], values[i], products);
        }
    }

    private void AddColumn(int column, double factor, Span<double> products)
    {
        foreach (ActiveSegment segment in _columns.SegmentsOf(column))
        {
            ReadOnlySpan<ushort> offsets = segment.Offsets;
            ReadOnlySpan<float> values = segment.Values;
            Span<double> part = products[segment.FirstNeuron..];
            for (int i = 0; i < values.Length; i++)
                part[offsets[i]] += factor * values[i];
        }
    }
}
