using NUnit.Framework;
using Subquad.Simd.Lanes;
using Subquad.Support;

namespace Subquad.Simd.Tests.Lanes;

/// <summary>The verbs of float64 lanes, one by one, against their meaning for a single number.</summary>
[TestFixtureSource(typeof(LaneSource), nameof(LaneSource.SingleAndDouble))]
internal sealed unsafe class DoubleLaneTests<TSingle, TSingleVec, TSimd, TVec>
    where TSingle : struct, ISimd<TSingleVec>
    where TSingleVec : struct
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    private const double Sentinel = -7.25;
    private const double SmallestNormal = 2.2250738585072014e-308;

    private static readonly double[] s_special =
        [0.0, -0.0, 1.0, -2.5, double.Epsilon, SmallestNormal, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity,
            double.NaN];

    [Test]
    public void A_set_has_half_as_many_doubles_as_floats() => Assert.That(TSimd.Count, Is.EqualTo(Math.Max(1, TSingle.Count / 2)));

    [Test]
    public void First_lanes_are_loaded_and_stored_and_no_other()
    {
        using var memory = new GuardedMemory<double>(64);
        double* lanes = stackalloc double[TSimd.Count];
        for (int count = 0; count <= TSimd.Count; count++)
        {
            s_special.AsSpan(0, count).CopyTo(memory.Last(count));
            TSimd.Store(lanes, TSimd.LoadFirst(memory.LastPointer(count), count));
            for (int lane = 0; lane < TSimd.Count; lane++)
                Same(lanes[lane], lane < count ? s_special[lane] : 0.0, $"loading the first {count}");

            TVec all = Full();
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
    public void Narrow_stores_the_nearest_floats_and_no_other()
    {
        using var memory = new GuardedMemory<float>(64);
        double* lanes = stackalloc double[TSimd.Count];
        double[] values = [0.1, -1e-40, 1e300, 1.0 + 5.9604644775390625e-8, double.NaN, -0.0, 1.0 + 1.7881393432617188e-7, 1e-46];
        for (int shift = 0; shift < values.Length; shift++)
        {
            for (int lane = 0; lane < TSimd.Count; lane++)
                lanes[lane] = values[(lane + shift) % values.Length];
            memory.All.Fill((float)Sentinel);
            TSimd.StoreNarrow(memory.LastPointer(TSimd.Count), TSimd.Load(lanes));
            for (int lane = 0; lane < TSimd.Count; lane++)
                Numbers.SameBits(memory.Last(TSimd.Count)[lane], (float)lanes[lane], $"{lanes[lane]}, narrowed", lane);
            Assert.That(memory.All[..^TSimd.Count].ContainsAnyExcept((float)Sentinel), Is.False);
        }
    }

    [Test]
    public void Prefetch_may_ask_for_any_address()
    {
        using var memory = new GuardedMemory<double>(8);
        TSimd.Prefetch(memory.LastPointer(0));
        TSimd.Prefetch(null);
    }

    [Test]
    public void Widen_reads_as_many_floats_as_there_are_lanes_and_is_exact()
    {
        float[] values = [float.NaN, 1.5f, float.Epsilon, -0f, float.PositiveInfinity, float.MaxValue, -1e-40f, 0.1f];
        using var memory = new GuardedMemory<float>(8);
        double* lanes = stackalloc double[TSimd.Count];
        for (int shift = 0; shift < values.Length; shift++)
        {
            Span<float> source = memory.Last(TSimd.Count);
            for (int lane = 0; lane < source.Length; lane++)
                source[lane] = values[(lane + shift) % values.Length];
            TSimd.Store(lanes, TSimd.Widen(memory.LastPointer(TSimd.Count)));
            for (int lane = 0; lane < source.Length; lane++)
                Same(lanes[lane], source[lane], "widen");
        }
    }

    [Test]
    public void Arithmetic_rounds_as_single_numbers_do()
    {
        var random = new Random(9);
        for (int round = 0; round < 2000; round++)
        {
            double a = Number(random), b = Number(random), c = Number(random);
            TVec x = TSimd.Broadcast(a), y = TSimd.Broadcast(b), z = TSimd.Broadcast(c);
            All(TSimd.Add(x, y), a + b, "add");
            All(TSimd.Sub(x, y), a - b, "sub");
            All(TSimd.Mul(x, y), a * b, "mul");
            All(TSimd.Div(x, y), a / b, "div");
            All(TSimd.Sqrt(x), Math.Sqrt(a), "sqrt");
            All(TSimd.MulAdd(x, y, z), TSingle.IsFused ? Math.FusedMultiplyAdd(a, b, c) : (a * b) + c, "multiply-add");
            All(TSimd.NegMulAdd(x, y, z), TSingle.IsFused ? Math.FusedMultiplyAdd(-a, b, c) : c - (a * b), "negated multiply-add");
        }
    }

    [Test]
    public void Exponent_and_significand_take_a_positive_normal_number_apart()
    {
        var random = new Random(10);
        for (int exponent = -1022; exponent <= 1023; exponent++)
            foreach (double significand in new[] { 1.0, 1.0 + random.NextDouble(), Math.BitDecrement(2.0) })
            {
                TVec number = TSimd.Broadcast(Math.ScaleB(significand, exponent));
                All(TSimd.Exponent(number), exponent, "exponent");
                All(TSimd.Significand(number), significand, "significand");
            }
    }

    [Test]
    public void Sum_adds_halves_first()
    {
        double* lanes = stackalloc double[TSimd.Count];
        var random = new Random(11);
        for (int round = 0; round < 200; round++)
        {
            for (int lane = 0; lane < TSimd.Count; lane++)
                lanes[lane] = random.NextDouble() - 0.5;
            double sum = TSimd.Sum(TSimd.Load(lanes));
            for (int half = TSimd.Count / 2; half > 0; half /= 2)
                for (int lane = 0; lane < half; lane++)
                    lanes[lane] += lanes[lane + half];
            Same(sum, lanes[0], "sum");
        }
    }

    private static void All(TVec found, double expected, string what)
    {
        double* lanes = stackalloc double[TSimd.Count];
        TSimd.Store(lanes, found);
        for (int lane = 0; lane < TSimd.Count; lane++)
            Same(lanes[lane], expected, what);
    }

    private static TVec Full()
    {
        fixed (double* lanes = s_special)
            return TSimd.Load(lanes);
    }

    private static double Number(Random random) =>
        random.Next(4) == 0 ? s_special[random.Next(s_special.Length)]
            : (random.NextDouble() - 0.5) * Math.ScaleB(1.0, random.Next(-1060, 500));

    /// <summary>Same bits, save that one not-a-number is as good as another.</summary>
    private static void Same(double found, double expected, string what)
    {
        if (double.IsNaN(found) ? !double.IsNaN(expected)
            : BitConverter.DoubleToInt64Bits(found) != BitConverter.DoubleToInt64Bits(expected))
            Assert.Fail($"{what} gave {found:R}, expected {expected:R}");
    }
}
