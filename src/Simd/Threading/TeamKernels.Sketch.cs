using Subquad.Simd.Memory;

namespace Subquad.Simd.Threading;

/// <content>Walsh-Hadamard transforms of many rows, or of one long one.</content>
internal sealed partial class TeamKernels
{
    /// <summary>Columns of a worker's share of the last stages: enough to outweigh taking it.</summary>
    private const int HadamardColumns = 1 << 11;

    private Action<int, int>? _hadamardRows, _hadamardBlock, _hadamardColumns;
    private int _length, _columns, _rows;
    private long _at;

    /// <summary>
    /// Transforms rows in place; see <see cref="KernelSet.TransformHadamard"/>. Rows are shared among the workers; where they are too few
    /// for that, each is.
    /// </summary>
    /// <param name="rows">Row after row; nothing between them.</param>
    /// <param name="length">Elements of a row, a power of two up to 2^30.</param>
    /// <param name="count">Rows.</param>
    public void TransformHadamard(NativeBuffer<float> rows, int length, int count)
    {
        (_floats, _length, _order) = (rows, length, count);
        if (length <= KernelSet.HadamardBlock || count % Team.Degree == 0)
            Team.Run(Chunks(count), _hadamardRows ??= (chunk, _) => TransformRows(From(chunk, _order), From(chunk + 1, _order)));
        else
            for (int row = 0; row < count; row++)
                TransformLong((long)row * length);
    }

    private void TransformRows(int from, int to)
    {
        for (int row = from; row < to; row++)
            Kernels.TransformHadamardUnchecked(_floats.Slice((long)row * _length, _length));
    }

    /// <summary>The passes of the sequential transform, in its order: blocks are shared, then columns.</summary>
    private void TransformLong(long start)
    {
        _at = start;
        Team.Run(_length / KernelSet.HadamardBlock, _hadamardBlock ??= (block, _) => Kernels.TransformHadamardUnchecked(
            _floats.Slice(_at + (long)block * KernelSet.HadamardBlock, KernelSet.HadamardBlock)));
        for (_columns = KernelSet.HadamardBlock; _columns < _length; _columns *= _rows)
        {
            _rows = KernelSet.HadamardRows(_length, _columns);
            int shares = _length / (_columns * _rows) * (_columns / HadamardColumns);
            Team.Run(shares, _hadamardColumns ??= (share, _) => TransformColumns(share));
        }
    }

    private void TransformColumns(int share)
    {
        int shares = _columns / HadamardColumns, size = _columns * _rows, column = share % shares * HadamardColumns;
        Kernels.TransformHadamardColumnsUnchecked(
            _floats.Slice(_at + (long)(share / shares) * size, size), _columns, column, column + HadamardColumns);
    }
}
