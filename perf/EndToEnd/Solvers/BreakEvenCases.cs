using Subquad.Perf.Reports;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Solvers;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Solvers;

/// <summary>
/// Seconds from the rows of a Jacobian to the multipliers by every way of solving, and whether the automatic choice is near the best.
/// </summary>
static class BreakEvenCases
{
    const int Width = 16_384;
    const double Damping = 1e-3;

    /// <summary>
    /// Up to so many data every way is measured; beyond, those that sketch would take hours and more memory than there is.
    /// </summary>
    const int MostSketched = 8_192;

    static readonly int[] s_data = [256, 512, 1_024, 2_048, 4_096, 8_192], s_active = [100, 400, 2_000], s_manyData = [16_384, 32_768];
    const int ActiveOfMany = 400;

    static readonly (SolverChoice Choice, string Name)[] s_ways =
    [
        (SolverChoice.Cholesky, "cholesky"), (SolverChoice.SketchedConjugateGradient, "pcg"), (SolverChoice.DirectSketch, "direct"),
        (SolverChoice.LowRankConjugateGradient, "lowrank"),
    ];

    /// <param name="threads">Workers.</param>
    /// <param name="most">Cases with more data are left out.</param>
    public static IEnumerable<Row> Run(int threads, int most)
    {
        foreach ((int count, int active) in s_data.SelectMany(count => s_active.Select(active => (count, active)))
            .Concat(s_manyData.Select(count => (count, ActiveOfMany))))
            foreach (Row row in count <= most ? Run(count, active, threads) : [])
                yield return row;
    }

    public static string Table(IEnumerable<Row> rows)
    {
        var table = new MarkdownTable(
            "n", "k", "Gram + Cholesky", "sketched PCG", "direct sketch", "low-rank PCG", "its iterations", "automatic",
            "automatic / best");
        int[] fastest = new int[s_ways.Length];
        foreach (IGrouping<(double?, double?), Row> system in rows.GroupBy(row => (row.Number("n"), row.Number("k"))))
        {
            double?[] seconds = [.. s_ways.Select(way => Find(system, way.Name)?.Number("seconds"))];
            double? best = seconds.Min();
            fastest[Array.IndexOf(seconds, best)]++;
            string chosen = system.First().Text("automatic")!;
            table.Add(
                [$"{system.Key.Item1:#,0}", $"{system.Key.Item2:#,0}", .. seconds.Select(Cell),
                Find(system, "lowrank")?.Text("iterations") ?? "-",
                chosen, Cell(Find(system, chosen)?.Number("seconds") / best)]);
        }
        return $"""
            Seconds from the rows u (x) v of one layer (width {Width:#,0}, k of its neurons fire, random unit inputs in 32 dimensions) to x
            with (J J^T + mu I) x = y, mu = {Damping} trace / n: forming J J^T, or sketching, included. Sketched PCG: s =
            {SolverCosts.PreconditionerColumns}n, to {SolverCosts.OneOutputTolerance:0e+0}. Direct sketch: s = {SolverCosts.DirectColumns}n,
            whose x is only within some 28 % of the exact one. Low-rank PCG: a pivoted partial Cholesky factor of n / 64 columns (64 at
            least), to {SolverCosts.OneOutputTolerance:0e+0}. A factorisation of s = 8n columns costs 4 n^3 multiply-adds (8 n^2 s / 2 for
            its Gram matrix), Cholesky of J J^T itself n^3 / 6: sketching does not pay on this machine. Of {fastest.Sum()} systems Cholesky
            is the fastest in {fastest[0]}, the low-rank preconditioner in {fastest[3]}, sketched PCG in {fastest[1]} and the direct sketch,
            inexact as it is, in {fastest[2]}.

            {table}
            """;
    }

    static Row? Find(IEnumerable<Row> rows, string name) => rows.FirstOrDefault(row => row.Text("name") == name);

    static IEnumerable<Row> Run(int count, int active, int threads)
    {
        using var system = new KhatriRaoSystem(Width, count, active, null, threads);
        foreach ((SolverChoice choice, string name) in s_ways)
        {
            if (count > MostSketched && choice is SolverChoice.SketchedConjugateGradient or SolverChoice.DirectSketch
                || BytesOf(choice, count) > NativeBytes.Available)
                continue;
            int repeats = count <= 1_024 ? 5 : count <= 2_048 ? 3 : 1;
            // A run that is not counted warms the code of the small cases; in the large ones it would cost more than it shows.
            (double Seconds, IterationResult Result)[] runs =
                [.. Enumerable.Range(0, count <= 1_024 ? repeats + 1 : repeats).Select(_ => Time(system, choice))];
            IterationResult result = runs[^1].Result;
            yield return new Row
            {
                { "kind", "solve" },
                { "name", name },
                { "m", Width },
                { "n", count },
                { "k", active },
                { "k_found", system.Active },
                { "s_over_n", ColumnsOf(choice) },
                { "iterations", result.Iterations },
                { "end", result.End == IterationEnd.Tolerance ? null : result.End.ToString() },
                { "damping", Damping },
                { "threads", threads },
                { "kernels", system.Verbs.Kernels.Name },
                { "seconds", Measure.Median(runs[^repeats..].Select(run => run.Seconds)) },
                { "automatic", s_ways.First(way => way.Choice == system.Cheapest).Name },
            };
        }
    }

    static (double Seconds, IterationResult Result) Time(KhatriRaoSystem system, SolverChoice choice)
    {
        using var solver = new GramSolver(system.Verbs, choice);
        double[] x = new double[system.RightSide.Length], left = [.. system.RightSide];
        IterationResult solved = default;
        double seconds = Measure.Seconds(() =>
        {
            system.Build(solver);
            if (!solver.Damp(Damping * system.MeanSquare))
                throw new InvalidOperationException($"a damped system of {x.Length} data was refused");
            solved = solver.Solve(x, left, 1);
        });
        return (seconds, solved);
    }

    /// <summary>Columns of a sketch, as a multiple of n; null for a way without one.</summary>
    static int? ColumnsOf(SolverChoice choice) => choice switch
    {
        SolverChoice.SketchedConjugateGradient => SolverCosts.PreconditionerColumns,
        SolverChoice.DirectSketch => SolverCosts.DirectColumns,
        _ => null,
    };

    static Int128 BytesOf(SolverChoice choice, int count)
    {
        Int128 gram = DampedGram.BytesOf(count, KernelSet.OuterProductBlock);
        return choice switch
        {
            SolverChoice.SketchedConjugateGradient => KhatriRaoSketch.BytesOf(count, SolverCosts.ColumnsOf(choice, count)) + 2 * gram,
            SolverChoice.DirectSketch => KhatriRaoSketch.BytesOf(count, SolverCosts.ColumnsOf(choice, count)) + gram,
            _ => gram + PanelMatrix.BytesOf(count, Width),
        };
    }
}
