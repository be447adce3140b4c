using System.Runtime.InteropServices;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>Vectors of 4,096, in the first- or second-level cache.</summary>
sealed class VectorCases : IVerbCases
{
    const int Length = 4_096;

    /// <summary>
    /// Bytes from the end of one vector to the next: vectors at the same place in their pages would disturb each other's loads and stores.
    /// </summary>
    const int Gap = 21 * 64;

    // One block that begins with a page. An array of the garbage collector begins at any multiple of eight bytes, and a dot product of
    // arrays takes up to 1.5 times as long from one process to the next.
    readonly NativeBuffer<byte> _block = new(1 << 20);

    public VectorCases()
    {
        Operands.Uniform(Length, 1).CopyTo(X);
        Operands.Uniform(Length, 2).CopyTo(Y);
        Operands.Uniform(Length, 3).CopyTo(Gradient);
        Operands.Uniform(Length, 4).CopyTo(Weights);
    }

    Span<float> X => Vector<float>(0);

    Span<float> Y => Vector<float>(1);

    Span<double> A => Vector<double>(2);

    Span<double> B => Vector<double>(3);

    Span<double> C => Vector<double>(4);

    Span<float> Gradient => Vector<float>(5);

    Span<float> Weights => Vector<float>(6);

    Span<float> First => Vector<float>(7);

    Span<float> Second => Vector<float>(8);

    public IEnumerable<VerbCase> Cases()
    {
        string shape = $"{Length:#,0}";
        yield return new("Dot", shape, set => set.Dot(X, Y)) { Flops = 2.0 * Length, Bytes = 8.0 * Length, Footprint = 8.0 * Length };
        yield return new("Axpy", shape, set => set.Axpy(1e-9f, X, Y))
        {
            Flops = 2.0 * Length,
            Bytes = 12.0 * Length,
            Footprint = 8.0 * Length,
        };
        yield return new("SquaredNorm", shape, set => set.SquaredNorm(X))
        {
            Flops = 2.0 * Length,
            Bytes = 4.0 * Length,
            Footprint = 4.0 * Length,
            IsDouble = true,
        };
        yield return new("DotDouble", shape, set => set.Dot(A, B))
        {
            Flops = 2.0 * Length,
            Bytes = 16.0 * Length,
            Footprint = 16.0 * Length,
            IsDouble = true,
        };
        yield return new("AxpyDouble", shape, set => set.Axpy(1e-9, A, B))
        {
            Flops = 2.0 * Length,
            Bytes = 24.0 * Length,
            Footprint = 16.0 * Length,
            IsDouble = true,
        };
        yield return new("AddProduct", shape, set => set.AddProduct(1e-9, A, B, C))
        {
            Flops = 3.0 * Length,
            Bytes = 32.0 * Length,
            Footprint = 24.0 * Length,
            IsDouble = true,
        };
        yield return new("StepAdam", shape, set => set.StepAdam(1e-9f, 0.1f, 1e-3f, 1e-8f, Gradient, Weights, First, Second))
        {
            Flops = 12.0 * Length,
            Bytes = 28.0 * Length,
            Footprint = 16.0 * Length,
        };
    }

    public void Dispose() => _block.Dispose();

    Span<T> Vector<T>(int place) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(_block.Span.Slice(
            place * (sizeof(double) * Length + Gap), Length * (typeof(T) == typeof(double) ? sizeof(double) : sizeof(float))));
}
