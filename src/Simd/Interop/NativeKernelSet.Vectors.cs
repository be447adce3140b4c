namespace Subquad.Simd.Interop;

/// <content>Vectors, a step of Adam, and random numbers.</content>
internal sealed unsafe partial class NativeKernelSet
{
    private protected override double DotCore(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        fixed (double* a = x, b = y)
            return _core->DotDouble(a, b, (nuint)x.Length);
    }

    private protected override float DotCore(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        fixed (float* a = x, b = y)
            return _core->Dot(a, b, (nuint)x.Length);
    }

    private protected override void AxpyCore(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        fixed (double* from = x, to = y)
            _core->AxpyDouble(a, from, to, (nuint)x.Length);
    }

    private protected override void AxpyCore(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        fixed (float* from = x, to = y)
            _core->Axpy(a, from, to, (nuint)x.Length);
    }

    private protected override void AddProductCore(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z)
    {
        fixed (double* left = x, right = y, to = z)
            _core->AddProduct(a, left, right, to, (nuint)x.Length);
    }

    private protected override double SquaredNormCore(ReadOnlySpan<float> x)
    {
        fixed (float* a = x)
            return _core->SquaredNorm(a, (nuint)x.Length);
    }

    private protected override void StepAdamCore(
        float rate, float oneMinusBeta1, float oneMinusBeta2, float epsilon,
        ReadOnlySpan<float> gradient, Span<float> weights, Span<float> first, Span<float> second)
    {
        fixed (float* g = gradient, w = weights, m = first, v = second)
            _core->StepAdam(rate, oneMinusBeta1, oneMinusBeta2, epsilon, g, w, m, v, (nuint)gradient.Length);
    }

    private protected override void FillNormalCore(Span<float> destination, ulong seed, uint row, uint layer, double deviation)
    {
        fixed (float* to = destination)
            _core->FillNormal(to, (nuint)destination.Length, seed, row, layer, deviation);
    }
}
