using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// What a chain does beside each multiply-add: known when it is compiled, so that a loop that asks for nothing has no branch.
/// </summary>
internal interface ILookahead
{
    /// <summary>Called once before each entry.</summary>
    void Ask();
}

/// <summary>Asks for nothing: whole tiles are on their way already.</summary>
internal readonly struct NoLookahead : ILookahead
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask()
    {
    }
}

/// <summary>
/// Asks for the columns of entries further on, in the order of their use: datum after datum, and in each block after block. 32 entries
/// ahead: with 16 a pass of one row over 16,384 x 16,384 weights takes a fifth longer, with 48 to 96 as long. One column beside each use of
/// one: sixteen at once cost weights of bfloat16 a third. Weights that a cache holds need none of it.
/// </summary>
internal unsafe struct ColumnLookahead<TSimd, TVec> : ILookahead
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int EntriesAhead = 32;
    private const int LineFloats = 16;

    /// <summary>Weights of at most so many bytes stay in the last cache, from which loads come early enough by themselves.</summary>
    private const long CacheBytes = 8L << 20;

    private readonly ActiveView _x;
    private readonly float* _panels;
    private readonly long _stride;
    private readonly int _columnFloats, _datumTo;
    private int _datum, _block = -1;
    private float* _tile;
    private long _entry, _end;

    /// <param name="x">Sparse rows.</param>
    /// <param name="panels">The first column of the pair of panels.</param>
    /// <param name="stride">Floats from one panel to the next; 0 where the second holds nothing.</param>
    /// <param name="columnFloats">Floats from one column to the next: four lines, or two of bfloat16.</param>
    /// <param name="datumFrom">First datum.</param>
    /// <param name="datumTo">One past the last datum.</param>
    public ColumnLookahead(ActiveView x, float* panels, long stride, int columnFloats, int datumFrom, int datumTo)
    {
        _x = x;
        _panels = panels;
        _stride = stride;
        _columnFloats = columnFloats;
        _datum = datumFrom;
        _datumTo = datumTo;
        for (int entry = 0; entry < EntriesAhead; entry++)
            Ask();
    }

    /// <summary>Whether a matrix is too large for a cache to hold it.</summary>
    public static bool PaysFor(long rows, long columns, int columnFloats) =>
        rows * columns * columnFloats * sizeof(float) / PanelMatrix.PanelRows > CacheBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask()
    {
        if (_entry == _end && !FindRun())
            return;
        float* column = _tile + (long)_x.Offsets[_entry++] * _columnFloats;
        Ask(column);
        Ask(column + LineFloats);
        if (_columnFloats == 2 * LineFloats)
            return;
        Ask(column + 2 * LineFloats);
        Ask(column + 3 * LineFloats);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Ask(float* line)
    {
        TSimd.Prefetch(line);
        TSimd.Prefetch(line + _stride);
    }

    // Inlined whatever its size: around a call no sum stays in a register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool FindRun()
    {
        while (_datum < _datumTo)
        {
            if (++_block == _x.Blocks)
            {
                _block = -1;
                _datum++;
                continue;
            }
            long* run = _x.Starts + (long)_block * _x.Count + _datum;
            (_entry, _end) = (run[0], run[1]);
            _tile = _panels + (long)_block * ActiveBatch.BlockSize * _columnFloats;
            if (_entry < _end)
                return true;
        }
        return false;
    }
}
