namespace Subquad.Simd.Kernels;

/// <summary>How many vectors of sums a chain carries: known when it is compiled.</summary>
internal interface IVectors
{
    static abstract int Count { get; }
}

/// <summary>A whole pass.</summary>
internal readonly struct EightVectors : IVectors
{
    public static int Count => 8;
}

/// <summary>Half a pass: the last one of a pair of panels whose rows fill no more.</summary>
internal readonly struct FourVectors : IVectors
{
    public static int Count => 4;
}

/// <summary>A pair of panels with very few rows.</summary>
internal readonly struct OneVector : IVectors
{
    public static int Count => 1;
}
