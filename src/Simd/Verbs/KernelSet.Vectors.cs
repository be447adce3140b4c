namespace Subquad.Simd;

/// <content>Vectors of float64 and float32, a step of Adam, and random numbers.</content>
public abstract partial class KernelSet
{
    /// <summary>The dot product of two float64 vectors.</summary>
    public double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        CheckLengths(x.Length, y.Length);
        return Serving(NativeVerb.DotDouble).DotCore(x, y);
    }

    private protected abstract double DotCore(ReadOnlySpan<double> x, ReadOnlySpan<double> y);

    /// <summary>y += a x.</summary>
    public void Axpy(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        CheckLengths(x.Length, y.Length);
        Serving(NativeVerb.AxpyDouble).AxpyCore(a, x, y);
    }

    private protected abstract void AxpyCore(double a, ReadOnlySpan<double> x, Span<double> y);

    /// <summary>z += a * x * y, element by element (a Hadamard product).</summary>
    public void AddProduct(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z)
    {
        CheckLengths(x.Length, y.Length);
        CheckLengths(x.Length, z.Length);
        Serving(NativeVerb.AddProduct).AddProductCore(a, x, y, z);
    }

    private protected abstract void AddProductCore(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z);

    /// <summary>The dot product of two float32 vectors, in lanes.</summary>
    public float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        CheckLengths(x.Length, y.Length);
        return Serving(NativeVerb.Dot).DotCore(x, y);
    }

    private protected abstract float DotCore(ReadOnlySpan<float> x, ReadOnlySpan<float> y);

    /// <summary>y += a x.</summary>
    public void Axpy(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        CheckLengths(x.Length, y.Length);
        Serving(NativeVerb.Axpy).AxpyCore(a, x, y);
    }

    private protected abstract void AxpyCore(float a, ReadOnlySpan<float> x, Span<float> y);

    /// <summary>The sum of squares, widened to float64.</summary>
    public double SquaredNorm(ReadOnlySpan<float> x) => Serving(NativeVerb.SquaredNorm).SquaredNormCore(x);

    private protected abstract double SquaredNormCore(ReadOnlySpan<float> x);

    /// <summary>
    /// A step of Adam (Kingma and Ba 2015) in its lazy form: where g is not zero, m += (1 - beta1)(g - m), v += (1 - beta2)(g^2 - v), and
    /// then w -= rate m / (sqrt(v) + epsilon). Where g is zero, w, m and v stay as they are. Each operation is rounded and none is fused:
    /// the bits are the same on every set.
    /// </summary>
    /// <param name="rate">The learning rate, times sqrt(1 - beta2^t) / (1 - beta1^t) in step t: m and v began at zero.</param>
    /// <param name="oneMinusBeta1">1 - beta1.</param>
    /// <param name="oneMinusBeta2">1 - beta2.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="gradient">g.</param>
    /// <param name="weights">w. No two of the vectors overlap.</param>
    /// <param name="first">m, the mean of gradients.</param>
    /// <param name="second">v, the mean of squared gradients.</param>
    public void StepAdam(
        float rate, float oneMinusBeta1, float oneMinusBeta2, float epsilon,
        ReadOnlySpan<float> gradient, Span<float> weights, Span<float> first, Span<float> second)
    {
        CheckLengths(gradient.Length, weights.Length);
        CheckLengths(gradient.Length, first.Length);
        CheckLengths(gradient.Length, second.Length);
        Serving(NativeVerb.StepAdam).StepAdamCore(rate, oneMinusBeta1, oneMinusBeta2, epsilon, gradient, weights, first, second);
    }

    private protected abstract void StepAdamCore(
        float rate, float oneMinusBeta1, float oneMinusBeta2, float epsilon,
        ReadOnlySpan<float> gradient, Span<float> weights, Span<float> first, Span<float> second);

    /// <summary>
    /// Independent normal numbers of mean 0, bit-identical on every machine and set: Philox4x32-10 with key = seed and counter = (row,
    /// column / 4, layer, 0), and a Box-Muller transform in float64 by our own polynomials in + - * / sqrt, rounded once.
    /// </summary>
    /// <param name="destination">Columns 0 and following of the row.</param>
    /// <param name="seed">The key.</param>
    /// <param name="row">The row.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="deviation">Standard deviation.</param>
    public void FillNormal(Span<float> destination, ulong seed, uint row, uint layer, double deviation) =>
        Serving(NativeVerb.FillNormal).FillNormalCore(destination, seed, row, layer, deviation);

    private protected abstract void FillNormalCore(Span<float> destination, ulong seed, uint row, uint layer, double deviation);
}
