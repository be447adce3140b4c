namespace Subquad.Perf.Kernels.Verbs;

/// <summary>Vectors of 4,096, in the first- or second-level cache.</summary>
sealed class VectorCases : IVerbCases
{
    const int Length = 4_096;

    readonly float[] _x = Operands.Uniform(Length, 1), _y = Operands.Uniform(Length, 2);
    readonly double[] _a = new double[Length], _b = new double[Length], _c = new double[Length];

    public IEnumerable<VerbCase> Cases()
    {
        string shape = $"{Length:#,0}";
        yield return new("Dot", shape, set => set.Dot(_x, _y)) { Flops = 2.0 * Length, Bytes = 8.0 * Length, Footprint = 8.0 * Length };
        yield return new("Axpy", shape, set => set.Axpy(1e-9f, _x, _y)) { Flops = 2.0 * Length, Bytes = 12.0 * Length, Footprint = 8.0 * Length };
        yield return new("SquaredNorm", shape, set => set.SquaredNorm(_x)) { Flops = 2.0 * Length, Bytes = 4.0 * Length, Footprint = 4.0 * Length, IsDouble = true };
        yield return new("DotDouble", shape, set => set.Dot(_a, _b)) { Flops = 2.0 * Length, Bytes = 16.0 * Length, Footprint = 16.0 * Length, IsDouble = true };
        yield return new("AxpyDouble", shape, set => set.Axpy(1e-9, _a, _b)) { Flops = 2.0 * Length, Bytes = 24.0 * Length, Footprint = 16.0 * Length, IsDouble = true };
        yield return new("AddProduct", shape, set => set.AddProduct(1e-9, _a, _b, _c)) { Flops = 3.0 * Length, Bytes = 32.0 * Length, Footprint = 24.0 * Length, IsDouble = true };
    }

    public void Dispose()
    {
    }
}
