using Subquad.Simd.Lanes;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>
/// The table of verbs for lanes of a width. A new verb is a new row of one of its parts; a test finds a function of the core that no row
/// calls.
/// </summary>
internal static class GuardedCases<TSimd, TVec, TSimdDouble, TVecDouble>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TSimdDouble : struct, ISimdDouble<TVecDouble>
    where TVecDouble : struct
{
    public static IEnumerable<GuardedCase> All =>
    [
        .. LayerCases<TSimd, TVec, TSimdDouble, TVecDouble>.All,
        .. ListCases<TSimd, TVec>.All,
        .. VectorCases.All,
        .. DenseCases<TSimdDouble, TVecDouble>.All,
        .. TournamentCases<TSimd, TVec>.All,
        .. SearchCases<TSimd, TVec>.All,
    ];
}
