using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Two vectors of rows in a column of weights: the only difference between a dense product of float32 and one of bfloat16.
/// </summary>
internal unsafe interface IWeightPair<TVec> where TVec : struct
{
    /// <summary>Places of 32 bits of a column of a panel.</summary>
    static abstract int ColumnPlaces { get; }

    /// <summary>Rows from the first vector to the second.</summary>
    static abstract int SecondRow { get; }

    /// <summary>The place of a pair in its column.</summary>
    static abstract int PlaceOf(int pair);

    /// <summary>The first row of a pair.</summary>
    static abstract int RowOf(int pair);

    /// <summary>The first vector.</summary>
    /// <param name="places">A vector of what lies at <see cref="PlaceOf"/>.</param>
    static abstract TVec First(TVec places);

    /// <summary>The second vector.</summary>
    /// <param name="places">As above.</param>
    /// <param name="source">Where it lies.</param>
    static abstract TVec Second(TVec places, float* source);
}

/// <summary>Two vectors of float32 side by side.</summary>
internal readonly unsafe struct SinglePair<TSimd, TVec> : IWeightPair<TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static int ColumnPlaces => PanelMatrix.PanelRows;
    public static int SecondRow => TSimd.Count;
    public static int PlaceOf(int pair) => pair * 2 * TSimd.Count;
    public static int RowOf(int pair) => pair * 2 * TSimd.Count;
    public static TVec First(TVec places) => places;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Second(TVec places, float* source) => TSimd.Load(source + TSimd.Count);
}

/// <summary>The low and the high halves of a vector of words.</summary>
internal readonly unsafe struct BFloat16Pair<TSimd, TVec> : IWeightPair<TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static int ColumnPlaces => BFloat16.ColumnWords;
    public static int SecondRow => BFloat16.HalfRows;
    public static int PlaceOf(int pair) => pair * TSimd.Count;
    public static int RowOf(int pair) => BFloat16.RowOf(pair * TSimd.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec First(TVec places) => TSimd.LowHalves(places);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Second(TVec places, float* source) => TSimd.HighHalves(places);
}
