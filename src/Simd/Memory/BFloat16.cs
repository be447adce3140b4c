namespace Subquad.Simd.Memory;

/// <summary>
/// The upper half of a float32: sign, 8 bits of exponent, 7 of fraction. And where an element of it lies in a column of a panel.
/// </summary>
/// <remarks>
/// A column is 32 words of 32 bits: words 0 to 15 hold rows 0 to 15 in their low halves and rows 16 to 31 in their high halves, words 16 to
/// 31 rows 32 to 63 alike. So a vector of words is two vectors of floats of consecutive rows, a shift and a mask away, on any width up to
/// sixteen lanes: no lane ever has to change its place.
/// </remarks>
internal static class BFloat16
{
    /// <summary>Rows from the low half of a word to its high half.</summary>
    public const int HalfRows = 16;

    /// <summary>32-bit words of a column of a panel.</summary>
    public const int ColumnWords = PanelMatrix.PanelRows / 2;

    /// <summary>
    /// The nearest one, ties to even, beyond the largest one infinity; a NaN stays one and becomes a quiet one. What the lanes do to
    /// vectors, which know nothing of memory.
    /// </summary>
    public static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((float.IsNaN(value) ? bits | 0x0040_0000 : bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    /// <summary>The float32 of the same value.</summary>
    public static float Widen(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);

    /// <summary>Where a row's element is among the 64 of a column.</summary>
    public static int Place(int row) =>
        row / (2 * HalfRows) * (2 * HalfRows) + row % HalfRows * 2 + ((row / HalfRows % 2) ^ (BitConverter.IsLittleEndian ? 0 : 1));

    /// <summary>The first row of a word: the other one is <see cref="HalfRows"/> further.</summary>
    public static int RowOf(int word) => word / HalfRows * (2 * HalfRows) + word % HalfRows;
}
