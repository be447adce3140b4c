using System.Numerics;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Threading;

/// <content>Walsh-Hadamard transforms of many rows, or of one long one.</content>
public sealed partial class TeamKernels
{
    /// <summary>Floats that one worker transforms at once: 256 KiB, in its second-level cache.</summary>
    private const int HadamardBlock = 1 << 16;

    /// <summary>Columns of a worker's share of the last stages: enough to outweigh taking it.</summary>
    private const int HadamardColumns = 1 << 11;

    private Action<int, int>? _hadamardRow, _hadamardBlock, _hadamardColumns;
    private int _length, _columns, _rows;
    private long _at;

    /// <summary>Transforms rows in place; see <see cref="KernelSet.TransformHadamard"/>. Rows are shared among the workers; where they are too few for that, each is.</summary>
    /// <param name="rows">Row after row; nothing between them.</param>
    /// <param name="length">Elements of a row, a power of two up to 2^30.</param>
    /// <param name="count">Rows.</param>
    public void TransformHadamard(NativeBuffer<float> rows, int length, int count)
    {
        (_floats, _length) = (rows, length);
        if (length <= HadamardBlock || count % Team.Degree == 0)
        {
            Team.Run(Chunks(_order = count), _hadamardRow ??= (chunk, _) =>
            {
                for (int row = From(chunk, _order); row < From(chunk + 1, _order); row++)
                    Kernels.TransformHadamard(_floats.Slice((long)row * _length, _length));
            });
            return;
        }
        for (int row = 0; row < count; row++)
            TransformLong((long)row * length);
    }

    /// <summary>The stages of the sequential transform, in its order, shared block by block and then column by column.</summary>
    private void TransformLong(long start)
    {
        _at = start;
        Team.Run(_length / HadamardBlock, _hadamardBlock ??= (block, _) => Kernels.TransformHadamard(_floats.Slice(_at + (long)block * HadamardBlock, HadamardBlock)));
        int passes = (BitOperations.Log2((uint)_length / HadamardBlock) + MostRowBits - 1) / MostRowBits, done = HadamardBlock;
        for (int pass = passes; pass > 0; pass--)
        {
            int bits = (BitOperations.Log2((uint)(_length / done)) + pass - 1) / pass;
            (_columns, _rows) = (done, 1 << bits);
            int chunks = _columns / HadamardColumns;
            Team.Run(_length / (_columns * _rows) * chunks, _hadamardColumns ??= (item, _) => TransformColumns(item));
            done <<= bits;
        }
    }

    private void TransformColumns(int item)
    {
        int chunks = _columns / HadamardColumns, size = _columns * _rows, column = item % chunks * HadamardColumns;
        Kernels.TransformHadamardColumns(_floats.Slice(_at + (long)(item / chunks) * size, size), _columns, column, column + HadamardColumns);
    }

    private static int MostRowBits => BitOperations.Log2(KernelSet.MostHadamardRows);
}
