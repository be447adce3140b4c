using System.Numerics;

namespace Subquad.Solvers;

/// <summary>
/// The discrete Fourier transform of a power of two, in place, real and imaginary parts apart, unnormalised. The spectrum stays in
/// bit-reversed order, in which products of spectra are as good as in any other: forward decimates in frequency, inverse in time, so that
/// nothing is ever reordered (Gentleman and Sande, 1966). Two halvings go through memory at once (radix 4). Safe to use from several
/// threads.
/// </summary>
internal sealed class FourierTransform
{
    private const int FactorsOfPoint = 6;

    /// <summary>
    /// Per radix-4 pass, from the longest to the shortest: cos and sin of w^j, w^2j, w^3j for j below a quarter of its length.
    /// </summary>
    private readonly double[][] _factors;

    /// <param name="length">A power of two, 1 or more.</param>
    public FourierTransform(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual((int)BitOperations.RoundUpToPowerOf2((uint)length), length);
        Length = length;
        _factors = new double[BitOperations.Log2((uint)length) / 2][];
        for (int pass = 0; pass < _factors.Length; pass++)
            _factors[pass] = Factors(length >> (2 * pass));
    }

    public int Length { get; }

    /// <summary>
    /// Where the frequency opposite to that at a place lies: -k mod n flips all bits of k above the lowest that is set, hence all of a
    /// place below its highest.
    /// </summary>
    public static int Opposite(int place) => place == 0 ? 0 : place ^ ((1 << BitOperations.Log2((uint)place)) - 1);

    /// <summary>X_k = sum over t of x_t exp(-2 pi i k t / n), X_k at the bit-reversed place of k.</summary>
    public void Forward(Span<double> real, Span<double> imaginary)
    {
        int length = Length;
        foreach (double[] factors in _factors)
        {
            for (int block = 0; block < Length; block += length)
                ForwardBlock(real.Slice(block, length), imaginary.Slice(block, length), factors);
            length /= 4;
        }
        if (length == 2)
            Pairs(real, imaginary);
    }

    /// <summary>
    /// x_t = sum over k of X_k exp(2 pi i k t / n), X_k at the bit-reversed place of k: n times the inverse of <see cref="Forward"/>.
    /// </summary>
    public void Inverse(Span<double> real, Span<double> imaginary)
    {
        int length = Length >> (2 * _factors.Length);
        if (length == 2)
            Pairs(real, imaginary);
        for (int pass = _factors.Length - 1; pass >= 0; pass--)
        {
            length *= 4;
            for (int block = 0; block < Length; block += length)
                InverseBlock(real.Slice(block, length), imaginary.Slice(block, length), _factors[pass]);
        }
    }

    private static double[] Factors(int length)
    {
        var factors = new double[FactorsOfPoint * (length / 4)];
        for (int j = 0; j < length / 4; j++)
            for (int power = 1; power <= 3; power++)
                (factors[FactorsOfPoint * j + 2 * power - 1], factors[FactorsOfPoint * j + 2 * power - 2]) =
                    Math.SinCos(-2 * Math.PI * power * j / length);
        return factors;
    }

    private static void ForwardBlock(Span<double> real, Span<double> imaginary, double[] factors)
    {
        int quarter = real.Length / 4;
        Span<double> aReal = real[..quarter], bReal = real.Slice(quarter, quarter), cReal = real.Slice(2 * quarter, quarter),
            dReal = real.Slice(3 * quarter, quarter);
        Span<double> aImag = imaginary[..quarter], bImag = imaginary.Slice(quarter, quarter), cImag = imaginary.Slice(2 * quarter, quarter),
            dImag = imaginary.Slice(3 * quarter, quarter);
        for (int j = 0; j < quarter; j++)
        {
            ReadOnlySpan<double> w = factors.AsSpan(FactorsOfPoint * j, FactorsOfPoint);
            double sumReal = aReal[j] + cReal[j], sumImag = aImag[j] + cImag[j], gapReal = aReal[j] - cReal[j], gapImag = aImag[j]
                - cImag[j];
            double oddReal = bReal[j] + dReal[j], oddImag = bImag[j] + dImag[j], turnReal = bImag[j] - dImag[j], turnImag = dReal[j]
                - bReal[j];
            (aReal[j], aImag[j]) = (sumReal + oddReal, sumImag + oddImag);
            (bReal[j], bImag[j]) = Times(sumReal - oddReal, sumImag - oddImag, w[2], w[3]);
            (cReal[j], cImag[j]) = Times(gapReal + turnReal, gapImag + turnImag, w[0], w[1]);
            (dReal[j], dImag[j]) = Times(gapReal - turnReal, gapImag - turnImag, w[4], w[5]);
        }
    }

    private static void InverseBlock(Span<double> real, Span<double> imaginary, double[] factors)
    {
        int quarter = real.Length / 4;
        Span<double> aReal = real[..quarter], bReal = real.Slice(quarter, quarter), cReal = real.Slice(2 * quarter, quarter),
            dReal = real.Slice(3 * quarter, quarter);
        Span<double> aImag = imaginary[..quarter], bImag = imaginary.Slice(quarter, quarter), cImag = imaginary.Slice(2 * quarter, quarter),
            dImag = imaginary.Slice(3 * quarter, quarter);
        for (int j = 0; j < quarter; j++)
        {
            ReadOnlySpan<double> w = factors.AsSpan(FactorsOfPoint * j, FactorsOfPoint);
            (double evenReal, double evenImag) = Times(bReal[j], bImag[j], w[2], -w[3]);
            (double firstReal, double firstImag) = Times(cReal[j], cImag[j], w[0], -w[1]);
            (double thirdReal, double thirdImag) = Times(dReal[j], dImag[j], w[4], -w[5]);
            double sumReal = aReal[j] + evenReal, sumImag = aImag[j] + evenImag, gapReal = aReal[j] - evenReal, gapImag = aImag[j]
                - evenImag;
            double oddReal = firstReal + thirdReal, oddImag = firstImag + thirdImag, turnReal = thirdImag - firstImag, turnImag = firstReal
                - thirdReal;
            (aReal[j], aImag[j]) = (sumReal + oddReal, sumImag + oddImag);
            (bReal[j], bImag[j]) = (gapReal + turnReal, gapImag + turnImag);
            (cReal[j], cImag[j]) = (sumReal - oddReal, sumImag - oddImag);
            (dReal[j], dImag[j]) = (gapReal - turnReal, gapImag - turnImag);
        }
    }

    /// <summary>The last halving of an odd number of them, and the first of the way back.</summary>
    private static void Pairs(Span<double> real, Span<double> imaginary)
    {
        for (int j = 0; j < real.Length; j += 2)
        {
            (real[j], real[j + 1]) = (real[j] + real[j + 1], real[j] - real[j + 1]);
            (imaginary[j], imaginary[j + 1]) = (imaginary[j] + imaginary[j + 1], imaginary[j] - imaginary[j + 1]);
        }
    }

    private static (double Real, double Imaginary) Times(double real, double imaginary, double cosine, double sine) =>
        (real * cosine - imaginary * sine, real * sine + imaginary * cosine);
}
