using NUnit.Framework;
using Subquad;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>All ways to solve one system, against the dense reference, and the choice between them.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class GramSolverTests(KernelSet kernels)
{
    private static readonly SolverChoice[] s_accurate =
        [SolverChoice.Automatic, SolverChoice.Cholesky, SolverChoice.SketchedConjugateGradient, SolverChoice.LowRankConjugateGradient];

    [Test]
    public void Every_accurate_way_finds_the_solution(
        [ValueSource(nameof(s_accurate))] SolverChoice choice, [Values(1, 2, 33, 130)] int count, [Values(0.5, 0.01)] double distance,
            [Values(1, 16)] int stride)
    {
        using FactorRows rows = FactorRows.Pairs(count, 64, 0.4, distance);
        double[,] gram = rows.Gram();
        double mu = 1e-3 * Enumerable.Range(0, count).Average(i => gram[i, i]);
        double[] right = Array.ConvertAll(ReferenceData.Normals(count), value => (double)value),
            exact = ReferenceBatch.Solve(gram, mu, right);
        (double[] x, double[] left, IterationResult result, SolverChoice taken) = Solve(rows, choice, mu, right, stride);
        Assert.That(taken, Is.EqualTo(choice == SolverChoice.Automatic ? SolverChoice.Cholesky : choice));
        Assert.That(result.End, Is.EqualTo(IterationEnd.Tolerance));
        Assert.That(ReferenceData.Distance(x, exact), Is.LessThan(1e-3), "K in float32 chains, over a condition of some thousand");
        Assert.That(Math.Sqrt(left.Sum(value => value * value)), Is.LessThan(2e-6 * Math.Sqrt(right.Sum(value => value * value))),
            "what is left is handed back");
    }

    [Test]
    public void The_direct_sketch_solves_the_system_roughly_and_does_not_know_its_error()
    {
        const int Count = 64, Draws = 8;
        double squares = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            using FactorRows rows = FactorRows.Sparse(Count, 256, 256, 0.5, seed: draw);
            double[,] gram = rows.Gram();
            double[] right = Array.ConvertAll(ReferenceData.Normals(Count, seed: draw), value => (double)value);
            (double[] x, double[] left, _, _) = Solve(rows, SolverChoice.DirectSketch, 0, right, 1);
            Assert.That(left, Is.All.Zero);
            double error =
                ReferenceData.Distance([.. right.Select((_, i) => Enumerable.Range(0, Count).Sum(j => gram[i, j] * x[j]))], right);
            squares += error * error / Draws;
        }
        Assert.That(
            Math.Sqrt(squares), Is.EqualTo(DirectSketchedSolve.ExpectedError(Count, SolverCosts.DirectColumns * Count)).Within(25).Percent);
    }

    [Test]
    public void Duplicates_are_singular_until_they_are_damped([Values] SolverChoice choice)
    {
        float[] left = ReferenceData.Normals(20 * 32), right = ReferenceData.Normals(20 * 24, seed: 9);
        using var rows = new FactorRows([.. left, .. left], [.. right, .. right], 40);
        double[] sides = Array.ConvertAll(ReferenceData.Normals(40, seed: 5), value => (double)value);
        double scale = Enumerable.Range(0, 40).Average(i => rows.Gram()[i, i]);
        using var team = new WorkerTeam(2);
        using GramSolver solver = Build(rows, choice, new TeamKernels(kernels, team));
        bool solved = solver.Damp(0) && Run(solver, sides).Result.End == IterationEnd.Tolerance;
        Assert.That(solved, Is.False, "contradicting right-hand sides have no solution");
        Assert.That(solver.Damp(0.1 * scale), Is.True);
        (double[] x, _, IterationResult result) = Run(solver, sides);
        Assert.That(result.End, Is.EqualTo(IterationEnd.Tolerance));
        if (choice != SolverChoice.DirectSketch)
            Assert.That(ReferenceData.Distance(x, ReferenceBatch.Solve(rows.Gram(), 0.1 * scale, sides)), Is.LessThan(1e-5));
    }

    [Test]
    public void What_is_not_finite_is_never_a_solution([Values] SolverChoice choice)
    {
        float[] left = ReferenceData.Normals(10 * 32);
        left[40] = float.NaN;
        using var rows = new FactorRows(left, ReferenceData.Normals(10 * 24, seed: 9), 10);
        using var team = new WorkerTeam(1);
        using GramSolver solver = Build(rows, choice, new TeamKernels(kernels, team));
        Assert.That(solver.Damp(1), Is.False);
    }

    [Test]
    public void The_choice_looks_at_sizes_only()
    {
        FactorSize layer = new(16_384, 400, 16_384, 400);
        Assert.That(Enumerable.Range(0, 11).Select(power => SolverCosts.Cheapest(new SystemSize(1 << power, 1, [layer]))),
            Is.All.EqualTo(SolverChoice.Cholesky));
        Assert.That(Enumerable.Range(0, 14).Select(power => SolverCosts.Cheapest(new SystemSize(1 << power, 10, [layer]))),
            Is.All.EqualTo(SolverChoice.Cholesky));
        Assert.That(SolverCosts.Cheapest(new SystemSize(32_768, 1, [layer])), Is.EqualTo(SolverChoice.LowRankConjugateGradient));
        Assert.That(SolverCosts.Cheapest(new SystemSize(32_768, 10, [layer])), Is.EqualTo(SolverChoice.LowRankConjugateGradient));
        foreach (int n in new[] { 16, 1024, 32_768 })
            Assert.That(SolverCosts.Cheapest(new SystemSize(n, 10, [layer])),
                Is.Not.EqualTo(SolverChoice.DirectSketch).And.Not.EqualTo(SolverChoice.Automatic));
    }

    [Test]
    public void An_iteration_that_does_not_arrive_gives_way_to_the_factor()
    {
        if (kernels != KernelSets.Best)
            return;
        const int N = 2_048;
        SystemSize size = new(N, 1, [new(64, 20, 64, 20)]);
        using var team = new WorkerTeam(2);
        using var solver = new GramSolver(new TeamKernels(kernels, team), SolverChoice.Automatic);
        solver.Begin(size);
        Assert.That(solver.Choice, Is.EqualTo(SolverChoice.LowRankConjugateGradient));
        // Eigenvalues over twelve decades: what no partial factor of 64 columns sees.
        for (int i = 0; i < N; i++)
            solver.Gram.Elements[(long)i * solver.Gram.Stride + i] = Math.Pow(10, -12.0 * i / N);
        Assert.That(solver.Damp(1e-13));
        double[] right = Array.ConvertAll(ReferenceData.Normals(N), value => (double)value);
        (double[] x, _, IterationResult result) = Run(solver, right);
        Assert.That(result.End, Is.EqualTo(IterationEnd.Tolerance));
        Assert.That(solver.Choice, Is.EqualTo(SolverChoice.Cholesky));
        for (int i = 0; i < N; i++)
            Assert.That(x[i] * (Math.Pow(10, -12.0 * i / N) + 1e-13), Is.EqualTo(right[i]).Within(1e-9));
        solver.Begin(size);
        Assert.That(solver.Choice, Is.EqualTo(SolverChoice.Cholesky), "from now on");
    }

    [Test]
    public void Short_sketches_of_wide_factors_are_counted_and_others_transformed()
    {
        Assert.That(SolverCosts.PrefersTensorSketch(new SystemSize(16, 1, [new(1 << 20, 8_000, 1 << 20, 8_000)]), 128), Is.True);
        Assert.That(SolverCosts.PrefersTensorSketch(new SystemSize(1024, 1, [new(4096, 400, 4096, 400)]), 8192), Is.False);
    }

    private (double[] X, double[] Left, IterationResult Result, SolverChoice Taken) Solve(
        FactorRows rows, SolverChoice choice, double mu, double[] right, int stride)
    {
        using var team = new WorkerTeam(2);
        using GramSolver solver = Build(rows, choice, new TeamKernels(kernels, team));
        Assert.That(solver.Damp(mu));
        (double[] x, double[] left, IterationResult result) = Run(solver, right, stride);
        return (x, left, result, solver.Choice);
    }

    private static (double[] X, double[] Left, IterationResult Result) Run(GramSolver solver, double[] right, int stride = 1)
    {
        double[] x = new double[right.Length * stride], left = new double[right.Length * stride];
        for (int i = 0; i < right.Length; i++)
            left[i * stride] = right[i];
        IterationResult result = solver.Solve(x, left, stride);
        return ([.. right.Select((_, i) => x[i * stride])], [.. right.Select((_, i) => left[i * stride])], result);
    }

    /// <summary>K and its sketch as far as the solver needs them, from the rows of one layer.</summary>
    private static GramSolver Build(FactorRows rows, SolverChoice choice, TeamKernels verbs)
    {
        var solver = new GramSolver(verbs, choice);
        solver.Begin(new SystemSize(rows.Count, 1, [new(rows.LeftWidth, 0.4 * rows.LeftWidth, rows.RightWidth, 0.4 * rows.RightWidth)]));
        if (solver.NeedsGram)
        {
            using var spread = new PanelMatrix(1, 1);
            verbs.Gram(spread, rows.LeftLists, rows.LeftLists.Values, solver.Gram.Elements, solver.Gram.Stride);
            verbs.Gram(spread, rows.RightLists, rows.RightLists.Values, solver.Gram.Spare, solver.Gram.Stride);
            solver.Gram.MultiplyBy(solver.Gram.Spare);
        }
        if (solver.Sketch is { } sketch)
            rows.AddTo(sketch);
        return solver;
    }
}
