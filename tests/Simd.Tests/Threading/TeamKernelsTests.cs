using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Simd.Tests.Threading;

/// <summary>
/// The shared verbs give the bits of the whole-range verbs for any number of workers, and their counters count what a brute-force count
/// finds.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class TeamKernelsTests(KernelSet kernels)
{
    private static readonly Shape s_shape = new(700, 1030, 130, 0.06);

    [Test]
    public void Every_verb_gives_the_same_bits_for_one_two_and_three_workers()
    {
        float[] one = RunAll(1);
        Numbers.SameBits(RunAll(2), one, "2 workers");
        Numbers.SameBits(RunAll(3), one, "3 workers");
    }

    [Test]
    public void Forward_is_the_verb_over_all_panels_and_pulling_back_clears_first()
    {
        using var problem = new Problem(s_shape);
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        using var sums = new PanelMatrix(1, 1);
        using var expected = new PanelMatrix(s_shape.Rows, s_shape.Data);
        verbs.Forward(problem.Weights, problem.Inputs, sums);
        kernels.Accumulate(problem.Weights, problem.Inputs, expected, 0, problem.Weights.Panels);
        Numbers.SameBits(Samples.ToArray(sums), Samples.ToArray(expected), "forward");

        using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
        verbs.PullBack(problem.Weights, problem.Outputs, problem.Outputs.Values, problem.Transposed, pulled);
        float[] first = pulled.Span.ToArray();
        verbs.PullBack(problem.Weights, problem.Outputs, problem.Outputs.Values, problem.Transposed, pulled);
        Numbers.SameBits(pulled.Span.ToArray(), first, "a second pull-back");
    }

    [Test]
    public void A_dense_batch_takes_the_dense_path_and_gives_the_same_bits()
    {
        using var problem = new Problem(new Shape(129, 300, 33, 1.0));
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        using var sparse = new PanelMatrix(1, 1);
        using var dense = new PanelMatrix(1, 1);
        using var room = new PanelMatrix(1, 1);
        verbs.Forward(problem.Weights, problem.Inputs, sparse);
        verbs.Forward(problem.Weights, problem.Inputs, dense, room);
        Assert.That(room.Rows, Is.EqualTo(33), "the inputs were not spread out: the sparse path ran");
        Numbers.SameBits(Samples.ToArray(dense), Samples.ToArray(sparse), "dense");
    }

    [Test]
    public void Counters_are_exact()
    {
        using var problem = new Problem(s_shape);
        using var team = new WorkerTeam(1);
        var verbs = new TeamKernels(kernels, team) { CountsLines = true };
        using var sums = new PanelMatrix(1, 1);
        using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
        verbs.Forward(problem.Weights, problem.Inputs, sums);
        long forwardAdds = problem.Inputs.Entries * s_shape.Rows;
        Assert.That(verbs.MultiplyAdds, Is.EqualTo(forwardAdds));
        int columns = Enumerable.Range(0, s_shape.Columns)
            .Count(j => Enumerable.Range(0, s_shape.Data).Any(i => problem.X[i * s_shape.Columns + j] != 0));
        long forwardLines = (long)columns * problem.Weights.Panels * 4;
        Assert.That(verbs.TouchedLines, Is.EqualTo(forwardLines));

        verbs.PullBack(problem.Weights, problem.Outputs, problem.Outputs.Values, problem.Transposed, pulled);
        long pairs = Enumerable.Range(0, s_shape.Data)
            .Sum(datum => (long)Active(problem.X, datum, s_shape.Columns) * Active(problem.U, datum, s_shape.Rows));
        Assert.That(verbs.MultiplyAdds - forwardAdds, Is.EqualTo(pairs));
        Assert.That(verbs.TouchedLines - forwardLines, Is.EqualTo(Lines(problem).Count),
            "130 data are one block of data, so a line is visited once");
    }

    [Test]
    public void A_product_counts_its_arithmetic_and_no_lines()
    {
        using var problem = new Problem(s_shape);
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team) { CountsLines = true };
        using var product = new PanelMatrix(1, 1);
        using var expected = new PanelMatrix(s_shape.Rows, s_shape.Data);
        verbs.Multiply(problem.Weights, problem.Inputs, problem.Inputs.Values, product);
        kernels.Accumulate(problem.Weights, problem.Inputs, expected, 0, problem.Weights.Panels);
        Numbers.SameBits(Samples.ToArray(product), Samples.ToArray(expected), "product");
        Assert.That((verbs.MultiplyAdds, verbs.TouchedLines), Is.EqualTo((problem.Inputs.Entries * s_shape.Rows, 0L)));
    }

    [Test]
    public void Packing_counts_lines_and_no_arithmetic()
    {
        using var problem = new Problem(s_shape);
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        using var packed = new PackedBlocks();
        packed.Plan(problem.Outputs, problem.Inputs);
        verbs.Pack(problem.Weights, problem.Outputs, problem.Transposed, packed);
        Assert.That(verbs.TouchedLines, Is.Zero, "lines are not counted unless asked for");
        verbs.CountsLines = true;
        verbs.Pack(problem.Weights, problem.Outputs, problem.Transposed, packed);
        Assert.That((verbs.MultiplyAdds, verbs.TouchedLines), Is.EqualTo((0L, (long)Lines(problem).Count)));
    }

    /// <summary>The lines that hold an output active together with an input, for some datum of the one block of data.</summary>
    private static HashSet<(int Column, int Line)> Lines(Problem problem)
    {
        var lines = new HashSet<(int, int)>();
        for (int datum = 0; datum < problem.Data; datum++)
            for (int column = 0; column < problem.Columns; column++)
                for (int row = 0; problem.X[datum * problem.Columns + column] != 0 && row < problem.Rows; row++)
                    if (problem.U[datum * problem.Rows + row] != 0)
                        lines.Add((column, row / 16));
        return lines;
    }

    private static int Active(float[] rows, int datum, int width) =>
        rows[(datum * width)..((datum + 1) * width)].Count(value => value != 0f);

    private float[] RunAll(int workers)
    {
        using var problem = new Problem(s_shape);
        using var team = new WorkerTeam(workers);
        var verbs = new TeamKernels(kernels, team);
        using var sums = new PanelMatrix(1, 1);
        using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
        using var pushed = new NativeBuffer<float>(problem.Outputs.Entries);
        using var packed = new PackedBlocks();
        using var thresholds = new NativeBuffer<float>(problem.Weights.Panels * PanelMatrix.PanelRows);
        using var above = new ActiveBatch();
        thresholds.Span.Fill(0.5f);
        var results = new List<float>();

        verbs.Forward(problem.Weights, problem.Inputs, sums);
        results.AddRange(Samples.ToArray(sums));
        verbs.Threshold(sums, thresholds, 2f, above);
        results.AddRange(above.Values.Slice(0, (int)above.Entries));
        verbs.PullBack(problem.Weights, problem.Outputs, problem.Outputs.Values, problem.Transposed, pulled);
        results.AddRange(pulled.Span);
        verbs.PushForward(problem.Weights, problem.Outputs, pushed, problem.Transposed, problem.Transposed.Lists.Values);
        results.AddRange(pushed.Span);
        packed.Plan(problem.Outputs, problem.Inputs);
        verbs.Pack(problem.Weights, problem.Outputs, problem.Transposed, packed);
        verbs.PullBack(packed, problem.Outputs.Values, pulled);
        results.AddRange(pulled.Span);
        verbs.PushForward(packed, problem.Inputs.Values, pushed);
        results.AddRange(pushed.Span);
        verbs.Scatter(problem.Weights, problem.Outputs, problem.Outputs.Values, problem.Transposed, problem.Transposed.Lists.Values, 0.1f);
        results.AddRange(Samples.ToArray(problem.Weights));
        results.AddRange(GramFactor(problem, verbs));
        return [.. results];
    }

    private static IEnumerable<float> GramFactor(Problem problem, TeamKernels verbs)
    {
        const int Stride = 256;
        int n = problem.Data;
        using var rows = new PanelMatrix(1, 1);
        using var mirrored = new PanelMatrix(1, 1);
        using var gram = new NativeBuffer<double>(n * Stride);
        using var panel = new NativeBuffer<double>((n + 16) * KernelSet.CholeskyBlock);
        verbs.Gram(rows, problem.Inputs, problem.Inputs.Values, gram, Stride);
        verbs.NarrowSymmetric(gram, Stride, n, mirrored);
        for (int i = 0; i < n; i++)
            gram[i * Stride + i] += 1;
        Assert.That(verbs.Factor(gram, Stride, n, panel), Is.True);
        var results = new List<float>(Samples.ToArray(mirrored));
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
                results.Add((float)gram[i * Stride + j]);
        return results;
    }
}
