using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// What a pass of a Walsh-Hadamard transform does to a vector before it is mixed with others: the only difference between the first pass
/// and the rest.
/// </summary>
internal unsafe interface IHadamardLoad<TVec> where TVec : struct
{
    static abstract TVec Load(float* source);
}

/// <summary>
/// The first pass: the lanes of a vector are mixed while it is in a register, and what the first pass over the next 16 KiB will read is
/// asked for: later passes over these leave memory idle. Rows that come from memory gain far more than those lose that lie in a cache.
/// </summary>
internal readonly unsafe struct LaneStages<TSimd, TVec> : IHadamardLoad<TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int Ahead = 1 << 12;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Load(float* source)
    {
        TSimd.Prefetch(source + Ahead);
        return TSimd.Hadamard(TSimd.Load(source));
    }
}

/// <summary>Any other pass.</summary>
internal readonly unsafe struct PlainLoad<TSimd, TVec> : IHadamardLoad<TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVec Load(float* source) => TSimd.Load(source);
}
