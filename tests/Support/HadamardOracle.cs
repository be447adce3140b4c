using System.Numerics;

namespace Subquad.Support;

/// <summary>The Walsh-Hadamard transform as textbooks write it, in any number type.</summary>
public static class HadamardOracle
{
    /// <summary>H v, unnormalised, natural order; stages ascend.</summary>
    public static T[] Transform<T>(ReadOnlySpan<T> vector) where T : INumber<T>
    {
        T[] result = vector.ToArray();
        for (int half = 1; half < result.Length; half *= 2)
            for (int start = 0; start < result.Length; start += 2 * half)
                for (int i = start; i < start + half; i++)
                    (result[i], result[i + half]) = (result[i] + result[i + half], result[i] - result[i + half]);
        return result;
    }
}
