using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Normal numbers by Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) and Box-Muller.
/// Only + - * / sqrt of IEEE float64, never fused, each lane for itself: every width and machine gives the same bits. The polynomials are
/// good to 1e-13, far below the float32 rounding at the end. 64 numbers at a time: the integer rounds run in scalar registers, four
/// independent blocks at once by the processor's own reordering.
/// </summary>
internal static unsafe class NormalKernel<TSimd, TVec>
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    private const int Chunk = 64;
    private const double TwoToMinus32 = 1.0 / 4294967296.0;

    public static void Fill(float* destination, long length, ulong seed, uint row, uint layer, double deviation)
    {
        double* radius = stackalloc double[Chunk / 2];
        double* angle = stackalloc double[Chunk / 2];
        for (long from = 0; from < length; from += Chunk)
        {
            // A counter gives two pairs: (radius, angle) of columns 0, 1 and of columns 2, 3.
            for (int quad = 0; quad < Chunk / 4; quad++)
            {
                Philox(row, (uint)(from / 4 + quad), layer, seed, out uint r0, out uint r1, out uint r2, out uint r3);
                radius[2 * quad] = (r0 + 0.5) * TwoToMinus32;
                angle[2 * quad] = (r1 + 0.5) * TwoToMinus32 - 0.5;
                radius[2 * quad + 1] = (r2 + 0.5) * TwoToMinus32;
                angle[2 * quad + 1] = (r3 + 0.5) * TwoToMinus32 - 0.5;
            }
            for (int pair = 0; pair < Chunk / 2; pair += TSimd.Count)
                BoxMuller(radius + pair, angle + pair);
            long count = Math.Min(Chunk, length - from);
            for (int i = 0; i < count; i++)
                destination[from + i] = (float)(deviation * ((i & 1) == 0 ? radius : angle)[i / 2]);
        }
    }

    /// <summary>Uniform (u, v) in (0, 1) x (-1/2, 1/2) become sqrt(-2 ln u) times cos and sin of 2 pi v.</summary>
    private static void BoxMuller(double* u, double* v)
    {
        TVec r = TSimd.Sqrt(TSimd.Mul(TSimd.Broadcast(-2.0), Log(TSimd.Load(u))));

        // Half the angle lies in (-pi/2, pi/2), where the series are short; the double-angle formulas give the rest.
        TVec half = TSimd.Mul(TSimd.Broadcast(Math.PI), TSimd.Load(v));
        TVec square = TSimd.Mul(half, half);
        TVec sine = TSimd.Mul(half, Polynomial(square, s_sine));
        TVec cosine = Polynomial(square, s_cosine);
        TVec two = TSimd.Broadcast(2.0);
        TSimd.Store(u, TSimd.Mul(r, TSimd.Sub(TSimd.Broadcast(1.0), TSimd.Mul(two, TSimd.Mul(sine, sine)))));
        TSimd.Store(v, TSimd.Mul(r, TSimd.Mul(two, TSimd.Mul(sine, cosine))));
    }

    /// <summary>ln x = (e + 1/2) ln 2 + 2 artanh((m - sqrt 2) / (m + sqrt 2)) for x = m 2^e, m in [1, 2).</summary>
    private static TVec Log(TVec x)
    {
        TVec m = TSimd.Significand(x), root = TSimd.Broadcast(1.4142135623730951);
        TVec f = TSimd.Div(TSimd.Sub(m, root), TSimd.Add(m, root));
        TVec scale = TSimd.Mul(TSimd.Add(TSimd.Exponent(x), TSimd.Broadcast(0.5)), TSimd.Broadcast(0.6931471805599453));
        return TSimd.Add(scale, TSimd.Mul(f, Polynomial(TSimd.Mul(f, f), s_artanh)));
    }

    private static TVec Polynomial(TVec x, double[] coefficients)
    {
        TVec value = TSimd.Broadcast(coefficients[^1]);
        for (int i = coefficients.Length - 2; i >= 0; i--)
            value = TSimd.Add(TSimd.Mul(value, x), TSimd.Broadcast(coefficients[i]));
        return value;
    }

    private static void Philox(uint c0, uint c1, uint c2, ulong seed, out uint r0, out uint r1, out uint r2, out uint r3)
    {
        unchecked
        {
            uint k0 = (uint)seed, k1 = (uint)(seed >> 32), c3 = 0;
            for (int round = 0; round < 10; round++, k0 += 0x9E3779B9, k1 += 0xBB67AE85)
            {
                ulong a = 0xD2511F53UL * c0, b = 0xCD9E8D57UL * c2;
                c0 = (uint)(b >> 32) ^ c1 ^ k0;
                c2 = (uint)(a >> 32) ^ c3 ^ k1;
                c1 = (uint)b;
                c3 = (uint)a;
            }
            (r0, r1, r2, r3) = (c0, c1, c2, c3);
        }
    }

    // Taylor coefficients in the squared argument: sin x / x, cos x, and 2 artanh(f) / f.
    private static readonly double[] s_sine = Taylor(9, first: 1.0, static i => -1.0 / (2 * i * (2 * i + 1)));
    private static readonly double[] s_cosine = Taylor(10, first: 1.0, static i => -1.0 / ((2 * i - 1) * (2 * i)));
    private static readonly double[] s_artanh = Taylor(9, first: 2.0, static i => (2.0 * i - 1) / (2 * i + 1));

    private static double[] Taylor(int terms, double first, Func<int, double> ratio)
    {
        var coefficients = new double[terms];
        coefficients[0] = first;
        for (int i = 1; i < terms; i++)
            coefficients[i] = coefficients[i - 1] * ratio(i);
        return coefficients;
    }
}
