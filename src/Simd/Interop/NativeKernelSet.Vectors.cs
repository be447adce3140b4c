namespace Subquad.Simd.Interop;

/// <content>Vectors and random numbers.</content>
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

    private protected override void FillNormalCore(Span<float> destination, ulong seed, uint row, uint layer, double deviation)
    {
        fixed (float* to = destination)
            _core->FillNormal(to, (nuint)destination.Length, seed, row, layer, deviation);
    }
}
