using System.Numerics;
using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>What is asked of the rows of a panel matrix, a vector at a time.</summary>
internal unsafe interface IRowTest<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <param name="place">Where the vector begins in the panel matrix.</param>
    /// <param name="row">Its first row.</param>
    /// <param name="datum">Its column.</param>
    /// <returns>Bit i is set when row + i passes; never for rows of padding.</returns>
    uint Passes(long place, int row, int datum);

    /// <summary>
    /// Whether so few rows pass that none in a vector is what to expect: then a branch is foreseen, and cheaper than closing gaps that are
    /// not there.
    /// </summary>
    static abstract bool PassesRarely { get; }
}

/// <summary>Strictly above the row's threshold; NaN is never above, and the threshold of padding is infinite.</summary>
internal readonly unsafe struct AboveTest<TSimd, TVec>(float* sums, float* thresholds) : IRowTest<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static bool PassesRarely => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Passes(long place, int row, int datum) => TSimd.GreaterBits(TSimd.Load(sums + place), TSimd.Load(thresholds + row));
}

/// <summary>
/// Raises upper to the bound upper + (support + growth) on + norm off, and passes what that does not rule out: see
/// <see cref="UncertainTest{TSimd,TVec}"/>.
/// </summary>
internal readonly unsafe struct RaisedTest<TSimd, TVec>(float* upper, float* support, BoundView bound) : IRowTest<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static bool PassesRarely => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Passes(long place, int row, int datum)
    {
        TVec on = TSimd.Broadcast(bound.On[datum]), off = TSimd.Broadcast(bound.Off[datum]);
        TVec reach = TSimd.MulAdd(TSimd.Add(TSimd.Load(support + place), TSimd.Load(bound.Growth + row)), on, TSimd.Load(upper + place));
        reach = TSimd.MulAdd(TSimd.Load(bound.Norms + row), off, reach);
        TSimd.Store(upper + place, reach);
        return UncertainTest<TSimd, TVec>.Bits(reach, bound, row, datum);
    }
}

/// <summary>
/// Not ruled out: the bound and what rounding may add, upper + error size, are not below the row's limit. With finite operands that is
/// never NaN; the limit of padding is infinite.
/// </summary>
internal readonly unsafe struct UncertainTest<TSimd, TVec>(float* upper, BoundView bound) : IRowTest<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static bool PassesRarely => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Bits(TVec upper, BoundView bound, int row, int datum)
    {
        TVec reach = TSimd.MulAdd(TSimd.Load(bound.Errors + row), TSimd.Broadcast(bound.Sizes[datum]), upper);
        return ~TSimd.GreaterBits(TSimd.Load(bound.Limits + row), reach) & ((1u << TSimd.Count) - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Passes(long place, int row, int datum) => Bits(TSimd.Load(upper + place), bound, row, datum);
}

/// <summary>Not zero: a number that is none is listed too, so that a run that diverged shows it. The padding holds zeros.</summary>
internal readonly unsafe struct NonZeroTest<TSimd, TVec>(float* values) : IRowTest<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static bool PassesRarely => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Passes(long place, int row, int datum) => TSimd.DifferentBits(TSimd.Load(values + place), TSimd.Zero);
}

/// <summary>
/// Which rows of a panel matrix pass a test, per datum: counted first, so that the lists' places are known and blocks can be written by any
/// thread, then listed. Datum i owns 64 consecutive elements of a panel; both passes read them in memory order, four vectors at a time.
/// </summary>
internal static unsafe class RowListKernel<TSimd, TVec, TTest>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TTest : struct, IRowTest<TSimd, TVec>
{
    /// <summary>Adds up counts per (block, datum), one place late in <paramref name="starts"/>.</summary>
    /// <param name="shape">The matrix that is tested.</param>
    /// <param name="test">The test.</param>
    /// <param name="starts">Starts of the lists.</param>
    /// <param name="count">Data.</param>
    /// <param name="blockFrom">First block.</param>
    /// <param name="blockTo">One past the last block.</param>
    public static void Count(PanelView shape, TTest test, long* starts, int count, int blockFrom, int blockTo)
    {
        for (int block = blockFrom; block < blockTo; block++)
        {
            long* counts = starts + (long)block * count + 1;
            new Span<long>(counts, count).Clear();
            for (int panel = RowLists.PanelFrom(block); panel < RowLists.PanelTo(shape, block); panel++)
                for (int datum = 0; datum < count; datum++)
                {
                    long place = panel * shape.Stride + (long)datum * PanelMatrix.PanelRows;
                    long passed = 0;
                    for (int row = 0; row < PanelMatrix.PanelRows; row += 4 * TSimd.Count)
                    {
                        passed += BitOperations.PopCount(Passes(test, place, panel, row, datum))
                            + BitOperations.PopCount(Passes(test, place, panel, row + TSimd.Count, datum));
                        passed += BitOperations.PopCount(Passes(test, place, panel, row + 2 * TSimd.Count, datum));
                        passed += BitOperations.PopCount(Passes(test, place, panel, row + 3 * TSimd.Count, datum));
                    }
                    counts[datum] += passed;
                }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Passes(TTest test, long place, int panel, int row, int datum) =>
        test.Passes(place + row, panel * PanelMatrix.PanelRows + row, datum);

    /// <summary>Writes the offsets of the rows that pass; values are left as they are.</summary>
    public static void List(PanelView shape, TTest test, ActiveView lists, int blockFrom, int blockTo)
    {
        for (int block = blockFrom; block < blockTo; block++)
            for (int datum = 0; datum < lists.Count; datum++)
            {
                long run = (long)block * lists.Count + datum, next = lists.Starts[run], end = lists.Starts[run + 1];
                for (int panel = RowLists.PanelFrom(block); panel < RowLists.PanelTo(shape, block); panel++)
                {
                    long place = panel * shape.Stride + (long)datum * PanelMatrix.PanelRows;
                    int offset = (panel - RowLists.PanelFrom(block)) * PanelMatrix.PanelRows;
                    if (TTest.PassesRarely)
                    {
                        for (int row = 0; row < PanelMatrix.PanelRows; row += TSimd.Count)
                            for (uint bits = Passes(test, place, panel, row, datum); bits != 0; bits &= bits - 1, next++)
                                lists.Offsets[next] = (ushort)(offset + row + BitOperations.TrailingZeroCount(bits));
                        continue;
                    }
                    for (int row = 0; row < PanelMatrix.PanelRows; row += 4 * TSimd.Count)
                    {
                        ulong bits = Passes(test, place, panel, row, datum) | (ulong)Passes(
                            test, place, panel, row + TSimd.Count, datum) << TSimd.Count
                            | (ulong)Passes(test, place, panel, row + 2 * TSimd.Count, datum) << 2 * TSimd.Count
                            | (ulong)Passes(test, place, panel, row + 3 * TSimd.Count, datum) << 3 * TSimd.Count;
                        TSimd.CompressOffsets(lists.Offsets + next, end - next, offset + row, bits);
                        next += BitOperations.PopCount(bits);
                    }
                }
            }
    }
}

/// <summary>Which panels make a block of lists.</summary>
internal static class RowLists
{
    private const int PanelsOfBlock = ActiveBatch.BlockSize / PanelMatrix.PanelRows;

    public static int PanelFrom(int block) => block * PanelsOfBlock;

    public static int PanelTo(PanelView shape, int block) =>
        Math.Min((block + 1) * PanelsOfBlock, (shape.Rows + PanelMatrix.PanelRows - 1) / PanelMatrix.PanelRows);
}
