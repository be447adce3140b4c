using System.Numerics;

namespace Subquad.Solvers;

/// <summary>
/// The table of costs by which solvers and sketches are chosen: nanoseconds of one worker, rounded from what perf measures (solvers, parts
/// verbs and break-even). Choices lead to other bits, so they look at sizes alone; only ratios of the constants matter.
/// </summary>
internal static class SolverCosts
{
    // Per multiply-add of a Gram product on active lists, of a Cholesky factorisation (n^3 / 6 of them), of an outer product (n^2 s / 2),
    // and of a triangular solve of one vector (n^2).
    private const double GramTerm = 1 / 7.0, FactorTerm = 1 / 20.0, OuterTerm = 1 / 20.0, SolveTerm = 1 / 2.0;

    // Per element of the triangle that a product with K reads, and per term of a partial Cholesky factorisation (n r^2 / 2) and of a solve
    // with it (2 n r).
    private const double ProductTerm = 1 / 1.6, PivotTerm = 1 / 1.6, LowRankTerm = 1 / 1.6;

    // Per butterfly of a dense transform, per term of a sampled one, per random read of a sample, per point and halving of a Fourier
    // transform, and per entry that is copied or counted.
    private const double ButterflyTerm = 0.09, SampledTerm = 0.06, SampleRead = 1.2, FourierTerm = 1.1, EntryTerm = 1.5;

    /// <summary>Columns of the sketch that preconditions, over n: the condition left is 4.4 (algorithm A4).</summary>
    public const int PreconditionerColumns = 8;

    /// <summary>Columns of the sketch that is solved in place of the system, over n: its error is 0.28.</summary>
    public const int DirectColumns = 16;

    /// <summary>
    /// Residual to which the iterative solvers take the system of one output: the step is then the exact one within the rounding of float32
    /// weights.
    /// </summary>
    public const double OneOutputTolerance = 1e-7;

    /// <summary>Iterations at most, for one output.</summary>
    public const int OneOutputIterations = 1_000;

    /// <summary>Steps of inexact solves that are worth one exact one: residuals shrink to 0.28 of themselves, not to a tenth.</summary>
    private const double StepsOfDirect = 2;

    /// <summary>
    /// Iterations that the low-rank preconditioner is expected to need for one output; for several it saves nothing but the factor.
    /// </summary>
    private const double LowRankIterations = 30, SeveralIterations = 8;

    /// <summary>
    /// From so many data on, a low-rank preconditioner is considered; below, the exact factor is cheap. For several outputs a better
    /// preconditioner saves applications of the whole operator.
    /// </summary>
    private const int LowRankFrom = 2_048, LowRankFromForSeveral = 8_193;

    /// <summary>Columns of the sketch of n data, where a choice sketches.</summary>
    public static long ColumnsOf(SolverChoice choice, int n) =>
        (choice == SolverChoice.DirectSketch ? DirectColumns : PreconditionerColumns) * (long)n;

    /// <summary>Columns of the low-rank factor.</summary>
    public static int RankOf(int n) => Math.Clamp(n / 64, 64, 1_024);

    /// <summary>
    /// Iterations behind a low-rank preconditioner that cost as much as the exact factor: who turns to that then has paid twice the better
    /// way at most (the ski-rental rule).
    /// </summary>
    public static int IterationsWorthFactor(int n) => (int)Math.Max(LowRankIterations, Factor(n) / LowRankIteration(n, 1));

    /// <summary>Whether a factor's transform is cheaper at its samples alone.</summary>
    /// <param name="padded">Length of the transform, a power of two.</param>
    /// <param name="columns">Samples.</param>
    /// <param name="entries">Entries of a row.</param>
    public static bool SamplesTransform(int padded, int columns, double entries) =>
        SampledSide(columns, entries) < DenseSide(padded, columns);

    /// <summary>Whether TensorSketch is cheaper than TensorSRHT.</summary>
    /// <param name="size">The system.</param>
    /// <param name="columns">Columns of the sketch.</param>
    public static bool PrefersTensorSketch(SystemSize size, int columns)
    {
        double srht = 0, sketch = 0;
        foreach (FactorSize layer in size.Layers)
        {
            srht += SrhtRow(layer, columns);
            sketch += TensorSketchRow(layer, columns);
        }
        return sketch < srht;
    }

