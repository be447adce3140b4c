using System.Numerics;
using NUnit.Framework;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Lanes;

/// <summary>The verbs of float32 lanes, one by one, against their meaning for a single number.</summary>
[TestFixtureSource(typeof(LaneSource), nameof(LaneSource.Single))]
internal sealed unsafe class LaneTests<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const float Sentinel = -7.25f;

    private static readonly float[] s_special =
    [
        0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, 1e-40f, 1.17549435e-38f, float.MaxValue, -float.MaxValue, float.PositiveInfinity,
            float.NegativeInfinity,
        float.NaN, 1f + 1.1920929e-7f, 3.25f, -2.5f,
    ];

    [Test]
    public void Max_takes_what_is_strictly_greater()
    {
        float* lanes = stackalloc float[TSimd.Count];
        foreach (float a in s_special)
            foreach (float b in s_special)
            {
                TSimd.Store(lanes, TSimd.Max(TSimd.Broadcast(a), TSimd.Broadcast(b)));
                for (int lane = 0; lane < TSimd.Count; lane++)
                    Numbers.SameBits(lanes[lane], a > b ? a : b, $"max of {a} and {b}", lane);
            }
        for (int largest = 0; largest < TSimd.Count; largest++)
        {
            for (int lane = 0; lane < TSimd.Count; lane++)
                lanes[lane] = lane == largest ? -1f : -2f - lane;
            Assert.That(TSimd.MaxAcross(TSimd.Load(lanes)), Is.EqualTo(-1f));
        }
    }

    [Test]
    public void Halves_of_a_word_are_widened_and_rounded_numbers_are_joined_to_one()
    {
        uint* words = stackalloc uint[TSimd.Count];
        float* low = stackalloc float[TSimd.Count], high = stackalloc float[TSimd.Count];
        foreach (float a in s_special)
            foreach (float b in s_special)
                for (int lane = 0; lane < TSimd.Count; lane++)
                {
                    TSimd.Store(low, TSimd.Broadcast(1f));
                    TSimd.Store(high, TSimd.Broadcast(2f));
                    (low[lane], high[lane]) = (a, b);
                    TSimd.Store((float*)words, TSimd.RoundHalves(TSimd.Load(low), TSimd.Load(high)));
                    for (int i = 0; i < TSimd.Count; i++)
                        Assert.That(words[i], Is.EqualTo(i == lane ? (uint)BFloat16.Round(b) << 16 | BFloat16.Round(a) : 0x4000_3F80u),
                            $"{a}, {b}");
                    TVec vector = TSimd.Load((float*)words);
                    TSimd.Store(low, TSimd.LowHalves(vector));
                    TSimd.Store(high, TSimd.HighHalves(vector));
                    for (int i = 0; i < TSimd.Count; i++)
                    {
                        Numbers.SameBits(low[i], BitConverter.UInt32BitsToSingle(words[i] << 16), "low half", i);
                        Numbers.SameBits(high[i], BitConverter.UInt32BitsToSingle(words[i] >> 16 << 16), "high half", i);
                    }
                }
    }

    [Test]
    public void First_lanes_are_loaded_and_stored_and_no_other()
    {
        using var memory = new GuardedMemory<float>(64);
        float* lanes = stackalloc float[TSimd.Count];
        for (int count = 0; count <= TSimd.Count; count++)
        {
            Span<float> source = memory.Last(count);
            for (int i = 0; i < count; i++)
                source[i] = s_special[i];
            TSimd.Store(lanes, TSimd.LoadFirst(memory.LastPointer(count), count));
            for (int lane = 0; lane < TSimd.Count; lane++)
                Numbers.SameBits(lanes[lane], lane < count ? s_special[lane] : 0f, $"loading the first {count}", lane);

            TVec all = Full(s_special);
            memory.All.Fill(Sentinel);
            TSimd.StoreFirst(memory.LastPointer(count), all, count);
            Numbers.SameBits(memory.Last(count), s_special.AsSpan(0, count), $"storing the first {count}");
            Assert.That(memory.All[..^count].ContainsAnyExcept(Sentinel), Is.False);

            memory.All.Fill(Sentinel);
            TSimd.StoreFirst(memory.LastPointer(memory.All.Length), all, count);
            Numbers.SameBits(memory.First(count), s_special.AsSpan(0, count), $"storing the first {count}");
            Assert.That(memory.All[count..].ContainsAnyExcept(Sentinel), Is.False);
        }
    }

    [Test]
    public void Widened_lanes_are_stored_and_added_exactly_and_no_other_number_is_touched()
    {
        using var memory = new GuardedMemory<double>(32);
        TVec all = Full(s_special);
        Span<double> sums = memory.Last(TSimd.Count);
        memory.All.Fill(Sentinel);
        TSimd.StoreWide(memory.LastPointer(TSimd.Count), all);
        for (int lane = 0; lane < TSimd.Count; lane++)
            Assert.That(sums[lane], Is.EqualTo((double)s_special[lane]));
        for (int lane = 0; lane < TSimd.Count; lane++)
            sums[lane] = 1.0 / (lane + 3);
        TSimd.AddWide(memory.LastPointer(TSimd.Count), all);
        for (int lane = 0; lane < TSimd.Count; lane++)
            Assert.That(sums[lane], Is.EqualTo(1.0 / (lane + 3) + s_special[lane]));
        Assert.That(memory.All[..^TSimd.Count].ContainsAnyExcept(Sentinel), Is.False);
    }

    [Test]
    public void Compress_keeps_the_chosen_lanes_in_order_for_every_mask()
    {
        float* packed = stackalloc float[TSimd.Count];
        TVec all = Full(s_special);
        for (uint bits = 0; bits < 1u << TSimd.Count; bits++)
        {
            TSimd.Compress(packed, all, bits);
            int next = 0;
            for (int lane = 0; lane < TSimd.Count; lane++)
                if ((bits >> lane & 1) != 0)
                    Numbers.SameBits(packed[next++], s_special[lane], $"mask {bits:x}", lane);
            Assert.That(next, Is.EqualTo(BitOperations.PopCount(bits)));
        }
    }

    [Test]
    public void Compressed_numbers_are_those_of_the_set_bits_for_every_mask()
    {
        using var memory = new GuardedMemory<int>(16);
        int* packed = memory.LastPointer(16);
        for (uint bits = 0; bits <= 0xFFFF; bits++)
        {
            TSimd.CompressNumbers(packed, 1000, bits);
            int next = 0;
            for (int lane = 0; lane < 16; lane++)
                if ((bits >> lane & 1) != 0 && packed[next++] != 1000 + lane)
                    Assert.Fail($"mask {bits:x}: place {next - 1} is {packed[next - 1]}, expected {1000 + lane}");
        }
    }

    [Test]
    public void Compressed_offsets_are_those_of_the_set_bits_and_stay_in_their_room()
    {
        const int All = 80, First = 65000;
        const ushort Untouched = 0xABCD;
        using var memory = new GuardedMemory<ushort>(All);
        Span<ushort> last = memory.Last(All);
        var random = new Random(12);
        int wide = 4 * TSimd.Count;
        for (int round = 0; round < 20_000; round++)
        {
            ulong bits = round < 1 << Math.Min(wide, 12) ? (ulong)round << round % (wide - Math.Min(wide, 12) + 1)
                : (ulong)random.NextInt64() << random.Next(2);
            if (round % 3 == 1)
                bits &= (ulong)random.NextInt64() & (ulong)random.NextInt64();
            bits &= ulong.MaxValue >> 64 - wide;
            int count = BitOperations.PopCount(bits);
            foreach (int room in new[] { count, count + 1 + random.Next(All - count), All })
            {
                memory.All.Fill(Untouched);
                TSimd.CompressOffsets(memory.LastPointer(room), room, First, bits);
                int next = All - room;
                for (int i = 0; i < wide; i++)
                    if ((bits >> i & 1) != 0 && last[next++] != First + i)
                        Assert.Fail($"mask {bits:x}, room for {room}: {last[next - 1]}, expected {First + i}");
                if (memory.All[..^room].ContainsAnyExcept(Untouched))
                    Assert.Fail($"mask {bits:x}, room for {room}: written before the first place");
                memory.All.Fill(Untouched);
                TSimd.CompressOffsets(memory.LastPointer(All), room, First, bits);
                if (last[room..].ContainsAnyExcept(Untouched))
                    Assert.Fail($"mask {bits:x}, room for {room}: written beyond the last place");
            }
        }
    }

    [Test]
    public void Greater_is_strict_and_never_true_of_not_a_number_and_different_always()
    {
        float* left = stackalloc float[TSimd.Count], right = stackalloc float[TSimd.Count], selected = stackalloc float[TSimd.Count];
        for (int shift = 0; shift < s_special.Length; shift++)
            for (int start = 0; start < s_special.Length; start++)
            {
                for (int lane = 0; lane < TSimd.Count; lane++)
                {
                    left[lane] = s_special[(start + lane) % s_special.Length];
                    right[lane] = s_special[(start + lane + shift) % s_special.Length];
                }
                uint bits = TSimd.GreaterBits(TSimd.Load(left), TSimd.Load(right)),
                    different = TSimd.DifferentBits(TSimd.Load(left), TSimd.Load(right));
                TSimd.Store(selected, TSimd.SelectDifferent(TSimd.Load(left), TSimd.Load(right), TSimd.Broadcast(2f), TSimd.Broadcast(1f)));
                uint expected = 0, expectedDifferent = 0;
                for (int lane = 0; lane < TSimd.Count; lane++)
                {
                    expected |= left[lane] > right[lane] ? 1u << lane : 0u;
                    expectedDifferent |= left[lane] != right[lane] ? 1u << lane : 0u;
                    Assert.That(selected[lane], Is.EqualTo(left[lane] != right[lane] ? 2f : 1f));
                }
                Assert.That(bits, Is.EqualTo(expected));
                Assert.That(different, Is.EqualTo(expectedDifferent));
            }
    }

    [Test]
    public void Arithmetic_rounds_as_single_numbers_do()
    {
        float* a = stackalloc float[TSimd.Count], b = stackalloc float[TSimd.Count], c = stackalloc float[TSimd.Count],
            result = stackalloc float[TSimd.Count];
        var random = new Random(7);
        for (int round = 0; round < 2000; round++)
        {
            for (int lane = 0; lane < TSimd.Count; lane++)
                (a[lane], b[lane], c[lane]) = (Number(random), Number(random), Number(random));
            TVec x = TSimd.Load(a), y = TSimd.Load(b), z = TSimd.Load(c);
            TSimd.Store(result, TSimd.Add(x, y));
            for (int lane = 0; lane < TSimd.Count; lane++)
                Same(result[lane], a[lane] + b[lane], "add");
            TSimd.Store(result, TSimd.Sub(x, y));
            for (int lane = 0; lane < TSimd.Count; lane++)
                Same(result[lane], a[lane] - b[lane], "sub");
            TSimd.Store(result, TSimd.Mul(x, y));
            for (int lane = 0; lane < TSimd.Count; lane++)
                Same(result[lane], a[lane] * b[lane], "mul");
            TSimd.Store(result, TSimd.Div(x, y));
            for (int lane = 0; lane < TSimd.Count; lane++)
                Same(result[lane], a[lane] / b[lane], "div");
            TSimd.Store(result, TSimd.Max(x, y));
            for (int lane = 0; lane < TSimd.Count; lane++)
                if (a[lane] != b[lane] && !float.IsNaN(a[lane] + b[lane]))
                    Same(result[lane], Math.Max(a[lane], b[lane]), "max");
            TSimd.Store(result, TSimd.MulAdd(x, y, z));
            for (int lane = 0; lane < TSimd.Count; lane++)
                Same(result[lane], TSimd.IsFused ? MathF.FusedMultiplyAdd(a[lane], b[lane], c[lane])
                    : (a[lane] * b[lane]) + c[lane], "multiply-add");
        }
    }

    [Test]
    public void Square_root_is_the_nearest_number()
    {
        float* a = stackalloc float[TSimd.Count], result = stackalloc float[TSimd.Count];
        var random = new Random(9);
        for (int round = 0; round < 2000; round++)
        {
            for (int lane = 0; lane < TSimd.Count; lane++)
                a[lane] = round < s_special.Length ? s_special[(round + lane) % s_special.Length]
                    : BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32));
            TSimd.Store(result, TSimd.Sqrt(TSimd.Load(a)));
            for (int lane = 0; lane < TSimd.Count; lane++)
                Same(result[lane], (float)Math.Sqrt(a[lane]), "square root");
        }
    }

    [Test]
    public void Sum_adds_halves_first()
    {
        float* lanes = stackalloc float[TSimd.Count];
        var random = new Random(8);
        for (int round = 0; round < 200; round++)
        {
            for (int lane = 0; lane < TSimd.Count; lane++)
                lanes[lane] = random.NextSingle() - 0.5f;
            float sum = TSimd.Sum(TSimd.Load(lanes));
            for (int half = TSimd.Count / 2; half > 0; half /= 2)
                for (int lane = 0; lane < half; lane++)
                    lanes[lane] += lanes[lane + half];
            Same(sum, lanes[0], "sum");
        }
    }

    [Test]
    public void A_hadamard_transform_of_the_lanes_is_the_textbooks_bit_for_bit()
    {
        float* lanes = stackalloc float[TSimd.Count];
        var random = new Random(10);
        for (int round = 0; round < 200; round++)
        {
            for (int lane = 0; lane < TSimd.Count; lane++)
                lanes[lane] = (random.NextSingle() - 0.5f) * MathF.ScaleB(1f, random.Next(-12, 12));
            float[] expected = HadamardOracle.Transform<float>(new ReadOnlySpan<float>(lanes, TSimd.Count));
            TSimd.Store(lanes, TSimd.Hadamard(TSimd.Load(lanes)));
            Numbers.SameBits(new ReadOnlySpan<float>(lanes, TSimd.Count), expected, "lanes");
        }
    }

    [Test]
    public void Signs_turn_where_an_odd_number_of_bits_is_shared()
    {
        using var memory = new GuardedMemory<int>(16);
        float* lanes = stackalloc float[TSimd.Count];
        var random = new Random(11);
        for (int round = 0; round < 2000; round++)
        {
            int bits = random.Next() & random.Next();
            Span<int> masks = memory.Last(TSimd.Count);
            foreach (ref int mask in masks)
                mask = random.Next(4) == 0 ? bits : random.Next();
            TSimd.Store(lanes, TSimd.NegateOdd(Full(s_special), bits, memory.LastPointer(TSimd.Count)));
            for (int lane = 0; lane < TSimd.Count; lane++)
                Same(lanes[lane], BitOperations.PopCount((uint)(bits & masks[lane])) % 2 == 1 ? -s_special[lane] : s_special[lane], "sign");
        }
    }

    [Test]
    public void Broadcast_and_zero_fill_every_lane_and_prefetch_may_ask_for_any_address()
    {
        float* lanes = stackalloc float[TSimd.Count];
        TSimd.Store(lanes, TSimd.Broadcast(2.5f));
        Assert.That(new Span<float>(lanes, TSimd.Count).ContainsAnyExcept(2.5f), Is.False);
        TSimd.Store(lanes, TSimd.Zero);
        Assert.That(new Span<float>(lanes, TSimd.Count).ContainsAnyExcept(0f), Is.False);
        using var memory = new GuardedMemory<float>(16);
        TSimd.Prefetch(memory.LastPointer(0));
        TSimd.Prefetch(null);
    }

    private static TVec Full(float[] values)
    {
        fixed (float* lanes = values)
            return TSimd.Load(lanes);
    }

    private static float Number(Random random) =>
        random.Next(4) == 0 ? s_special[random.Next(s_special.Length)]
            : (random.NextSingle() - 0.5f) * MathF.ScaleB(1f, random.Next(-140, 60));

    /// <summary>Same bits, save that one not-a-number is as good as another.</summary>
    private static void Same(float found, float expected, string what)
    {
        if (!float.IsNaN(found) || !float.IsNaN(expected))
            Numbers.SameBits(found, expected, what, 0);
    }
}
