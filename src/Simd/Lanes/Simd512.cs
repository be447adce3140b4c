using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Subquad.Simd.Lanes;

/// <summary>Sixteen floats: AVX-512 F, BW, DQ, VL.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    public static string Name => "simd512";
    public static bool IsSupported =>
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Avx512BW.VL.IsSupported && Avx512DQ.IsSupported;
    public static bool IsFused => true;
    public static int Count => 16;
    public static Vector512<float> Zero => Vector512<float>.Zero;
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);
    public static Vector512<float> Load(float* source) => Vector512.Load(source);
    public static void Store(float* destination, Vector512<float> value) => value.Store(destination);

    public static Vector512<float> LoadFirst(float* source, int count) => Avx512F.MaskLoad(source, First(count), Vector512<float>.Zero);
    public static void StoreFirst(float* destination, Vector512<float> value, int count) =>
        Avx512F.MaskStore(destination, First(count), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWide(double* destination, Vector512<float> value)
    {
        Avx512F.ConvertToVector512Double(value.GetLower()).Store(destination);
        Avx512F.ConvertToVector512Double(value.GetUpper()).Store(destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddWide(double* sums, Vector512<float> value)
    {
        (Vector512.Load(sums) + Avx512F.ConvertToVector512Double(value.GetLower())).Store(sums);
        (Vector512.Load(sums + 8) + Avx512F.ConvertToVector512Double(value.GetUpper())).Store(sums + 8);
    }

    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;
    public static Vector512<float> Sub(Vector512<float> a, Vector512<float> b) => a - b;
    public static Vector512<float> Mul(Vector512<float> a, Vector512<float> b) => a * b;
    public static Vector512<float> Div(Vector512<float> a, Vector512<float> b) => a / b;
    public static Vector512<float> Sqrt(Vector512<float> a) => Vector512.Sqrt(a);
    public static Vector512<float> MulAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Avx512F.FusedMultiplyAdd(a, b, c);
    public static float Sum(Vector512<float> value) => Simd256.Sum(value.GetLower() + value.GetUpper());
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), a, b);
    public static float MaxAcross(Vector512<float> value) => Simd256.MaxAcross(Simd256.Max(value.GetLower(), value.GetUpper()));
    public static uint GreaterBits(Vector512<float> a, Vector512<float> b) =>
        (uint)Vector512.GreaterThan(a, b).ExtractMostSignificantBits();
    public static uint DifferentBits(Vector512<float> a, Vector512<float> b) =>
        (uint)(~Vector512.Equals(a, b)).ExtractMostSignificantBits();

    public static Vector512<float> SelectDifferent(
        Vector512<float> a, Vector512<float> b, Vector512<float> different, Vector512<float> same) =>
        Vector512.ConditionalSelect(Vector512.Equals(a, b), same, different);

    public static void Compress(float* destination, Vector512<float> value, uint bits)
    {
        // Compress to a register, then a whole store: a compressing store costs fifteen times as much on Zen 4.
        Avx512F.Compress(Vector512<float>.Zero, Selected(bits).AsSingle(), value).Store(destination);
    }

    public static void CompressNumbers(int* destination, int first, uint bits) =>
        Avx512F.Compress(Vector512<int>.Zero, Selected(bits), Vector512<int>.Indices + Vector512.Create(first)).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CompressOffsets(ushort* destination, long room, int first, ulong bits)
    {
        // No branch: whether one of sixteen neurons fires is close to a coin's toss at usual densities, and a wrong guess costs more than a
        // store of nothing.
        destination += CompressOffsets(destination, first, (uint)(bits & 0xFFFF));
        destination += CompressOffsets(destination, first + 16, (uint)(bits >> 16 & 0xFFFF));
        destination += CompressOffsets(destination, first + 32, (uint)(bits >> 32 & 0xFFFF));
        CompressOffsets(destination, first + 48, (uint)(bits >> 48 & 0xFFFF));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Hadamard(Vector512<float> value)
    {
        // A stage is partner + sign * value: a product with a sign is exact, so the multiply-add rounds as an addition does.
        value = Stage(value, Avx512F.Permute4x32(value, 0b10_11_00_01),
            Vector512.Create(1f, -1f, 1f, -1f, 1f, -1f, 1f, -1f, 1f, -1f, 1f, -1f, 1f, -1f, 1f, -1f));
        value = Stage(value, Avx512F.Permute4x32(value, 0b01_00_11_10),
            Vector512.Create(1f, 1f, -1f, -1f, 1f, 1f, -1f, -1f, 1f, 1f, -1f, -1f, 1f, 1f, -1f, -1f));
        value = Stage(value, Avx512F.Shuffle4x128(value, value, 0b10_11_00_01),
            Vector512.Create(1f, 1f, 1f, 1f, -1f, -1f, -1f, -1f, 1f, 1f, 1f, 1f, -1f, -1f, -1f, -1f));
        return Stage(value, Avx512F.Shuffle4x128(value, value, 0b01_00_11_10),
            Vector512.Create(1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, -1f, -1f, -1f, -1f, -1f, -1f, -1f, -1f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> NegateOdd(Vector512<float> value, int bits, int* masks)
    {
        // Folded upwards, so that the parity ends in the place of a sign.
        Vector512<uint> odd = Vector512.Load((uint*)masks) & Vector512.Create((uint)bits);
        odd ^= odd << 16;
        odd ^= odd << 8;
        odd ^= odd << 4;
        odd ^= odd << 2;
        odd ^= odd << 1;
        return (value.AsUInt32() ^ (odd & Vector512.Create(0x8000_0000u))).AsSingle();
    }

    public static Vector512<float> LowHalves(Vector512<float> words) => (words.AsUInt32() << 16).AsSingle();
    public static Vector512<float> HighHalves(Vector512<float> words) => (words.AsUInt32() & Vector512.Create(0xFFFF_0000u)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> RoundHalves(Vector512<float> low, Vector512<float> high) =>
        ((Rounded(low) >>> 16) | (Rounded(high) & Vector512.Create(0xFFFF_0000u))).AsSingle();

    public static void Prefetch(float* line) => Sse.Prefetch1(line);

    private static Vector512<float> Stage(Vector512<float> value, Vector512<float> partner, Vector512<float> signs) =>
        Avx512F.FusedMultiplyAdd(value, signs, partner);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CompressOffsets(ushort* destination, int first, uint bits)
    {
        int count = BitOperations.PopCount(bits);
        Vector512<int> numbers = Avx512F.Compress(Vector512<int>.Zero, Selected(bits), Vector512<int>.Indices + Vector512.Create(first));
        Vector256<short> written = Vector256.GreaterThan(Vector256.Create((short)count), Vector256<short>.Indices);
        Avx512BW.VL.MaskStore(destination, written.AsUInt16(), Avx512F.ConvertToVector256UInt16(numbers));
        return count;
    }

    private static Vector512<int> Selected(uint bits)
    {
        Vector512<int> lane = Vector512<int>.One;
        return Vector512.Equals(Avx512F.ShiftRightLogicalVariable(Vector512.Create((int)bits), Vector512<uint>.Indices) & lane, lane);
    }

    // Inlined whatever its size: around a call the vectors of the loop before the last lanes would not stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> First(int count) => Vector512.GreaterThan(Vector512.Create(count), Vector512<int>.Indices).AsSingle();

    // The upper half is the nearest bfloat16; the lower one is left over.
    private static Vector512<uint> Rounded(Vector512<float> value)
    {
        Vector512<uint> bits = value.AsUInt32();
        Vector512<uint> nearest = bits + Vector512.Create(BFloat16Bits.Half) + ((bits >>> 16) & Vector512<uint>.One);
        return Vector512.ConditionalSelect(Vector512.Equals(value, value).AsUInt32(), nearest, bits | Vector512.Create(BFloat16Bits.Quiet));
    }
}

/// <summary>Eight doubles.</summary>
internal readonly unsafe struct Simd512Double : ISimdDouble<Vector512<double>>
{
    public static int Count => 8;
    public static Vector512<double> Zero => Vector512<double>.Zero;
    public static Vector512<double> Broadcast(double value) => Vector512.Create(value);
    public static Vector512<double> Load(double* source) => Vector512.Load(source);
    public static void Store(double* destination, Vector512<double> value) => value.Store(destination);
    public static Vector512<double> LoadFirst(double* source, int count) => Avx512F.MaskLoad(source, First(count), Vector512<double>.Zero);
    public static void StoreFirst(double* destination, Vector512<double> value, int count) =>
        Avx512F.MaskStore(destination, First(count), value);
    public static Vector512<double> Widen(float* source) => Avx512F.ConvertToVector512Double(Vector256.Load(source));
    public static void StoreNarrow(float* destination, Vector512<double> value) =>
        Avx512F.ConvertToVector256Single(value).Store(destination);
    public static Vector512<double> Add(Vector512<double> a, Vector512<double> b) => a + b;
    public static Vector512<double> Sub(Vector512<double> a, Vector512<double> b) => a - b;
    public static Vector512<double> Mul(Vector512<double> a, Vector512<double> b) => a * b;
    public static Vector512<double> Div(Vector512<double> a, Vector512<double> b) => a / b;
    public static Vector512<double> Sqrt(Vector512<double> a) => Vector512.Sqrt(a);
    public static Vector512<double> MulAdd(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Avx512F.FusedMultiplyAdd(a, b, c);
    public static Vector512<double> NegMulAdd(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Avx512F.FusedMultiplyAddNegated(a, b, c);
    public static double Sum(Vector512<double> value) => Simd256Double.Sum(value.GetLower() + value.GetUpper());
    public static void Prefetch(double* line) => Sse.Prefetch1(line);

    public static Vector512<double> Exponent(Vector512<double> a) =>
        ((a.AsUInt64() >>> 52) | Vector512.Create(DoubleBits.TwoTo52)).AsDouble() - Vector512.Create(DoubleBits.TwoTo52PlusBias);

    public static Vector512<double> Significand(Vector512<double> a) =>
        ((a.AsUInt64() & Vector512.Create(DoubleBits.FractionMask)) | Vector512.Create(DoubleBits.One)).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> First(int count) =>
        Vector512.GreaterThan(Vector512.Create((long)count), Vector512.Create(0L, 1, 2, 3, 4, 5, 6, 7)).AsDouble();
}