    /// <summary>The cheapest solver whose step is as good as the exact one.</summary>
    public static SolverChoice Cheapest(SystemSize size)
    {
        SolverChoice best = SolverChoice.Cholesky;
        double least = Of(best, size);
        foreach (SolverChoice choice in (ReadOnlySpan<SolverChoice>)[SolverChoice.SketchedConjugateGradient, SolverChoice.DirectSketch,
            SolverChoice.LowRankConjugateGradient])
        {
            if (choice == SolverChoice.DirectSketch && size.Outputs > 1 || choice == SolverChoice.LowRankConjugateGradient
                && size.Count < (size.Outputs == 1 ? LowRankFrom : LowRankFromForSeveral))
                continue;
            double cost = Of(choice, size) * (choice == SolverChoice.DirectSketch ? StepsOfDirect : 1);
            if (cost < least)
                (best, least) = (choice, cost);
        }
        return best;
    }

    /// <summary>
    /// Nanoseconds of one worker that a solve takes, from the factors of the Jacobian to the multipliers; for several outputs without the
    /// pull-backs that all solvers need.
    /// </summary>
    public static double Of(SolverChoice choice, SystemSize size)
    {
        double n = size.Count, gram = Gram(size), product = n * n / 2 * ProductTerm;
        switch (choice)
        {
            case SolverChoice.SketchedConjugateGradient:
                double columns = PreconditionerColumns * n,
                    solves = Iterations(size, PreconditionerColumns) * (product + n * n * SolveTerm);
                return (size.Outputs == 1 ? gram : 0) + Sketch(size, PreconditionerColumns) + n * n * columns / 2 * OuterTerm + Factor(n)
                    + solves;
            case SolverChoice.DirectSketch:
                return Sketch(size, DirectColumns) + n * n * DirectColumns * n / 2 * OuterTerm + Factor(n) + n * n * SolveTerm;
            case SolverChoice.LowRankConjugateGradient:
                double rank = RankOf(size.Count), iterations = size.Outputs == 1 ? LowRankIterations : SeveralIterations;
                return gram + n * rank * rank * PivotTerm + iterations * LowRankIteration(size.Count, size.Outputs);
            default:
                return gram + Factor(n) + (size.Outputs == 1 ? 1 : SeveralIterations) * n * n * SolveTerm;
        }
    }

    /// <summary>Iterations of conjugate gradients behind a sketch: its error falls by sqrt(n / s) in each (algorithm A5).</summary>
    private static double Iterations(SystemSize size, int columnsOverCount) =>
        size.Outputs == 1 ? Math.Log(OneOutputTolerance) / Math.Log(Math.Sqrt(1.0 / columnsOverCount)) : SeveralIterations;

    /// <summary>A solve with the low-rank factor per output and, for one output, a product with K.</summary>
    private static double LowRankIteration(int count, int outputs)
    {
        double n = count;
        return 2 * n * RankOf(count) * outputs * LowRankTerm + (outputs == 1 ? n * n / 2 * ProductTerm : 0);
    }

    private static double Factor(double n) => n * n * n / 6 * FactorTerm;

    private static double Gram(SystemSize size)
    {
        double entries = 0;
        foreach (FactorSize layer in size.Layers)
            entries += size.Probes * layer.LeftEntries + layer.RightEntries;
        return (double)size.Count * size.Count / 2 * entries * GramTerm;
    }

    private static double Sketch(SystemSize size, int columnsOverCount)
    {
        int columns = checked((int)Math.Min(int.MaxValue, (long)columnsOverCount * size.Count));
        double row = 0;
        foreach (FactorSize layer in size.Layers)
            row += Math.Min(SrhtRow(layer, columns), TensorSketchRow(layer, columns));
        return (double)size.Count * size.Probes * row;
    }

    private static double SrhtRow(FactorSize layer, int columns) =>
        SrhtSide(layer.LeftWidth, columns, layer.LeftEntries) + SrhtSide(layer.RightWidth, columns, layer.RightEntries);

    private static double SrhtSide(int width, int columns, double entries) =>
        entries * EntryTerm
            + Math.Min(DenseSide((long)BitOperations.RoundUpToPowerOf2((ulong)width), columns), SampledSide(columns, entries));

    private static double DenseSide(long padded, int columns) =>
        (double)padded * BitOperations.Log2((ulong)padded) * ButterflyTerm + columns * SampleRead;

    private static double SampledSide(int columns, double entries) => columns * entries * SampledTerm;

    private static double TensorSketchRow(FactorSize layer, int columns)
    {
        double length = BitOperations.RoundUpToPowerOf2((uint)columns);
        return (layer.LeftEntries + layer.RightEntries) * EntryTerm + 1.5 * length * Math.Log2(length) * FourierTerm;
    }
}
