using System.Numerics;
using NUnit.Framework;
using Subquad.Data;
using Subquad.Simd;
using Subquad.Simd.Threading;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>Both sketches against their explicit matrix S, and what any sketch promises.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class KhatriRaoSketchTests(KernelSet kernels)
{
    public enum Kind
    {
        Srht,
        TensorSketch,
    }

    [Test]
    public void A_sketch_is_its_explicit_matrix_on_the_products(
        [Values] Kind kind, [Values(1, 2, 5, 16, 37)] int leftWidth, [Values(1, 12, 64)] int rightWidth, [Values(1, 8, 50)] int columns)
    {
        using FactorRows rows = FactorRows.Sparse(5, leftWidth, rightWidth, 0.6);
        using Sketched run = Sketch(kind, rows.Count, columns);
        rows.AddTo(run.Sketch, scale: 0.7, seed: 99);
        int s = run.Sketch.Columns;
        Assert.That(s, kind == Kind.Srht ? Is.EqualTo(columns) : Is.InRange(columns, 2 * columns));
        double[,] matrix = kind == Kind.Srht ? ExplicitSrht(leftWidth, rightWidth, s, 99)
            : ExplicitTensorSketch(leftWidth, rightWidth, s, 99);
        for (int datum = 0; datum < rows.Count; datum++)
            for (int t = 0; t < s; t++)
            {
                double expected = 0, size = 0;
                for (int a = 0; a < leftWidth; a++)
                    for (int b = 0; b < rightWidth; b++)
                    {
                        double product = (double)rows.Left[datum * leftWidth + a] * rows.Right[datum * rightWidth + b];
                        expected += 0.7 * matrix[t, a * rightWidth + b] * product;
                        size += Math.Abs(matrix[t, a * rightWidth + b] * product);
                    }
                // The convolution spreads the roundings of a row over all its buckets.
                Assert.That(run[datum, t], Is.EqualTo(expected).Within(1e-6 * size + 1e-12), $"row {datum}, column {t}");
            }
    }

    [Test]
    public void Sampled_and_whole_transforms_agree()
    {
        // By sizes: 8 samples of sparse rows are cheaper one by one, 4,096 samples of dense ones are not.
        Assert.That(SolverCosts.SamplesTransform(1024, 8, 10), Is.True);
        Assert.That(SolverCosts.SamplesTransform(1024, 4096, 900), Is.False);
        using FactorRows sparse = FactorRows.Sparse(3, 1000, 700, 0.01), dense = FactorRows.Sparse(3, 1000, 700, 0.9);
        foreach ((FactorRows rows, int columns) in new[] { (sparse, 8), (dense, 64) })
        {
            using Sketched run = Sketch(Kind.Srht, rows.Count, columns);
            rows.AddTo(run.Sketch, seed: 3);
            (int[] leftSamples, float[] leftSigns, int[] rightSamples, float[] rightSigns) = SrhtDraws(1000, 700, columns, 3);
            for (int datum = 0; datum < rows.Count; datum++)
                for (int t = 0; t < columns; t++)
                {
                    double left = Sampled(rows.Left.AsSpan(datum * 1000, 1000), leftSigns, leftSamples[t]),
                        right = Sampled(rows.Right.AsSpan(datum * 700, 700), rightSigns, rightSamples[t]);
                    Assert.That(run[datum, t], Is.EqualTo(left * right / Math.Sqrt(columns)).Within(1e-3));
                }
        }
    }

    [Test]
    public void Norms_are_kept_in_the_mean([Values] Kind kind)
    {
        const int Draws = 400, Columns = 64;
        using FactorRows rows = FactorRows.Sparse(4, 33, 20, 0.5);
        double[,] gram = rows.Gram();
        using Sketched run = Sketch(kind, rows.Count, Columns);
        var mean = new double[rows.Count];
        for (int draw = 0; draw < Draws; draw++)
        {
            run.Sketch.Reset(rows.Count, Columns);
            rows.AddTo(run.Sketch, seed: (ulong)draw);
            for (int datum = 0; datum < rows.Count; datum++)
                for (int t = 0; t < Columns; t++)
                    mean[datum] += run[datum, t] * run[datum, t] / Draws;
        }
        // One draw deviates by about sqrt(8 / 64) of the norm, the mean of 400 by 1.8 %.
        for (int datum = 0; datum < rows.Count; datum++)
            Assert.That(mean[datum] / gram[datum, datum], Is.EqualTo(1).Within(0.08));
    }

    [Test]
    public void Layers_are_summed_with_independent_sketches([Values] Kind kind)
    {
        const int Draws = 600, Columns = 32;
        using FactorRows first = FactorRows.Sparse(2, 33, 20, 0.5), second = FactorRows.Sparse(2, 20, 33, 0.5, seed: 5);
        double[,] gram = first.Gram(), other = second.Gram();
        using Sketched run = Sketch(kind, 2, Columns);
        var mean = new double[2];
        for (int draw = 0; draw < Draws; draw++)
        {
            run.Sketch.Reset(2, Columns);
            first.AddTo(run.Sketch, 2, (ulong)(2 * draw));
            second.AddTo(run.Sketch, 0.5, (ulong)(2 * draw + 1));
            for (int datum = 0; datum < 2; datum++)
                for (int t = 0; t < Columns; t++)
                    mean[datum] += run[datum, t] * run[datum, t] / Draws;
        }
        for (int datum = 0; datum < 2; datum++)
            Assert.That(mean[datum] / (4 * gram[datum, datum] + 0.25 * other[datum, datum]), Is.EqualTo(1).Within(0.1),
                "cross terms vanish in the mean");
    }

    [Test]
    public void Bits_do_not_depend_on_the_team([Values] Kind kind)
    {
        using FactorRows rows = FactorRows.Sparse(67, 600, 300, 0.1);
        double[] first = Elements(1);
        foreach (int threads in new[] { 2, 3 })
            Numbers.SameBits(Elements(threads), first, $"B on {threads} threads");

        double[] Elements(int threads)
        {
            using Sketched run = Sketch(kind, rows.Count, 130, threads);
            rows.AddTo(run.Sketch);
            return run.Sketch.Rows.Span.ToArray();
        }
    }

    [Test]
    public void Rows_that_are_equal_empty_or_huge_are_sketched_as_such([Values] Kind kind)
    {
        float[] left = ReferenceData.Normals(6 * 40), right = ReferenceData.Normals(6 * 30, seed: 9);
        left.AsSpan(0, 40).CopyTo(left.AsSpan(120, 40));
        right.AsSpan(0, 30).CopyTo(right.AsSpan(90, 30));
        Array.Clear(left, 40, 40);
        for (int i = 0; i < 40; i++)
            left[160 + i] *= 1e30f;
        using var rows = new FactorRows(left, right, 6);
        using Sketched run = Sketch(kind, 6, 64);
        rows.AddTo(run.Sketch);
        double[] row = [.. Enumerable.Range(0, 64).Select(t => run[0, t])], equal = [.. Enumerable.Range(0, 64).Select(t => run[3, t])];
        // Rows that share a transform leave their roundings in each other.
        Assert.That(ReferenceData.Distance(equal, row), Is.LessThan(1e-12));
        Assert.That(Enumerable.Range(0, 64).Select(t => run[1, t]), Is.All.EqualTo(0).Within(1e-12), "a datum for which nothing fires");
        Assert.That(Enumerable.Range(0, 64).Select(t => run[4, t]), Is.All.Matches<double>(double.IsFinite));
        double norm = Math.Sqrt(Enumerable.Range(0, 64).Sum(t => run[4, t] * run[4, t])),
            other = Math.Sqrt(Enumerable.Range(0, 64).Sum(t => run[5, t] * run[5, t]));
        Assert.That(norm, Is.EqualTo(35e30).Within(60).Percent);
        Assert.That(other, Is.EqualTo(35).Within(60).Percent, "a huge row does not drown its neighbour");
    }

    private Sketched Sketch(Kind kind, int count, int columns, int threads = 2)
    {
        var team = new WorkerTeam(threads);
        var verbs = new TeamKernels(kernels, team);
        var run = new Sketched(team, kind == Kind.Srht ? new TensorSrht(verbs) : new TensorSketch(verbs));
        run.Sketch.Reset(count, columns);
        return run;
    }

    private static double Sampled(ReadOnlySpan<float> row, float[] signs, int sample)
    {
        double sum = 0;
        for (int i = 0; i < row.Length; i++)
            sum += Hadamard(sample, i) * signs[i] * row[i];
        return sum;
    }

    private static int Hadamard(int i, int j) => (BitOperations.PopCount((uint)(i & j)) & 1) == 0 ? 1 : -1;

    private static (int[] LeftSamples, float[] LeftSigns, int[] RightSamples, float[] RightSigns) SrhtDraws(
        int leftWidth, int rightWidth, int columns, ulong seed)
    {
        var random = new SplitMix64(seed);
        float[] leftSigns = Signs(leftWidth);
        int[] leftSamples = Samples(leftWidth);
        float[] rightSigns = Signs(rightWidth);
        return (leftSamples, leftSigns, Samples(rightWidth), rightSigns);

        float[] Signs(int width) => [.. Enumerable.Range(0, width).Select(_ => (random.Next() & 1) == 0 ? 1f : -1f)];

        int[] Samples(int width) =>
            [.. Enumerable.Range(0, columns).Select(_ => random.Below((int)BitOperations.RoundUpToPowerOf2((uint)width)))];
    }

    /// <summary>S = (H D (x) H E) sampled, columns x leftWidth * rightWidth.</summary>
    private static double[,] ExplicitSrht(int leftWidth, int rightWidth, int columns, ulong seed)
    {
        (int[] leftSamples, float[] leftSigns, int[] rightSamples, float[] rightSigns) = SrhtDraws(leftWidth, rightWidth, columns, seed);
        var matrix = new double[columns, leftWidth * rightWidth];
        for (int t = 0; t < columns; t++)
            for (int a = 0; a < leftWidth; a++)
                for (int b = 0; b < rightWidth; b++)
                    matrix[t, a * rightWidth + b] =
                        Hadamard(leftSamples[t], a) * leftSigns[a] * Hadamard(rightSamples[t], b) * rightSigns[b] / Math.Sqrt(columns);
        return matrix;
    }

    /// <summary>S has one +-1 in the column of (a, b): in row (g(a) + h(b)) mod s.</summary>
    private static double[,] ExplicitTensorSketch(int leftWidth, int rightWidth, int columns, ulong seed)
    {
        var random = new SplitMix64(seed);
        (int Bucket, int Sign)[] left = Draw(leftWidth), right = Draw(rightWidth);
        var matrix = new double[columns, leftWidth * rightWidth];
        for (int a = 0; a < leftWidth; a++)
            for (int b = 0; b < rightWidth; b++)
                matrix[(left[a].Bucket + right[b].Bucket) % columns, a * rightWidth + b] = left[a].Sign * right[b].Sign;
        return matrix;

        (int Bucket, int Sign)[] Draw(int width) =>
            [.. Enumerable.Range(0, width).Select(_ => (random.Below(columns), (random.Next() & 1) == 0 ? 1 : -1))];
    }

    private sealed record Sketched(WorkerTeam Team, KhatriRaoSketch Sketch) : IDisposable
    {
        public double this[int datum, int column] => Sketch.Rows[(long)datum * Sketch.Stride + column];

        public void Dispose()
        {
            Sketch.Dispose();
            Team.Dispose();
        }
    }
}
