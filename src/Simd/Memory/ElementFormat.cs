namespace Subquad.Simd.Memory;

/// <summary>How a <see cref="PanelMatrix"/> stores its elements. Whatever computes with them does so in float32.</summary>
public enum ElementFormat
{
    /// <summary>Four bytes: 24 significant bits.</summary>
    Float32,

    /// <summary>
    /// Two bytes: the sign, the exponent of a float32 and 8 significant bits, rounded to nearest, ties to even. A relative error of at most
    /// 2^-8 for normal numbers; half the memory and half the traffic.
    /// </summary>
    BFloat16,
}
