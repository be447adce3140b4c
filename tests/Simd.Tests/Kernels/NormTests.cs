using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// SupportNorms and RowNorms: the promised chains bit for bit, close to the float64 norm, and never below it when raised by 1 + gamma of
/// the roundings.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class NormTests(KernelSet kernels)
{
    [TestCaseSource(typeof(Shape), nameof(Shape.All))]
    public void Norms_are_upper_bounds_close_to_the_norms(Shape shape) => Compare(shape);

    [Test]
    public void Norms_are_upper_bounds_for_every_number_of_rows()
    {
        for (int rows = 1; rows <= 256; rows++)
            Compare(new Shape(rows, 17, 3, 0.5));
    }

    [Test]
    public void Norms_are_upper_bounds_for_every_number_of_columns()
    {
        for (int columns = 1; columns <= 256; columns++)
            Compare(new Shape(3, columns, 2, 0.7));
    }

    [Test]
    public void Norms_are_upper_bounds_when_magnitudes_differ_widely()
    {
        using var problem = new Problem(new Shape(130, 600, 9, 0.3));
        var random = new Random(5);
        for (int row = 0; row < problem.Rows; row++)
            for (int column = 0; column < problem.Columns; column++)
                problem.Weights[row, column] *= MathF.ScaleB(1f, random.Next(-30, 55));
        Compare(problem);
    }

    [Test]
    public void What_underflows_falls_short_by_no_more_than_promised()
    {
        using var problem = new Problem(new Shape(130, 600, 9, 0.3));
        var random = new Random(5);
        for (int row = 0; row < problem.Rows; row++)
            for (int column = 0; column < problem.Columns; column++)
                problem.Weights[row, column] = MathF.ScaleB(problem[row, column], random.Next(-149, -60 - row % 20));
        using var rows = new NativeBuffer<float>(problem.Weights.Panels * PanelMatrix.PanelRows);
        kernels.RowNorms(problem.Weights, Raise(problem.Columns), rows, 0, problem.Weights.Panels);
        int below = 0;
        for (int row = 0; row < problem.Rows; row++)
        {
            double norm = Math.Sqrt(
                Enumerable.Range(0, problem.Columns).Sum(column => (double)problem.Weights[row, column] * problem.Weights[row, column]));
            below += rows[row] < norm ? 1 : 0;
            Assert.That(rows[row] + Math.Sqrt(problem.Columns) * Math.ScaleB(1, -75), Is.GreaterThanOrEqualTo(norm), $"row {row}");
        }
        Assert.That(below, Is.Positive, "nothing underflowed");
    }

    [Test]
    public void The_values_of_the_inputs_are_not_looked_at()
    {
        using var problem = new Problem(new Shape(130, 600, 9, 0.3));
        float[] expected = Run();
        problem.Inputs.Values.Span.Fill(float.NaN);
        Numbers.SameBits(Run(), expected, "norms");

        float[] Run()
        {
            using var norms = new PanelMatrix(problem.Rows, problem.Data);
            kernels.SupportNorms(problem.Weights, problem.Inputs, 1f, norms, 0, norms.Panels);
            return Samples.ToArray(norms);
        }
    }

    [TestCaseSource(typeof(Shape), nameof(Shape.Divisible))]
    public void Any_share_of_the_panels_gives_the_same_bits(Shape shape)
    {
        using var problem = new Problem(shape);
        float[] whole = Run(part => part(0, problem.Weights.Panels));
        foreach (int threads in Partition.Threads)
            Numbers.SameBits(Run(part => Partition.Run(0, problem.Weights.Panels, 2, threads, part)), whole, $"{threads} threads");
        Numbers.SameBits(Run(part => Partition.Backwards(0, problem.Weights.Panels, 2, part)), whole, "pairs of panels, the last first");

        float[] Run(Action<Action<int, int>> partition)
        {
            using var norms = new PanelMatrix(shape.Rows, shape.Data);
            using var ofRows = new NativeBuffer<float>(norms.Panels * PanelMatrix.PanelRows);
            partition((from, to) => kernels.SupportNorms(problem.Weights, problem.Inputs, 1.25f, norms, from, to));
            partition((from, to) => kernels.RowNorms(problem.Weights, 1.25f, ofRows, from, to));
            return [.. Samples.ToArray(norms), .. ofRows.Span];
        }
    }

    private void Compare(Shape shape)
    {
        using var problem = new Problem(shape);
        Compare(problem);
    }

    private void Compare(Problem problem)
    {
        PanelMatrix w = problem.Weights;
        float onSupports = Raise(problem.Inputs.Longest()), ofRows = Raise(w.Columns);
        using var norms = new PanelMatrix(w.Rows, problem.Data);
        using var rows = new NativeBuffer<float>(w.Panels * PanelMatrix.PanelRows);
        for (int panel = 0; panel < norms.Panels; panel++)
            norms.Panel(panel).Fill(float.NaN);
        rows.Span.Fill(float.NaN);
        kernels.SupportNorms(w, problem.Inputs, onSupports, norms, 0, w.Panels);
        kernels.RowNorms(w, ofRows, rows, 0, w.Panels);

        var all = Enumerable.Range(0, w.Columns).ToArray();
        for (int row = 0; row < w.Rows; row++)
            Check(w, row, all, ofRows, rows[row], "row norms");
        for (int datum = 0; datum < problem.Data; datum++)
        {
            int[] support = [.. all.Where(column => problem.X[datum * w.Columns + column] != 0f)];
            for (int row = 0; row < w.Rows; row++)
                Check(w, row, support, onSupports, norms[row, datum], "support norms");
        }
        for (int row = w.Rows; row < w.Panels * PanelMatrix.PanelRows; row++)
        {
            Numbers.SameBits(rows[row], 0f, "row norms in the padding", row);
            for (int datum = 0; datum < problem.Data; datum++)
                Numbers.SameBits(norms.Panel(row / PanelMatrix.PanelRows)[datum * PanelMatrix.PanelRows + row % PanelMatrix.PanelRows], 0f,
                    "support norms in the padding", row);
        }
    }

    private void Check(PanelMatrix w, int row, int[] support, float raise, float found, string what)
    {
        float chain = 0f;
        double squares = 0;
        foreach (int column in support)
        {
            float weight = w[row, column];
            chain = kernels.IsFused ? MathF.FusedMultiplyAdd(weight, weight, chain) : weight * weight + chain;
            squares += (double)weight * weight;
        }
        double norm = Math.Sqrt(squares);
        Numbers.SameBits(found, raise * MathF.Sqrt(chain), what, row);
        if (found < norm)
            Assert.Fail($"{what}: row {row} has norm {norm:R}, above its bound {found:R}");
        Numbers.Within(found, norm, 2 * ((double)raise - 1) * norm, what, row);
    }

    /// <summary>1 + gamma for a chain of that length, with room for the square root and the raise itself.</summary>
    private static float Raise(int terms)
    {
        double roundings = (terms + 5.0) / (1 << 24);
        return (float)(1 + roundings / (1 - roundings));
    }
}
