namespace Subquad.Simd.Lanes;

/// <summary>
/// The bit patterns behind <see cref="ISimdDouble{TVec}.Exponent"/> and Significand. An exponent field placed below the bits of 2^52 reads
/// as 2^52 + field, exactly, on every width and without an integer-to-double conversion (which narrow sets lack).
/// </summary>
internal static class DoubleBits
{
    public const ulong TwoTo52 = 0x4330_0000_0000_0000;
    public const double TwoTo52PlusBias = 4503599627370496.0 + 1023.0;
    public const ulong FractionMask = 0x000F_FFFF_FFFF_FFFF;
    public const ulong One = 0x3FF0_0000_0000_0000;
}
