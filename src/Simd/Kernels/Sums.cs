using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Where a chain of multiply-adds starts, what a term is, and where it ends: the only difference between a forward pass, a Gram matrix and
/// norms.
/// </summary>
internal unsafe interface ISums<TVec> where TVec : struct
{
    /// <summary>The most terms a chain may run before it ends.</summary>
    static abstract int LongestChain { get; }

    /// <summary>Bytes of a sum in memory.</summary>
    static abstract int ElementBytes { get; }

    static abstract TVec Begin(byte* sums, bool first);

    /// <summary>One more term of a column of weights and the input's value.</summary>
    static abstract TVec Add(TVec value, float* weights, TVec sum);

    static abstract void End(byte* sums, TVec value, bool first);
}

/// <summary>float32 sums: the chain goes on from where it stopped in the last tile.</summary>
internal readonly unsafe struct ChainedSums<TSimd, TVec> : ISums<TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static int LongestChain => int.MaxValue;
    public static int ElementBytes => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Begin(byte* sums, bool first) => first ? TSimd.Zero : TSimd.Load((float*)sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Add(TVec value, float* weights, TVec sum) => TSimd.MulAdd(value, TSimd.Load(weights), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void End(byte* sums, TVec value, bool first) => TSimd.Store((float*)sums, value);
}

/// <summary>float32 sums of squared weights, whatever the inputs' values are: what the rows' norms on a support are made of.</summary>
internal readonly unsafe struct SquareSums<TSimd, TVec> : ISums<TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static int LongestChain => int.MaxValue;
    public static int ElementBytes => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Begin(byte* sums, bool first) => ChainedSums<TSimd, TVec>.Begin(sums, first);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Add(TVec value, float* weights, TVec sum)
    {
        TVec weight = TSimd.Load(weights);
        return TSimd.MulAdd(weight, weight, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void End(byte* sums, TVec value, bool first) => ChainedSums<TSimd, TVec>.End(sums, value, first);
}

/// <summary>float64 sums: a short float32 chain from zero is widened and added.</summary>
internal readonly unsafe struct WideSums<TSimd, TVec> : ISums<TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static int LongestChain => 64;
    public static int ElementBytes => sizeof(double);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Begin(byte* sums, bool first) => TSimd.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Add(TVec value, float* weights, TVec sum) => TSimd.MulAdd(value, TSimd.Load(weights), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void End(byte* sums, TVec value, bool first)
    {
        if (first)
            TSimd.StoreWide((double*)sums, value);
        else
            TSimd.AddWide((double*)sums, value);
    }
}
