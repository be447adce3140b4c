using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Subquad.Simd.Lanes;

/// <summary>
/// Four floats: AdvSimd, or SSE4.2. On arm64 multiply-add is fused; on x86 it never is, also where the processor could, so that the set
/// gives the same bits on every x86 machine.
/// </summary>
internal readonly unsafe struct Simd128 : ISimd<Vector128<float>>
{
    public static string Name => "simd128";
    public static bool IsSupported => Vector128.IsHardwareAccelerated && (AdvSimd.Arm64.IsSupported || Sse42.IsSupported);
    public static bool IsFused => AdvSimd.IsSupported;
    public static int Count => 4;
    public static Vector128<float> Zero => Vector128<float>.Zero;
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);
    public static Vector128<float> Load(float* source) => Vector128.Load(source);
    public static void Store(float* destination, Vector128<float> value) => value.Store(destination);

    public static Vector128<float> LoadFirst(float* source, int count)
    {
        Vector128<float> value = Vector128<float>.Zero;
        for (int lane = 0; lane < count; lane++)
            value = value.WithElement(lane, source[lane]);
        return value;
    }

    public static void StoreFirst(float* destination, Vector128<float> value, int count)
    {
        for (int lane = 0; lane < count; lane++)
            destination[lane] = value.GetElement(lane);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWide(double* destination, Vector128<float> value)
    {
        (Vector128<double> lower, Vector128<double> upper) = Vector128.Widen(value);
        lower.Store(destination);
        upper.Store(destination + 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddWide(double* sums, Vector128<float> value)
    {
        (Vector128<double> lower, Vector128<double> upper) = Vector128.Widen(value);
        (Vector128.Load(sums) + lower).Store(sums);
        (Vector128.Load(sums + 2) + upper).Store(sums + 2);
    }

    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;
    public static Vector128<float> Sub(Vector128<float> a, Vector128<float> b) => a - b;
    public static Vector128<float> Mul(Vector128<float> a, Vector128<float> b) => a * b;
    public static Vector128<float> Div(Vector128<float> a, Vector128<float> b) => a / b;
    public static Vector128<float> Sqrt(Vector128<float> a) => Vector128.Sqrt(a);

    public static Vector128<float> MulAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        AdvSimd.IsSupported ? AdvSimd.FusedMultiplyAdd(c, a, b) : (a * b) + c;

    public static float Sum(Vector128<float> value) => (value[0] + value[2]) + (value[1] + value[3]);
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), a, b);

    public static float MaxAcross(Vector128<float> value)
    {
        value = Max(value, Vector128.Shuffle(value, Vector128.Create(2, 3, 0, 1)));
        return Max(value, Vector128.Shuffle(value, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    public static uint GreaterBits(Vector128<float> a, Vector128<float> b) => Vector128.GreaterThan(a, b).ExtractMostSignificantBits();
    public static uint DifferentBits(Vector128<float> a, Vector128<float> b) => (~Vector128.Equals(a, b)).ExtractMostSignificantBits();

    public static Vector128<float> SelectDifferent(
        Vector128<float> a, Vector128<float> b, Vector128<float> different, Vector128<float> same) =>
        Vector128.ConditionalSelect(Vector128.Equals(a, b), same, different);

    public static void Compress(float* destination, Vector128<float> value, uint bits)
    {
        for (; bits != 0; bits &= bits - 1)
            *destination++ = value.GetElement(BitOperations.TrailingZeroCount(bits));
    }

    public static void CompressNumbers(int* destination, int first, uint bits) => SimdScalar.CompressNumbers(destination, first, bits);
    public static void CompressOffsets(ushort* destination, long room, int first, ulong bits) =>
        SimdScalar.CompressOffsets(destination, room, first, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Hadamard(Vector128<float> value)
    {
        // As in Simd512: partner + sign * value; the product is exact, fused or not.
        value = MulAdd(value, Vector128.Create(1f, -1f, 1f, -1f), Vector128.Shuffle(value, Vector128.Create(1, 0, 3, 2)));
        return MulAdd(value, Vector128.Create(1f, 1f, -1f, -1f), Vector128.Shuffle(value, Vector128.Create(2, 3, 0, 1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NegateOdd(Vector128<float> value, int bits, int* masks)
    {
        Vector128<uint> odd = Vector128.Load((uint*)masks) & Vector128.Create((uint)bits);
        odd ^= odd << 16;
        odd ^= odd << 8;
        odd ^= odd << 4;
        odd ^= odd << 2;
        odd ^= odd << 1;
        return (value.AsUInt32() ^ (odd & Vector128.Create(0x8000_0000u))).AsSingle();
    }

    public static Vector128<float> LowHalves(Vector128<float> words) => (words.AsUInt32() << 16).AsSingle();
    public static Vector128<float> HighHalves(Vector128<float> words) => (words.AsUInt32() & Vector128.Create(0xFFFF_0000u)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> RoundHalves(Vector128<float> low, Vector128<float> high) =>
        ((Rounded(low) >>> 16) | (Rounded(high) & Vector128.Create(0xFFFF_0000u))).AsSingle();

    public static void Prefetch(float* line)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(line);
    }

    // The upper half is the nearest bfloat16; the lower one is left over.
    private static Vector128<uint> Rounded(Vector128<float> value)
    {
        Vector128<uint> bits = value.AsUInt32();
        Vector128<uint> nearest = bits + Vector128.Create(BFloat16Bits.Half) + ((bits >>> 16) & Vector128<uint>.One);
        return Vector128.ConditionalSelect(Vector128.Equals(value, value).AsUInt32(), nearest, bits | Vector128.Create(BFloat16Bits.Quiet));
    }
}

/// <summary>Two doubles.</summary>
internal readonly unsafe struct Simd128Double : ISimdDouble<Vector128<double>>
{
    public static int Count => 2;
    public static Vector128<double> Zero => Vector128<double>.Zero;
    public static Vector128<double> Broadcast(double value) => Vector128.Create(value);
    public static Vector128<double> Load(double* source) => Vector128.Load(source);
    public static void Store(double* destination, Vector128<double> value) => value.Store(destination);

    public static Vector128<double> LoadFirst(double* source, int count) => count switch
    {
        0 => Vector128<double>.Zero,
        1 => Vector128.CreateScalar(*source),
        _ => Vector128.Load(source),
    };

    public static void StoreFirst(double* destination, Vector128<double> value, int count)
    {
        for (int lane = 0; lane < count; lane++)
            destination[lane] = value.GetElement(lane);
    }

    public static Vector128<double> Widen(float* source) => Vector128.Create((double)source[0], source[1]);
    public static void StoreNarrow(float* destination, Vector128<double> value) =>
        Vector128.Narrow(value, value).GetLower().Store(destination);
    public static Vector128<double> Add(Vector128<double> a, Vector128<double> b) => a + b;
    public static Vector128<double> Sub(Vector128<double> a, Vector128<double> b) => a - b;
    public static Vector128<double> Mul(Vector128<double> a, Vector128<double> b) => a * b;
    public static Vector128<double> Div(Vector128<double> a, Vector128<double> b) => a / b;
    public static Vector128<double> Sqrt(Vector128<double> a) => Vector128.Sqrt(a);

    public static Vector128<double> MulAdd(Vector128<double> a, Vector128<double> b, Vector128<double> c) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.FusedMultiplyAdd(c, a, b) : (a * b) + c;

    public static Vector128<double> NegMulAdd(Vector128<double> a, Vector128<double> b, Vector128<double> c) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.FusedMultiplySubtract(c, a, b) : c - (a * b);

    public static double Sum(Vector128<double> value) => value[0] + value[1];
    public static void Prefetch(double* line) => Simd128.Prefetch((float*)line);

    public static Vector128<double> Exponent(Vector128<double> a) =>
        ((a.AsUInt64() >>> 52) | Vector128.Create(DoubleBits.TwoTo52)).AsDouble() - Vector128.Create(DoubleBits.TwoTo52PlusBias);

    public static Vector128<double> Significand(Vector128<double> a) =>
        ((a.AsUInt64() & Vector128.Create(DoubleBits.FractionMask)) | Vector128.Create(DoubleBits.One)).AsDouble();
}
