using Subquad.Simd.Kernels;

namespace Subquad.Simd.Dispatch;

/// <content>Vectors, a step of Adam, and random numbers.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private protected override double DotCore(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        fixed (double* a = x, b = y)
            return DoubleVectorKernel<TSimdDouble, TVecDouble>.Dot(a, b, x.Length);
    }

    private protected override float DotCore(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        fixed (float* a = x, b = y)
            return VectorKernel<TSimd, TVec>.Dot(a, b, x.Length);
    }

    private protected override void AxpyCore(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        fixed (double* from = x, to = y)
            DoubleVectorKernel<TSimdDouble, TVecDouble>.Axpy(a, from, to, x.Length);
    }

    private protected override void AxpyCore(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        fixed (float* from = x, to = y)
            VectorKernel<TSimd, TVec>.Axpy(a, from, to, x.Length);
    }

    private protected override void AddProductCore(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z)
    {
        fixed (double* left = x, right = y, to = z)
            DoubleVectorKernel<TSimdDouble, TVecDouble>.AddProduct(a, left, right, to, x.Length);
    }

    private protected override double SquaredNormCore(ReadOnlySpan<float> x)
    {
        fixed (float* a = x)
            return DoubleVectorKernel<TSimdDouble, TVecDouble>.SquaredNorm(a, x.Length);
    }

    private protected override void StepAdamCore(
        float rate, float oneMinusBeta1, float oneMinusBeta2, float epsilon,
        ReadOnlySpan<float> gradient, Span<float> weights, Span<float> first, Span<float> second)
    {
        fixed (float* g = gradient, w = weights, m = first, v = second)
            AdamKernel<TSimd, TVec>.Step(rate, oneMinusBeta1, oneMinusBeta2, epsilon, g, w, m, v, gradient.Length);
    }

    private protected override void FillNormalCore(Span<float> destination, ulong seed, uint row, uint layer, double deviation)
    {
        fixed (float* to = destination)
            NormalKernel<TSimdDouble, TVecDouble>.Fill(to, destination.Length, seed, row, layer, deviation);
    }
}
