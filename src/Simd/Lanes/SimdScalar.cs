using System.Numerics;

namespace Subquad.Simd.Lanes;

/// <summary>
/// One float: the specification every other set is held against. Multiply-add is fused, in software where the processor has no such
/// instruction.
/// </summary>
internal readonly unsafe struct SimdScalar : ISimd<float>
{
    public static string Name => "scalar";
    public static bool IsSupported => true;
    public static bool IsFused => true;
    public static int Count => 1;
    public static float Zero => 0f;
    public static float Broadcast(float value) => value;
    public static float Load(float* source) => *source;
    public static void Store(float* destination, float value) => *destination = value;
    public static float LoadFirst(float* source, int count) => count > 0 ? *source : 0f;

    public static void StoreFirst(float* destination, float value, int count)
    {
        if (count > 0)
            *destination = value;
    }

    public static void StoreWide(double* destination, float value) => *destination = value;
    public static void AddWide(double* sums, float value) => *sums += value;
    public static float Add(float a, float b) => a + b;
    public static float Sub(float a, float b) => a - b;
    public static float Mul(float a, float b) => a * b;
    public static float Div(float a, float b) => a / b;
    public static float Sqrt(float a) => MathF.Sqrt(a);
    public static float MulAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);
    public static float Sum(float value) => value;
    public static float Max(float a, float b) => a > b ? a : b;
    public static float MaxAcross(float value) => value;
    public static uint GreaterBits(float a, float b) => a > b ? 1u : 0u;
    public static uint DifferentBits(float a, float b) => a != b ? 1u : 0u;
    public static float SelectDifferent(float a, float b, float different, float same) => a != b ? different : same;
    public static void Compress(float* destination, float value, uint bits) => *destination = value;

    public static void CompressNumbers(int* destination, int first, uint bits)
    {
        for (; bits != 0; bits &= bits - 1)
            *destination++ = first + BitOperations.TrailingZeroCount(bits);
    }

    public static void CompressOffsets(ushort* destination, long room, int first, ulong bits)
    {
        for (; bits != 0; bits &= bits - 1)
            *destination++ = (ushort)(first + BitOperations.TrailingZeroCount(bits));
    }

    public static float Hadamard(float value) => value;
    public static float NegateOdd(float value, int bits, int* masks) =>
        (BitOperations.PopCount((uint)(bits & *masks)) & 1) != 0 ? -value : value;
    public static float LowHalves(float words) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(words) << 16);
    public static float HighHalves(float words) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(words) & 0xFFFF_0000u);
    public static float RoundHalves(float low, float high) =>
        BitConverter.UInt32BitsToSingle(BFloat16Bits.Round(low) | (uint)BFloat16Bits.Round(high) << 16);

    public static void Prefetch(float* line)
    {
    }
}

/// <summary>One double.</summary>
internal readonly unsafe struct SimdScalarDouble : ISimdDouble<double>
{
    public static int Count => 1;
    public static double Zero => 0.0;
    public static double Broadcast(double value) => value;
    public static double Load(double* source) => *source;
    public static void Store(double* destination, double value) => *destination = value;
    public static double LoadFirst(double* source, int count) => count > 0 ? *source : 0.0;

    public static void StoreFirst(double* destination, double value, int count)
    {
        if (count > 0)
            *destination = value;
    }

    public static double Widen(float* source) => *source;
    public static void StoreNarrow(float* destination, double value) => *destination = (float)value;
    public static double Add(double a, double b) => a + b;
    public static double Sub(double a, double b) => a - b;
    public static double Mul(double a, double b) => a * b;
    public static double Div(double a, double b) => a / b;
    public static double Sqrt(double a) => Math.Sqrt(a);
    public static double MulAdd(double a, double b, double c) => Math.FusedMultiplyAdd(a, b, c);
    public static double NegMulAdd(double a, double b, double c) => Math.FusedMultiplyAdd(-a, b, c);
    public static double Sum(double value) => value;

    public static void Prefetch(double* line)
    {
    }

    public static double Exponent(double a) =>
        BitConverter.UInt64BitsToDouble((BitConverter.DoubleToUInt64Bits(a) >>> 52) | DoubleBits.TwoTo52) - DoubleBits.TwoTo52PlusBias;

    public static double Significand(double a) =>
        BitConverter.UInt64BitsToDouble((BitConverter.DoubleToUInt64Bits(a) & DoubleBits.FractionMask) | DoubleBits.One);
}
