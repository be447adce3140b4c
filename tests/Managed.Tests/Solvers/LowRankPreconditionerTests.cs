using NUnit.Framework;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>The partial Cholesky preconditioner: exact at full rank, its own formula below, and made for spectra that fall.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class LowRankPreconditionerTests(KernelSet kernels)
{
    [Test]
    public void At_full_rank_it_is_the_inverse([Values(1, 16, 65)] int n, [Values(1, 16)] int stride)
    {
        double[,] matrix = Falling(n, decay: 0.8);
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        using DampedGram gram = Load(matrix, verbs);
        using var preconditioner = new LowRankPreconditioner(verbs);
        preconditioner.Load(gram, n);
        Assert.That(preconditioner.Factor(0.3));
        double[] right = Array.ConvertAll(ReferenceData.Normals(n), value => (double)value);
        using var x = new NativeBuffer<double>((long)n * stride);
        for (int i = 0; i < n; i++)
            x[i * stride] = right[i];
        preconditioner.Solve(x, stride);
        Assert.That(ReferenceData.Distance(
            [.. Enumerable.Range(0, n).Select(i => x[i * stride])], ReferenceBatch.Solve(matrix, 0.3, right)), Is.LessThan(1e-10));
        for (int i = 0; i < n; i++)
            for (int c = 1; c < stride; c++)
                Assert.That(x[i * stride + c], Is.Zero, "padding stays zero");
    }

    [Test]
    public void Several_right_hand_sides_are_solved_one_by_one()
    {
        const int N = 40;
        using var team = new WorkerTeam(3);
        var verbs = new TeamKernels(kernels, team);
        using DampedGram gram = Load(Falling(N, 0.7), verbs);
        using var preconditioner = new LowRankPreconditioner(verbs);
        preconditioner.Load(gram, 8);
        Assert.That(preconditioner.Factor(0.01));
        float[] values = ReferenceData.Normals(N * 3);
        using var together = new NativeBuffer<double>(N * 16);
        for (int i = 0; i < N; i++)
            for (int c = 0; c < 3; c++)
                together[i * 16 + c] = values[i * 3 + c];
        preconditioner.Solve(together, 16);
        for (int c = 0; c < 3; c++)
        {
            using var alone = new NativeBuffer<double>(N);
            for (int i = 0; i < N; i++)
                alone[i] = values[i * 3 + c];
            preconditioner.Solve(alone, 1);
            for (int i = 0; i < N; i++)
                Assert.That(together[i * 16 + c], Is.EqualTo(alone[i]));
        }
    }

    [Test]
    public void A_matrix_of_low_rank_is_taken_whole([Values(0.0, 0.5)] double mu)
    {
        const int N = 50, Rank = 6;
        float[] factor = ReferenceData.Normals(N * Rank);
        var matrix = new double[N, N];
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                for (int k = 0; k < Rank; k++)
                    matrix[i, j] += (double)factor[i * Rank + k] * factor[j * Rank + k];
        using var team = new WorkerTeam(1);
        var verbs = new TeamKernels(kernels, team);
        using DampedGram gram = Load(matrix, verbs);
        using var preconditioner = new LowRankPreconditioner(verbs);
        preconditioner.Load(gram, 20);
        Assert.That(preconditioner.Rank, Is.EqualTo(Rank), "further pivots are rounding");
        Assert.That(preconditioner.Factor(mu), Is.True, "what rounding left of the diagonal counts as damping");
        if (mu == 0)
            return;
        double[] right = Array.ConvertAll(ReferenceData.Normals(N, seed: 4), value => (double)value);
        using var x = new NativeBuffer<double>(N);
        right.CopyTo(x.Span);
        preconditioner.Solve(x, 1);
        Assert.That(ReferenceData.Distance(x.Span.ToArray(), ReferenceBatch.Solve(matrix, mu, right)), Is.LessThan(1e-10));
    }

    [Test]
    public void Zero_and_what_is_not_finite_are_refused()
    {
        using var team = new WorkerTeam(1);
        var verbs = new TeamKernels(kernels, team);
        using DampedGram zero = Load(new double[9, 9], verbs), broken = Load(new double[,] { { 1, 0 }, { 0, double.NaN } }, verbs);
        using var preconditioner = new LowRankPreconditioner(verbs);
        preconditioner.Load(zero, 4);
        Assert.That(preconditioner.Factor(0), Is.False);
        Assert.That(preconditioner.Factor(2), Is.True);
        using var x = new NativeBuffer<double>(9);
        x.Span.Fill(1);
        preconditioner.Solve(x, 1);
        Assert.That(x.Span.ToArray(), Is.All.EqualTo(0.5));
        preconditioner.Load(broken, 2);
        Assert.That(preconditioner.Factor(1), Is.False);
    }

    [Test]
    public void A_falling_spectrum_takes_few_iterations_and_the_bits_do_not_depend_on_the_team()
    {
        const int N = 200;
        double[,] matrix = Falling(N, decay: 0.85);
        double[] right = Array.ConvertAll(ReferenceData.Normals(N), value => (double)value),
            exact = ReferenceBatch.Solve(matrix, 1e-4, right);
        (double[] first, int iterations) = Solve(1, 64);
        Assert.That(ReferenceData.Distance(first, exact), Is.LessThan(1e-6));
        Assert.That(iterations, Is.LessThan(Solve(1, 1).Iterations / 2));
        foreach (int threads in new[] { 2, 3 })
            Numbers.SameBits(Solve(threads, 64).X, first, $"x on {threads} threads");

        (double[] X, int Iterations) Solve(int threads, int rank)
        {
            using var team = new WorkerTeam(threads);
            var verbs = new TeamKernels(kernels, team);
            using DampedGram gram = Load(matrix, verbs);
            using var preconditioner = new LowRankPreconditioner(verbs);
            preconditioner.Load(gram, rank);
            Assert.That(preconditioner.Factor(1e-4));
            using var gradients = new ConjugateGradient();
            using NativeBuffer<double> x = new(N), residual = new(N);
            right.CopyTo(residual.Span);
            IterationResult result = gradients.Solve(kernels, new DampedSystem(gram, 1e-4, preconditioner), x, residual, N, 1e-10, 1000);
            Assert.That(result.End, Is.EqualTo(IterationEnd.Tolerance));
            return (x.Span.ToArray(), result.Iterations);
        }
    }

    /// <summary>Q D Q^T with a random Q and eigenvalues decay^i.</summary>
    private static double[,] Falling(int n, double decay)
    {
        float[] vectors = ReferenceData.Normals(n * n, seed: 11);
        var matrix = new double[n, n];
        for (int k = 0; k < n; k++)
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                    matrix[i, j] += Math.Pow(decay, k) * vectors[k * n + i] * vectors[k * n + j] / n;
        return matrix;
    }

    private static DampedGram Load(double[,] matrix, TeamKernels verbs)
    {
        int n = matrix.GetLength(0);
        var gram = new DampedGram(verbs);
        gram.Reset(n);
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
                gram.Elements[(long)i * gram.Stride + j] = matrix[i, j];
        return gram;
    }
}
