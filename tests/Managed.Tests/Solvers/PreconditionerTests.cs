using MathNet.Numerics.LinearAlgebra;
using NUnit.Framework;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>The QR preconditioner of a sketch: orthonormal, with the condition that theory predicts, and what is solved with it.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class PreconditionerTests(KernelSet kernels)
{
    private readonly List<IDisposable> _owned = [];

    [TearDown]
    public void Free()
    {
        foreach (IDisposable owned in _owned.AsEnumerable().Reverse())
            owned.Dispose();
        _owned.Clear();
    }

    [TestCase(0.3, 0.0, false)]
    [TestCase(1e-6, 0.0, true)]
    [TestCase(1e-6, 1e-9, true)]
    [TestCase(1e-6, 1.0, false)]
    public void The_stacked_sketch_is_orthonormal_times_r(double distance, double mu, bool repeated)
    {
        const int Count = 50, Columns = 200;
        FactorRows rows = Own(FactorRows.Pairs(Count, 64, 0.5, distance));
        KhatriRaoSketch sketch = Sketch(rows, Columns);
        SketchedPreconditioner preconditioner = Own(new SketchedPreconditioner(Verbs()));
        preconditioner.Load(sketch);
        Assert.That(preconditioner.Factor(mu));
        Assert.That(preconditioner.IsRepeated, Is.EqualTo(repeated));

        // Q^T = R^-T [B, sqrt(mu) I]: its rows are orthonormal.
        const int Stride = (Columns + Count + 15) / 16 * 16;
        NativeBuffer<double> stacked = Own(new NativeBuffer<double>(Count * Stride));
        for (int i = 0; i < Count; i++)
        {
            sketch.Rows.Slice(i * sketch.Stride, Columns).CopyTo(stacked.Slice(i * Stride, Columns));
            stacked[i * Stride + Columns + i] = Math.Sqrt(mu);
        }
        preconditioner.SolveLower(stacked, Stride);
        for (int i = 0; i < Count; i++)
            for (int j = 0; j <= i; j++)
                Assert.That(kernels.Dot(stacked.Slice(i * Stride, Stride), stacked.Slice(j * Stride, Stride)),
                    Is.EqualTo(i == j ? 1.0 : 0.0).Within(1e-9), $"({i}, {j})");
    }

    [Test]
    public void Halves_and_whole_agree([Values(0.3, 1e-6)] double distance, [Values(1, 16)] int stride)
    {
        FactorRows rows = Own(FactorRows.Pairs(30, 64, 0.5, distance));
        SketchedPreconditioner preconditioner = Own(new SketchedPreconditioner(Verbs()));
        KhatriRaoSketch sketch = Sketch(rows, 128);
        preconditioner.Load(sketch);
        Assert.That(preconditioner.Factor(0));
        NativeBuffer<double> whole = Own(new NativeBuffer<double>(30 * stride)), halves = Own(new NativeBuffer<double>(30 * stride));
        float[] values = ReferenceData.Normals(30);
        for (int i = 0; i < 30; i++)
            whole[i * stride] = halves[i * stride] = values[i];
        preconditioner.Solve(whole, stride);
        preconditioner.SolveLower(halves, stride);
        preconditioner.SolveUpper(halves, stride);
        Assert.That(ReferenceData.Distance(halves.Span.ToArray(), whole.Span.ToArray()), Is.LessThan(1e-12));
    }

    /// <summary>Marchenko and Pastur: ((1 + sqrt(n / s)) / (1 - sqrt(n / s)))^2, whatever the rows are.</summary>
    [Test]
    public void The_condition_left_is_the_predicted_one(
        [Values(2, 4, 8, 16)] int ratio, [Values] KhatriRaoSketchTests.Kind kind, [Values(1.0, 0.01)] double distance)
    {
        const int Count = 96;
        FactorRows rows = Own(FactorRows.Pairs(Count, 256, 0.2, distance));
        double q = Math.Sqrt(1.0 / ratio), predicted = Math.Pow((1 + q) / (1 - q), 2);
        double found = Enumerable.Range(1, 3).Average(seed => Condition(rows, ratio * Count, kind, (ulong)seed));
        // TensorSketch has the next power of two as columns.
        if (kind == KhatriRaoSketchTests.Kind.TensorSketch)
        {
            q = Math.Sqrt((double)Count / System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(ratio * Count)));
            predicted = Math.Pow((1 + q) / (1 - q), 2);
        }
        Assert.That(found, Is.EqualTo(predicted).Within(20).Percent);
    }

    [Test]
    public void Iterations_do_not_grow_as_pairs_come_closer([Values(4, 8, 16)] int ratio)
    {
        int[] plain = [.. new[] { 0.3, 0.03, 0.003 }.Select(distance => Iterations(distance, null))];
        int[] sketched = [.. new[] { 0.3, 0.03, 0.003 }.Select(distance => Iterations(distance, ratio))];
        Assert.That(sketched.Max(), Is.LessThanOrEqualTo(1.5 * sketched.Min()));
        Assert.That(plain[^1], Is.GreaterThan(2 * plain[0]));
        // The error falls by sqrt(n / s) in each.
        Assert.That(sketched.Max(), Is.LessThan(1.6 * Math.Log(1e-8) / Math.Log(Math.Sqrt(1.0 / ratio))));

        int Iterations(double distance, int? columns)
        {
            const int Count = 64;
            FactorRows rows = Own(FactorRows.Pairs(Count, 128, 0.3, distance));
            double[,] exact = rows.Gram();
            DampedGram gram = Own(new DampedGram(Verbs()));
            gram.Reset(Count);
            for (int i = 0; i < Count; i++)
                for (int j = 0; j <= i; j++)
                    gram.Elements[i * gram.Stride + j] = exact[i, j];
            SketchedPreconditioner? preconditioner = null;
            if (columns is { } times)
            {
                preconditioner = Own(new SketchedPreconditioner(Verbs()));
                preconditioner.Load(Sketch(rows, times * Count));
                Assert.That(preconditioner.Factor(0));
            }
            ConjugateGradient gradients = Own(new ConjugateGradient());
            NativeBuffer<double> x = Own(new NativeBuffer<double>(Count)), residual = Own(new NativeBuffer<double>(Count));
            for (int i = 0; i < Count; i++)
                residual[i] = i % 3 - 1;
            IterationResult result = gradients.Solve(kernels, new DampedSystem(gram, 0, preconditioner), x, residual, Count, 1e-8, 5000);
            Assert.That(result.End, Is.EqualTo(IterationEnd.Tolerance));
            return result.Iterations;
        }
    }

    [Test]
    public void Fewer_columns_than_data_need_damping()
    {
        FactorRows rows = Own(FactorRows.Sparse(40, 64, 64, 0.5));
        KhatriRaoSketch sketch = Sketch(rows, 16);
        SketchedPreconditioner preconditioner = Own(new SketchedPreconditioner(Verbs()));
        preconditioner.Load(sketch);
        Assert.That(preconditioner.Factor(0), Is.False);
        Assert.That(preconditioner.Factor(3));
        double[] right = Array.ConvertAll(ReferenceData.Normals(40), value => (double)value),
            expected = ReferenceBatch.Solve(OuterProduct(sketch), 3, right);
        NativeBuffer<double> x = Own(new NativeBuffer<double>(40));
        right.CopyTo(x.Span);
        DirectSketchedSolve.Solve(preconditioner, x, 1);
        Assert.That(ReferenceData.Distance(x.Span.ToArray(), expected), Is.LessThan(1e-10));
    }

    [Test]
    public void The_direct_solve_has_the_error_that_theory_predicts([Values(4, 8, 16)] int ratio)
    {
        const int Count = 96;
        FactorRows rows = Own(FactorRows.Sparse(Count, 256, 256, 0.2));
        double[,] gram = rows.Gram();
        double squares = 0;
        for (int seed = 1; seed <= 4; seed++)
        {
            KhatriRaoSketch sketch = Sketch(rows, ratio * Count, seed: (ulong)seed);
            SketchedPreconditioner preconditioner = Own(new SketchedPreconditioner(Verbs()));
            preconditioner.Load(sketch);
            Assert.That(preconditioner.Factor(0));
            double[] right = Array.ConvertAll(ReferenceData.Normals(Count, seed), value => (double)value);
            NativeBuffer<double> x = Own(new NativeBuffer<double>(Count));
            right.CopyTo(x.Span);
            DirectSketchedSolve.Solve(preconditioner, x, 1);
            double[] left = [.. right.Select((value, i) => Enumerable.Range(0, Count).Sum(j => gram[i, j] * x[j]) - value)];
            squares += left.Sum(e => e * e) / right.Sum(e => e * e) / 4;
        }
        Assert.That(Math.Sqrt(squares), Is.EqualTo(DirectSketchedSolve.ExpectedError(Count, ratio * Count)).Within(20).Percent);
    }

    [Test]
    public void The_iteration_of_the_proof_arrives_where_conjugate_gradients_do()
    {
        const int Count = 48;
        FactorRows rows = Own(FactorRows.Pairs(Count, 64, 0.5, 0.1));
        double[,] gram = rows.Gram();
        KhatriRaoSketch sketch = Sketch(rows, 16 * Count);
        SketchedPreconditioner preconditioner = Own(new SketchedPreconditioner(Verbs()));
        preconditioner.Load(sketch);
        Assert.That(preconditioner.Factor(0.01));
        double[] right = Array.ConvertAll(ReferenceData.Normals(Count), value => (double)value),
            exact = ReferenceBatch.Solve(gram, 0.01, right);
        NativeBuffer<double> x = Own(new NativeBuffer<double>(Count));
        right.CopyTo(x.Span);
        IterationResult result = GradientDescentSolve.Solve(kernels, Apply, preconditioner, x, Count, 1e-9, 2000);
        Assert.That(result.End, Is.EqualTo(IterationEnd.Tolerance));
        // 1 - 1 / cond^2 with cond 2.8, and an allowance of 1.1 in the step, leaves about 0.9 of the error: some 200 iterations; conjugate
        // gradients need 15.
        Assert.That(result.Iterations, Is.InRange(40, 500));
        Assert.That(ReferenceData.Distance(x.Span.ToArray(), exact), Is.LessThan(1e-6));
        right.CopyTo(x.Span);
        Assert.That(GradientDescentSolve.Solve(kernels, Apply, preconditioner, x, Count, 1e-9, 3),
            Is.EqualTo(new IterationResult(3, IterationEnd.MostIterations)));

        void Apply(NativeBuffer<double> vector, NativeBuffer<double> result)
        {
            for (int i = 0; i < Count; i++)
            {
                result[i] = 0.01 * vector[i];
                for (int j = 0; j < Count; j++)
                    result[i] += gram[i, j] * vector[j];
            }
        }
    }

    private double Condition(FactorRows rows, int columns, KhatriRaoSketchTests.Kind kind, ulong seed)
    {
        int n = rows.Count, stride = (n + 15) / 16 * 16;
        KhatriRaoSketch sketch = Sketch(rows, columns, kind, seed);
        SketchedPreconditioner preconditioner = Own(new SketchedPreconditioner(Verbs()));
        preconditioner.Load(sketch);
        Assert.That(preconditioner.Factor(0));
        double[,] gram = rows.Gram();
        NativeBuffer<double> right = Own(new NativeBuffer<double>((long)n * stride));
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                right[i * stride + j] = gram[i, j];
        // R^-T G R^-1: solved from the left, turned round, solved once more.
        preconditioner.SolveLower(right, stride);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++)
                (right[i * stride + j], right[j * stride + i]) = (right[j * stride + i], right[i * stride + j]);
        preconditioner.SolveLower(right, stride);
        Matrix<double> left = Matrix<double>.Build.Dense(n, n, (i, j) => (right[i * stride + j] + right[j * stride + i]) / 2);
        double[] values = [.. left.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real)];
        return values.Max() / values.Min();
    }

    private static double[,] OuterProduct(KhatriRaoSketch sketch)
    {
        var gram = new double[sketch.Count, sketch.Count];
        for (int i = 0; i < sketch.Count; i++)
            for (int j = 0; j < sketch.Count; j++)
                for (int t = 0; t < sketch.Columns; t++)
                    gram[i, j] += sketch.Rows[i * sketch.Stride + t] * sketch.Rows[j * sketch.Stride + t];
        return gram;
    }

    private KhatriRaoSketch Sketch(
        FactorRows rows, int columns, KhatriRaoSketchTests.Kind kind = KhatriRaoSketchTests.Kind.Srht, ulong seed = 7)
    {
        KhatriRaoSketch sketch =
            Own<KhatriRaoSketch>(kind == KhatriRaoSketchTests.Kind.Srht ? new TensorSrht(Verbs()) : new TensorSketch(Verbs()));
        sketch.Reset(rows.Count, columns);
        rows.AddTo(sketch, seed: seed);
        return sketch;
    }

    private TeamKernels Verbs() => new(kernels, Own(new WorkerTeam(2)));

    private T Own<T>(T owned) where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
