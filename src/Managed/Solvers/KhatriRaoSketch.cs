using Subquad.Data;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// B = sum over layers of scale_l J_l S_l^T, where row i of J_l is u_i (x) v_i, which is never formed, and the S_l are independent random
/// matrices with E ||S z||^2 = ||z||^2. So B B^T estimates the sum of scale_l^2 (U_l U_l^T) o (V_l V_l^T). All rows of a layer meet the
/// same S_l, which depends on the seed alone; rows are shared among workers, one worker to a row, so bits do not depend on their number.
/// </summary>
internal abstract class KhatriRaoSketch : IDisposable
{
    private const int Chunk = 16;

    private readonly Action<int, int> _addChunk;
    private NativeBuffer<double> _rows = new(0);
    private double _scale;

    protected KhatriRaoSketch(TeamKernels kernels)
    {
        Kernels = kernels;
        _addChunk = (chunk, worker) => AddRows(chunk * Chunk, Math.Min(Count, (chunk + 1) * Chunk), _scale, Kernels.Team.Scratch(worker));
    }

    /// <summary>n.</summary>
    public int Count { get; private set; }

    /// <summary>s: columns of B.</summary>
    public int Columns { get; private set; }

    /// <summary>Elements from row to row of B; the padding is zero.</summary>
    public int Stride => (int)StrideOf(Columns);

    /// <summary>B: n x Stride, row-major.</summary>
    public NativeBuffer<double> Rows => _rows;

    protected TeamKernels Kernels { get; }

    /// <summary>The factors of the layer that is being added, u with its values and v with its own.</summary>
    protected ActiveBatch Left { get; private set; } = null!;

    protected NativeBuffer<float> LeftValues { get; private set; } = null!;

    protected ActiveBatch Right { get; private set; } = null!;

    /// <summary>Bytes of B.</summary>
    public static Int128 BytesOf(int count, long columns) => NativeBuffer<double>.BytesOf(count * (Int128)StrideOf(columns));

    /// <summary>Starts anew with B = 0.</summary>
    /// <param name="count">Data.</param>
    /// <param name="columns">The least number of columns; a kind of sketch may take more.</param>
    public void Reset(int count, int columns)
    {
        Count = count;
        Columns = ColumnsFor(columns);
        long wanted = (long)count * Stride;
        GrowOnlyBuffer.EnsureCapacity(ref _rows, wanted).Clear(wanted);
    }

    /// <summary>B += scale * J S^T.</summary>
    /// <param name="scale">Multiplies the layer.</param>
    /// <param name="left">The structure of u: n sparse rows.</param>
    /// <param name="leftValues">u, in the order of <paramref name="left"/>.</param>
    /// <param name="right">v: n sparse rows with their values.</param>
    /// <param name="seed">Draws S; another for every layer.</param>
    public void Add(double scale, ActiveBatch left, NativeBuffer<float> leftValues, ActiveBatch right, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(left.Count, Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Count, Count);
        (Left, LeftValues, Right, _scale) = (left, leftValues, right, scale);
        Draw(left.Width, right.Width, new SplitMix64(seed));
        Kernels.Team.Run((Count + Chunk - 1) / Chunk, _addChunk);
    }

    /// <summary>B *= scale.</summary>
    public void Scale(double scale)
    {
        for (int row = 0; row < Count; row++)
            foreach (ref double value in Row(row))
                value *= scale;
    }

    public virtual void Dispose() => _rows.Dispose();

    /// <summary>The number of columns that this kind of sketch has when at least that many are asked for.</summary>
    protected abstract int ColumnsFor(int columns);

    /// <summary>Draws S for factors of these widths.</summary>
    protected abstract void Draw(int leftWidth, int rightWidth, SplitMix64 random);

    /// <summary>Adds scale * S (u_i (x) v_i) to rows <paramref name="from"/> to <paramref name="to"/> - 1.</summary>
    protected abstract void AddRows(int from, int to, double scale, Arena scratch);

    /// <summary>A row of B, without its padding.</summary>
    protected Span<double> Row(int row) => _rows.Slice((long)row * Stride, Columns);

    /// <summary>Bytes that <see cref="CopyRow"/> needs of an arena, alignment included.</summary>
    protected static long RowBytes(int width) => 2 * (sizeof(float) * (long)width + 128);

    /// <summary>Copies the ids and values of a datum, ids ascending, into room for a whole row.</summary>
    protected static ReadOnlySpan<int> CopyRow(
        ActiveBatch batch, NativeBuffer<float> values, int datum, Arena scratch, out ReadOnlySpan<float> own)
    {
        Span<int> ids = scratch.Take<int>(batch.Width);
        Span<float> copied = scratch.Take<float>(batch.Width);
        int count = 0;
        foreach (ActiveSegment segment in batch.SegmentsOf(datum))
        {
            segment.In(values).CopyTo(copied[count..]);
            foreach (ushort offset in segment.Offsets)
                ids[count++] = segment.FirstNeuron + offset;
        }
        own = copied[..count];
        return ids[..count];
    }

    private static long StrideOf(long columns) => (columns + 15) / 16 * 16;
}
