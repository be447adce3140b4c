using System.Diagnostics;
using Subquad.Perf.Reports;
using Subquad.Simd.Memory;
using Subquad.Solvers;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Solvers;

/// <summary>
/// Near-duplicate pairs: iterations of conjugate gradients to a residual of 1e-8, plain and behind sketches of several sizes, as the pairs
/// come closer.
/// </summary>
static class IterationCases
{
    const int Width = 2_048, Most = 20_000;
    const double Tolerance = 1e-8, Shift = 0.4;

    static readonly int[] s_data = [64, 256, 1_024, 2_048], s_ratios = [4, 8, 16];
    static readonly double?[] s_distances = [null, 0.1, 0.01, 0.003];

    public static IEnumerable<Row> Run(int threads)
    {
        double active = Width * Layers.Shift.UpperTail(Layers.Shift.FromWidth(Shift, Width));
        foreach (int count in s_data)
            foreach (double? distance in s_distances)
            {
                using var system = new KhatriRaoSystem(Width, count, active, distance, threads);
                using var gram = new DampedGram(system.Verbs);
                system.Build(gram);
                yield return Plain(system, gram, count, distance, threads);
                foreach (int ratio in s_ratios)
                    yield return Sketched(system, gram, count, distance, ratio, threads);
            }
    }

    public static string Table(IEnumerable<Row> rows)
    {
        var table = new MarkdownTable(
            ["n", "distance", "plain CG", .. s_ratios.Select(ratio => $"PCG, s = {ratio}n"),
            .. s_ratios.Select(ratio => $"seconds, s = {ratio}n")]);
        foreach (IGrouping<(double?, double?), Row> system in rows.GroupBy(row => (row.Number("n"), row.Number("distance"))))
        {
            Row?[] sketched = [.. s_ratios.Select(ratio => system.FirstOrDefault(row => row.Number("s_over_n") == ratio))];
            table.Add(
                [$"{system.Key.Item1:#,0}", system.Key.Item2 is { } distance ? $"{distance}" : "no pairs",
                Iterations(system.First(row => row.Text("name") == "cg")),
                .. sketched.Select(Iterations), .. sketched.Select(row => Cell(row?.Number("seconds")))]);
        }
        return $"""
            Iterations to a residual of {Tolerance:0e+0} for (J J^T) x = y, y = +-1, no damping. J: the last of two hidden layers of
            {Width:#,0}, c = {Shift}, random unit inputs in 32 dimensions, which come in pairs at a distance. PCG is preconditioned by the
            QR factorisation of a TensorSRHT with s columns; its seconds hold sketch, factorisation and iterations, not the forming of J
            J^T.

            {table}
            """;
    }

    /// <summary>The number, with the reason beside it where the iteration did not arrive.</summary>
    static string Iterations(Row? row) =>
        row is null ? "-" : row.Text("end") is { } end ? $"{row.Text("iterations")} ({end})" : row.Text("iterations")!;

    static Row Plain(KhatriRaoSystem system, DampedGram gram, int count, double? distance, int threads)
    {
        (IterationResult result, double seconds) = Solve(system, gram, null);
        return Case("cg", system, count, distance, null, threads, result, seconds);
    }

    static Row Sketched(KhatriRaoSystem system, DampedGram gram, int count, double? distance, int ratio, int threads)
    {
        using var sketch = new TensorSrht(system.Verbs);
        using var preconditioner = new SketchedPreconditioner(system.Verbs);
        long start = Stopwatch.GetTimestamp();
        system.Build(sketch, ratio * count);
        preconditioner.Load(sketch);
        if (!preconditioner.Factor(0))
            return Case(
                "pcg", system, count, distance, ratio, threads, new IterationResult(0, IterationEnd.IndefinitePreconditioner),
                Stopwatch.GetElapsedTime(start).TotalSeconds);
        double built = Stopwatch.GetElapsedTime(start).TotalSeconds;
        (IterationResult result, double seconds) = Solve(system, gram, preconditioner);
        return Case("pcg", system, count, distance, ratio, threads, result, built + seconds);
    }

    static (IterationResult Result, double Seconds) Solve(KhatriRaoSystem system, DampedGram gram, SketchedPreconditioner? preconditioner)
    {
        int n = gram.Order;
        using var gradients = new ConjugateGradient();
        using NativeBuffer<double> x = new(n), residual = new(n);
        system.RightSide.CopyTo(residual.Span);
        IterationResult result = default;
        double seconds = Measure.Seconds(() =>
            result = gradients.Solve(system.Verbs.Kernels, new Preconditioned(gram, preconditioner), x, residual, n, Tolerance, Most));
        return (result, seconds);
    }

    static Row Case(
        string name, KhatriRaoSystem system, int count, double? distance, int? ratio, int threads, IterationResult result,
        double seconds) => new()
    {
        { "kind", "solve" },
        { "name", name },
        { "m", Width },
        { "n", count },
        { "k", Math.Round(system.Active) },
        { "distance", distance },
        { "s_over_n", ratio },
        { "iterations", result.Iterations },
        { "end", result.End == IterationEnd.Tolerance ? null : result.End.ToString() },
        { "tolerance", Tolerance },
        { "threads", threads },
        { "kernels", system.Verbs.Kernels.Name },
        { "seconds", seconds },
    };

    sealed class Preconditioned(DampedGram gram, SketchedPreconditioner? preconditioner) : ILinearSystem
    {
        public void Apply(NativeBuffer<double> x, NativeBuffer<double> result) => gram.Multiply(0, x, result);

        public void Precondition(NativeBuffer<double> residual) => preconditioner?.Solve(residual, 1);
    }
}
