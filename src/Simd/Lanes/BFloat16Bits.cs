namespace Subquad.Simd.Lanes;

/// <summary>Rounding of float32 to bfloat16, which is its upper half: added to the bits, a carry rounds up.</summary>
internal static class BFloat16Bits
{
    /// <summary>Half a unit in the last place, less the smallest amount: with the last bit added, a tie goes to the even one.</summary>
    public const uint Half = 0x7FFF;

    /// <summary>Keeps a NaN whose payload lies in the lower half from becoming an infinity.</summary>
    public const uint Quiet = 0x0040_0000;

    /// <summary>The nearest one, ties to even, beyond the largest one infinity; a NaN stays one and becomes a quiet one.</summary>
    public static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((float.IsNaN(value) ? bits | Quiet : bits + Half + (bits >> 16 & 1)) >> 16);
    }
}
