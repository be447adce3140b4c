using NUnit.Framework;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>Conjugate gradients and the damped Cholesky solve against each other and against the reference solver.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class ConjugateGradientTests(KernelSet kernels)
{
    [Test]
    public void Both_solvers_find_the_solution([Values(1, 2, 63, 130)] int n, [Values] bool preconditioned)
    {
        double[,] matrix = PositiveDefinite(n);
        double[] right = Array.ConvertAll(ReferenceData.Normals(n), value => (double)value),
            exact = ReferenceBatch.Solve(matrix, 0.5, right);
        using var team = new WorkerTeam(2);
        using DampedGram gram = Load(matrix, new TeamKernels(kernels, team));
        Assert.That(gram.Factor(0.5));
        using NativeBuffer<double> direct = Column(right);
        gram.Solve(direct, 16);
        Assert.That(ReferenceData.Distance([.. Enumerable.Range(0, n).Select(i => direct[16 * i])], exact), Is.LessThan(1e-12));

        using var gradients = new ConjugateGradient();
        using var x = new NativeBuffer<double>(n);
        using var residual = new NativeBuffer<double>(n);
        right.CopyTo(residual.Span);
        var system = new DenseSystem(matrix, 0.5, preconditioned ? 0.5 * 1.1 : null);
        (int iterations, IterationEnd end) = gradients.Solve(kernels, system, x, residual, n, 1e-10, 300);
        Assert.That(end, Is.EqualTo(IterationEnd.Tolerance));
        Assert.That(iterations, Is.InRange(1, preconditioned ? 12 : 299));
        Assert.That(ReferenceData.Distance(x.Span.ToArray(), exact), Is.LessThan(1e-8));
        using var applied = new NativeBuffer<double>(n);
        system.Apply(x, applied);
        double[] left = [.. right.Select((value, i) => value - applied[i])];
        for (int i = 0; i < n; i++)
            Assert.That(residual[i], Is.EqualTo(left[i]).Within(1e-10), "the residual that is handed back");
    }

    [Test]
    public void It_stops_at_the_tolerance_and_at_the_most_iterations()
    {
        double[] right = Array.ConvertAll(ReferenceData.Normals(63), value => (double)value);
        using var gradients = new ConjugateGradient();
        using var x = new NativeBuffer<double>(63);
        using var residual = new NativeBuffer<double>(63);
        var system = new DenseSystem(PositiveDefinite(63), 0.01, null);
        right.CopyTo(residual.Span);
        Assert.That(
            gradients.Solve(kernels, system, x, residual, 63, 1e-9, 3), Is.EqualTo(new IterationResult(3, IterationEnd.MostIterations)));
        right.CopyTo(residual.Span);
        (int iterations, IterationEnd end) = gradients.Solve(kernels, system, x, residual, 63, 0.1, 300);
        Assert.That(end, Is.EqualTo(IterationEnd.Tolerance));
        Assert.That(iterations, Is.InRange(1, 62));
        Assert.That(kernels.Dot(residual.Span, residual.Span), Is.LessThanOrEqualTo(0.01 * right.Sum(r => r * r)));
    }

    [Test]
    public void A_right_hand_side_of_zero_needs_no_iteration()
    {
        using var gradients = new ConjugateGradient();
        using var x = new NativeBuffer<double>(5);
        using var residual = new NativeBuffer<double>(5);
        x.Span.Fill(3);
        Assert.That(gradients.Solve(kernels, new DenseSystem(PositiveDefinite(5), 0, null), x, residual, 5, 0.1, 8),
            Is.EqualTo(new IterationResult(0, IterationEnd.Tolerance)));
        Assert.That(x.Span.ToArray(), Is.All.Zero);
    }

    [Test]
    public void An_indefinite_operator_ends_it_with_what_it_has()
    {
        double[,] matrix = { { 2, 0, 0 }, { 0, 1, 0 }, { 0, 0, -4 } };
        using var gradients = new ConjugateGradient();
        using var x = new NativeBuffer<double>(3);
        using var residual = new NativeBuffer<double>(3);
        new double[] { 1, 1, 1 }.CopyTo(residual.Span);
        Assert.That(gradients.Solve(kernels, new DenseSystem(matrix, 0, null), x, residual, 3, 1e-9, 50).End,
            Is.EqualTo(IterationEnd.IndefiniteOperator));
        Assert.That(x.Span.ToArray(), Is.All.Matches<double>(double.IsFinite));

        using var team = new WorkerTeam(1);
        using DampedGram gram = Load(matrix, new TeamKernels(kernels, team));
        Assert.That(gram.Factor(0), Is.False);
        Assert.That(gram.Factor(3.9), Is.False);
        Assert.That(gram.Factor(4.1), Is.True, "the matrix itself is kept while dampings are tried");
    }

    [TestCase(-1.0, IterationEnd.IndefinitePreconditioner)]
    [TestCase(double.NaN, IterationEnd.NotFinite)]
    public void A_preconditioner_that_is_none_is_named(double factor, IterationEnd expected)
    {
        using var gradients = new ConjugateGradient();
        using var x = new NativeBuffer<double>(4);
        using var residual = new NativeBuffer<double>(4);
        residual.Span.Fill(1);
        IterationResult result = gradients.Solve(kernels, new ScaledSystem(1, factor), x, residual, 4, 1e-9, 50);
        Assert.That(result, Is.EqualTo(new IterationResult(0, expected)));
        Assert.That(x.Span.ToArray(), Is.All.Zero);
    }

    [TestCase(0.0, IterationEnd.IndefiniteOperator)]
    [TestCase(double.PositiveInfinity, IterationEnd.NotFinite)]
    public void An_operator_that_is_none_is_named(double factor, IterationEnd expected)
    {
        using var gradients = new ConjugateGradient();
        using var x = new NativeBuffer<double>(4);
        using var residual = new NativeBuffer<double>(4);
        residual.Span.Fill(1);
        Assert.That(
            gradients.Solve(kernels, new ScaledSystem(factor, 1), x, residual, 4, 1e-9, 50), Is.EqualTo(new IterationResult(0, expected)));
        Assert.That(x.Span.ToArray(), Is.All.Zero);
        residual[2] = double.NaN;
        Assert.That(gradients.Solve(kernels, new ScaledSystem(1, 1), x, residual, 4, 1e-9, 50).End, Is.EqualTo(IterationEnd.NotFinite));
    }

    private static double[,] PositiveDefinite(int n)
    {
        float[] factor = ReferenceData.Normals(n * 2 * n, seed: n);
        var matrix = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                for (int k = 0; k < 2 * n; k++)
                    matrix[i, j] += (double)factor[i * 2 * n + k] * factor[j * 2 * n + k] / n;
        return matrix;
    }

    private static DampedGram Load(double[,] matrix, TeamKernels kernels)
    {
        int n = matrix.GetLength(0);
        var gram = new DampedGram(kernels);
        gram.Reset(n);
        using var elements = new NativeBuffer<double>((long)n * gram.Stride);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                elements[(long)i * gram.Stride + j] = matrix[i, j];
        gram.Add(1, elements);
        return gram;
    }

    private static NativeBuffer<double> Column(double[] values)
    {
        var column = new NativeBuffer<double>(16 * values.Length);
        for (int i = 0; i < values.Length; i++)
            column[16 * i] = values[i];
        return column;
    }

    /// <summary>Two multiples of the identity, or what looks like it.</summary>
    private sealed class ScaledSystem(double scale, double preconditioner) : ILinearSystem
    {
        public void Apply(NativeBuffer<double> x, NativeBuffer<double> result)
        {
            for (int i = 0; i < 4; i++)
                result[i] = scale * x[i];
        }

        public void Precondition(NativeBuffer<double> residual)
        {
            for (int i = 0; i < 4; i++)
                residual[i] *= preconditioner;
        }
    }

    /// <summary>M + shift I, preconditioned by the inverse of M + other I or not at all.</summary>
    private sealed class DenseSystem(double[,] matrix, double shift, double? other) : ILinearSystem
    {
        private readonly int _n = matrix.GetLength(0);

        public void Apply(NativeBuffer<double> x, NativeBuffer<double> result)
        {
            for (int i = 0; i < _n; i++)
            {
                result[i] = shift * x[i];
                for (int j = 0; j < _n; j++)
                    result[i] += matrix[i, j] * x[j];
            }
        }

        public void Precondition(NativeBuffer<double> residual)
        {
            if (other is { } damping)
                ReferenceBatch.Solve(matrix, damping, residual.Slice(0, _n).ToArray()).CopyTo(residual.Span);
        }
    }
}
