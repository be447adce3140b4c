using NUnit.Framework;

namespace Subquad.Support;

/// <summary>
/// Assertions over many numbers at once: the first that fails is named. (One constraint per element would take longer than the kernels.)
/// </summary>
public static class Numbers
{
    /// <summary>Equal bit for bit.</summary>
    public static void SameBits(ReadOnlySpan<float> found, ReadOnlySpan<float> expected, string what)
    {
        Assert.That(found.Length, Is.EqualTo(expected.Length), what);
        for (int i = 0; i < found.Length; i++)
            SameBits(found[i], expected[i], what, i);
    }

    /// <summary>Equal bit for bit.</summary>
    public static void SameBits(ReadOnlySpan<double> found, ReadOnlySpan<double> expected, string what)
    {
        Assert.That(found.Length, Is.EqualTo(expected.Length), what);
        for (int i = 0; i < found.Length; i++)
            if (BitConverter.DoubleToInt64Bits(found[i]) != BitConverter.DoubleToInt64Bits(expected[i]))
                Assert.Fail($"{what}: element {i} is {found[i]:R}, expected {expected[i]:R} bit for bit");
    }

    /// <summary>Equal bit for bit.</summary>
    public static void SameBits(float found, float expected, string what, long index)
    {
        if (BitConverter.SingleToInt32Bits(found) != BitConverter.SingleToInt32Bits(expected))
            Assert.Fail($"{what}: element {index} is {found:R}, expected {expected:R} bit for bit");
    }

    /// <summary>Within an error bound; not a number is never within one.</summary>
    public static void Within(double found, double expected, double bound, string what, long index)
    {
        if (!(Math.Abs(found - expected) <= bound))
            Assert.Fail(
                $"{what}: element {index} is {found:R}, expected {expected:R} within {bound:G3}, off by {Math.Abs(found - expected):G3}");
    }

    /// <summary>
    /// Within the chain's bound of its float64 value and, when <paramref name="ordered"/>, the very bits of its float32 chain.
    /// </summary>
    public static void Matches(float found, in Chain expected, bool ordered, string what, long index)
    {
        Within(found, expected.Value, expected.Bound, what, index);
        if (ordered)
            SameBits(found, expected.Single, what, index);
    }
}
