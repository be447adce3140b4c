using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>What a chain does before some of its entries: known when it is compiled, so that a loop that asks for nothing has no branch.</summary>
internal interface ILookahead
{
    /// <summary>The most entries that it may be called for at once.</summary>
    static abstract int Stretch { get; }

    /// <summary>Called before the next entries are used.</summary>
    void Ask(int entries);
}

/// <summary>Asks for nothing: whole tiles are on their way already.</summary>
internal readonly struct NoLookahead : ILookahead
{
    public static int Stretch => int.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask(int entries)
    {
    }
}

/// <summary>How long a column of weights is.</summary>
internal interface IColumn
{
    static abstract int Lines { get; }
}

/// <summary>64 floats.</summary>
internal readonly struct Float32Column : IColumn
{
    public static int Lines => 4;
}

/// <summary>32 words of bfloat16.</summary>
internal readonly struct BFloat16Column : IColumn
{
    public static int Lines => 2;
}

/// <summary>
/// Asks for the columns of entries further on, in the order of their use: datum after datum, and in each block after block. 32 entries ahead: with 16 a pass of one row over 16,384 x 16,384 weights
/// takes a fifth longer, with 48 to 96 as long. In stretches, so that what is asked for is found in registers: one at a time, weights that a cache holds take an eighth longer.
/// </summary>
internal unsafe struct ColumnLookahead<TSimd, TVec, TColumn> : ILookahead
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TColumn : struct, IColumn
{
    private const int EntriesAhead = 32;
    private const int LineFloats = 16;

    private readonly ActiveView _x;
    private readonly float* _panels;
    private readonly long _stride;
    private readonly int _datumTo;
    private int _datum, _block = -1;
    private float* _tile;
    private ushort* _next, _end;

    /// <param name="x">Sparse rows.</param>
    /// <param name="panels">The first column of the pair of panels.</param>
    /// <param name="stride">Floats from one panel to the next; 0 where the second holds nothing.</param>
    /// <param name="datumFrom">First datum.</param>
    /// <param name="datumTo">One past the last datum.</param>
    public ColumnLookahead(ActiveView x, float* panels, long stride, int datumFrom, int datumTo)
    {
        _x = x;
        _panels = panels;
        _stride = stride;
        _datum = datumFrom;
        _datumTo = datumTo;
        Ask(EntriesAhead);
    }

    public static int Stretch => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask(int entries)
    {
        while (entries > 0 && (_next != _end || FindRun()))
        {
            long run = Math.Min(entries, _end - _next), stride = _stride;
            float* tile = _tile;
            ushort* next = _next, stop = next + run;
            do
            {
                float* column = tile + (long)*next * (TColumn.Lines * LineFloats);
                for (int line = 0; line < TColumn.Lines; line++)
                {
                    TSimd.Prefetch(column + line * LineFloats);
                    TSimd.Prefetch(column + stride + line * LineFloats);
                }
            }
            while (++next < stop);
            _next = next;
            entries -= (int)run;
        }
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
            _next = _x.Offsets + run[0];
            _end = _x.Offsets + run[1];
            _tile = _panels + (long)_block * ActiveBatch.BlockSize * (TColumn.Lines * LineFloats);
            if (run[0] < run[1])
                return true;
        }
        return false;
    }
}
