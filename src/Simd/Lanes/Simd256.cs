using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Subquad.Simd.Lanes;

/// <summary>Eight floats: AVX2 and FMA.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    public static string Name => "simd256";
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Avx2.IsSupported && Fma.IsSupported && Bmi2.X64.IsSupported;
    public static bool IsFused => true;
    public static int Count => 8;
    public static Vector256<float> Zero => Vector256<float>.Zero;
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);
    public static Vector256<float> Load(float* source) => Vector256.Load(source);
    public static void Store(float* destination, Vector256<float> value) => value.Store(destination);
    public static Vector256<float> LoadFirst(float* source, int count) => Avx.MaskLoad(source, First(count));
    public static void StoreFirst(float* destination, Vector256<float> value, int count) => Avx.MaskStore(destination, First(count), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWide(double* destination, Vector256<float> value)
    {
        Avx.ConvertToVector256Double(value.GetLower()).Store(destination);
        Avx.ConvertToVector256Double(value.GetUpper()).Store(destination + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddWide(double* sums, Vector256<float> value)
    {
        (Vector256.Load(sums) + Avx.ConvertToVector256Double(value.GetLower())).Store(sums);
        (Vector256.Load(sums + 4) + Avx.ConvertToVector256Double(value.GetUpper())).Store(sums + 4);
    }

    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;
    public static Vector256<float> Sub(Vector256<float> a, Vector256<float> b) => a - b;
    public static Vector256<float> Mul(Vector256<float> a, Vector256<float> b) => a * b;
    public static Vector256<float> Div(Vector256<float> a, Vector256<float> b) => a / b;
    public static Vector256<float> Sqrt(Vector256<float> a) => Vector256.Sqrt(a);
    public static Vector256<float> MulAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Fma.MultiplyAdd(a, b, c);
    public static float Sum(Vector256<float> value) => Simd128.Sum(value.GetLower() + value.GetUpper());
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), a, b);
    public static float MaxAcross(Vector256<float> value) => Simd128.MaxAcross(Simd128.Max(value.GetLower(), value.GetUpper()));
    public static uint GreaterBits(Vector256<float> a, Vector256<float> b) => Vector256.GreaterThan(a, b).ExtractMostSignificantBits();
    public static uint DifferentBits(Vector256<float> a, Vector256<float> b) => (~Vector256.Equals(a, b)).ExtractMostSignificantBits();

    public static Vector256<float> SelectDifferent(
        Vector256<float> a, Vector256<float> b, Vector256<float> different, Vector256<float> same) =>
        Vector256.ConditionalSelect(Vector256.Equals(a, b), same, different);

    public static void Compress(float* destination, Vector256<float> value, uint bits) =>
        Avx2.PermuteVar8x32(value, Selected(bits)).Store(destination);

    public static void CompressNumbers(int* destination, int first, uint bits)
    {
        (Selected(bits & 0xFF) + Vector256.Create(first)).Store(destination);
        (Selected(bits >> 8) + Vector256.Create(first + 8)).Store(destination + BitOperations.PopCount(bits & 0xFF));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CompressOffsets(ushort* destination, long room, int first, ulong bits)
    {
        // Whole vectors, each over what the one before wrote too much, where even the last one ends inside.
        if (room < BitOperations.PopCount(bits) + Count)
        {
            SimdScalar.CompressOffsets(destination, room, first, bits);
            return;
        }
        destination += CompressOffsets(destination, first, (uint)(bits & 0xFF));
        destination += CompressOffsets(destination, first + 8, (uint)(bits >> 8 & 0xFF));
        destination += CompressOffsets(destination, first + 16, (uint)(bits >> 16 & 0xFF));
        CompressOffsets(destination, first + 24, (uint)(bits >> 24 & 0xFF));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Hadamard(Vector256<float> value)
    {
        // As in Simd512: partner + sign * value.
        value = Fma.MultiplyAdd(value, Vector256.Create(1f, -1f, 1f, -1f, 1f, -1f, 1f, -1f), Avx.Permute(value, 0b10_11_00_01));
        value = Fma.MultiplyAdd(value, Vector256.Create(1f, 1f, -1f, -1f, 1f, 1f, -1f, -1f), Avx.Permute(value, 0b01_00_11_10));
        return Fma.MultiplyAdd(value, Vector256.Create(1f, 1f, 1f, 1f, -1f, -1f, -1f, -1f), Avx.Permute2x128(value, value, 0b01));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> NegateOdd(Vector256<float> value, int bits, int* masks)
    {
        Vector256<uint> odd = Vector256.Load((uint*)masks) & Vector256.Create((uint)bits);
        odd ^= odd << 16;
        odd ^= odd << 8;
        odd ^= odd << 4;
        odd ^= odd << 2;
        odd ^= odd << 1;
        return (value.AsUInt32() ^ (odd & Vector256.Create(0x8000_0000u))).AsSingle();
    }

    public static Vector256<float> LowHalves(Vector256<float> words) => (words.AsUInt32() << 16).AsSingle();
    public static Vector256<float> HighHalves(Vector256<float> words) => (words.AsUInt32() & Vector256.Create(0xFFFF_0000u)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> RoundHalves(Vector256<float> low, Vector256<float> high) =>
        ((Rounded(low) >>> 16) | (Rounded(high) & Vector256.Create(0xFFFF_0000u))).AsSingle();

    public static void Prefetch(float* line) => Sse.Prefetch1(line);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CompressOffsets(ushort* destination, int first, uint bits)
    {
        (Sse41.ConvertToVector128Int16(SelectedBytes(bits)).AsUInt16() + Vector128.Create((ushort)first)).Store(destination);
        return BitOperations.PopCount(bits);
    }

    /// <summary>Each selected lane's number, packed to the front: the permutation that closes the gaps.</summary>
    private static Vector256<int> Selected(uint bits) => Avx2.ConvertToVector256Int32(SelectedBytes(bits));

    private static Vector128<byte> SelectedBytes(uint bits)
    {
        ulong lanes = Bmi2.X64.ParallelBitDeposit(bits, 0x0101_0101_0101_0101) * 0xFF;
        ulong packed = Bmi2.X64.ParallelBitExtract(0x0706_0504_0302_0100, lanes);
        return Vector128.CreateScalarUnsafe(packed).AsByte();
    }

    // Inlined whatever its size: around a call the vectors of the loop before the last lanes would not stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> First(int count) =>
        Vector256.GreaterThan(Vector256.Create(count), Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7)).AsSingle();

    // The upper half is the nearest bfloat16; the lower one is left over.
    private static Vector256<uint> Rounded(Vector256<float> value)
    {
        Vector256<uint> bits = value.AsUInt32();
        Vector256<uint> nearest = bits + Vector256.Create(BFloat16Bits.Half) + ((bits >>> 16) & Vector256<uint>.One);
        return Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), nearest, bits | Vector256.Create(BFloat16Bits.Quiet));
    }
}

/// <summary>Four doubles.</summary>
internal readonly unsafe struct Simd256Double : ISimdDouble<Vector256<double>>
{
    public static int Count => 4;
    public static Vector256<double> Zero => Vector256<double>.Zero;
    public static Vector256<double> Broadcast(double value) => Vector256.Create(value);
    public static Vector256<double> Load(double* source) => Vector256.Load(source);
    public static void Store(double* destination, Vector256<double> value) => value.Store(destination);
    public static Vector256<double> LoadFirst(double* source, int count) => Avx.MaskLoad(source, First(count));
    public static void StoreFirst(double* destination, Vector256<double> value, int count) =>
        Avx.MaskStore(destination, First(count), value);
    public static Vector256<double> Widen(float* source) => Avx.ConvertToVector256Double(Vector128.Load(source));
    public static void StoreNarrow(float* destination, Vector256<double> value) => Avx.ConvertToVector128Single(value).Store(destination);
    public static Vector256<double> Add(Vector256<double> a, Vector256<double> b) => a + b;
    public static Vector256<double> Sub(Vector256<double> a, Vector256<double> b) => a - b;
    public static Vector256<double> Mul(Vector256<double> a, Vector256<double> b) => a * b;
    public static Vector256<double> Div(Vector256<double> a, Vector256<double> b) => a / b;
    public static Vector256<double> Sqrt(Vector256<double> a) => Vector256.Sqrt(a);
    public static Vector256<double> MulAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) => Fma.MultiplyAdd(a, b, c);
    public static Vector256<double> NegMulAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Fma.MultiplyAddNegated(a, b, c);
    public static double Sum(Vector256<double> value) => Simd128Double.Sum(value.GetLower() + value.GetUpper());
    public static void Prefetch(double* line) => Sse.Prefetch1(line);

    public static Vector256<double> Exponent(Vector256<double> a) =>
        ((a.AsUInt64() >>> 52) | Vector256.Create(DoubleBits.TwoTo52)).AsDouble() - Vector256.Create(DoubleBits.TwoTo52PlusBias);

    public static Vector256<double> Significand(Vector256<double> a) =>
        ((a.AsUInt64() & Vector256.Create(DoubleBits.FractionMask)) | Vector256.Create(DoubleBits.One)).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> First(int count) =>
        Vector256.GreaterThan(Vector256.Create((long)count), Vector256.Create(0L, 1, 2, 3)).AsDouble();
}
