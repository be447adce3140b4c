using NUnit.Framework;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;
using Subquad.Weights;

namespace Subquad.Managed.Tests.Weights;

/// <summary>
/// A base with terms beside it is the dense matrix that it stands for, whatever was appended, flushed and asked in between.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class LowRankWeightsTests(KernelSet kernels)
{
    private const int Rows = 530, Columns = 140, Data = 7;
    private const double Close = 1e-5;

    [Test]
    public void Random_sequences_equal_a_dense_matrix([Values(1, 2)] int threads, [Values] bool sameScale)
    {
        using var team = new WorkerTeam(threads);
        var verbs = new TeamKernels(kernels, team);
        using var scratch = new TermProducts(verbs);
        var random = new Random(1);
        using var weights = new LowRankWeights(Samples.Panels(Samples.Dense(random, Rows * Columns), Rows, Columns));
        double[] dense = ToDouble(Samples.ToArray(weights.Base));
        int rank = 0, flushes = 0, groups = 0;
        for (int turn = 0; turn < 60; turn++)
        {
            int terms = random.Next(1, 40);
            float scale = sameScale ? 0.1f : 0.1f * (random.NextSingle() - 0.5f);
            (float[] u, float[] v) = (Samples.Sparse(random, terms, Rows, 0.1), Samples.Sparse(random, terms, Columns, 0.2));
            Append(weights, u, v, scale);
            for (int i = 0; i < terms; i++)
                for (int r = 0; r < Rows; r++)
                    for (int c = 0; c < Columns && u[i * Rows + r] != 0; c++)
                        dense[r * Columns + c] -= (double)scale * u[i * Rows + r] * v[i * Columns + c];
            rank += terms;
            Assert.That(weights.Rank, Is.EqualTo(rank));
            groups = Math.Max(groups, weights.Terms.Count);
            if (random.Next(8) == 0)
            {
                weights.Flush(verbs);
                (rank, flushes) = (0, flushes + 1);
                Assert.That((weights.Rank, weights.HasTerms, weights.IsBaseChanged), Is.EqualTo((0, false, true)));
            }
            if (turn % 5 == 0)
                Compare(weights, scratch, dense, random);
        }
        Assert.That(flushes, Is.GreaterThan(2));
        Assert.That(groups, sameScale ? Is.EqualTo(1) : Is.GreaterThan(3), "terms of one scale are joined, others are not");
        Assert.That(ReferenceData.Distance(ToDouble(Samples.ToArray(weights, kernels.IsFused)), dense), Is.LessThan(Close));
    }

    [Test]
    public void Rows_and_copies_have_the_bits_of_a_flush()
    {
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        var random = new Random(2);
        using var weights = new LowRankWeights(Samples.Panels(Samples.Dense(random, Rows * Columns), Rows, Columns));
        // More than a block of terms, and more than a group.
        foreach ((int terms, float scale) in new[] { (30, 0.3f), (600, 0.3f), (700, 0.3f), (5, -0.2f) })
            Append(weights, Samples.Sparse(random, terms, Rows, 0.1), Samples.Sparse(random, terms, Columns, 0.2), scale);
        Assert.That(weights.Terms.Select(terms => terms.Count), Is.EqualTo(new[] { 630, 700, 5 }));
        float[] before = Samples.ToArray(weights.Base), rows = Samples.ToArray(weights, kernels.IsFused),
            pieces = new float[Rows * Columns];
        for (int start = 0; start < pieces.Length; start += 1_111)
            weights.CopyRowMajor(start, pieces.AsSpan(start, Math.Min(1_111, pieces.Length - start)), kernels.IsFused);
        using var copy = new PanelMatrix(1, 1);
        weights.Materialise(verbs, copy);
        Numbers.SameBits(Samples.ToArray(weights.Base), before, "base before the flush");
        weights.Flush(verbs);
        float[] flushed = Samples.ToArray(weights.Base);
        Assert.That(flushed, Is.Not.EqualTo(before));
        Numbers.SameBits(rows, flushed, "rows");
        Numbers.SameBits(pieces, flushed, "pieces");
        Numbers.SameBits(Samples.ToArray(copy), flushed, "copy");
    }

    [Test]
    public void Steps_flushed_together_have_the_bits_of_steps_flushed_one_by_one()
    {
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        float[] drawn = Samples.Dense(new Random(3), Rows * Columns);
        using LowRankWeights late = new(Samples.Panels(drawn, Rows, Columns)), each = new(Samples.Panels(drawn, Rows, Columns));
        for (int step = 0; step < 5; step++)
        {
            var random = new Random(step);
            (float[] u, float[] v) = (Samples.Sparse(random, 150, Rows, 0.1), Samples.Sparse(random, 150, Columns, 0.2));
            Append(late, u, v, 0.1f);
            Append(each, u, v, 0.1f);
            each.Flush(verbs);
        }
        late.Flush(verbs);
        Numbers.SameBits(Samples.ToArray(late.Base), Samples.ToArray(each.Base), "base");
    }

    [Test]
    public void Queries_are_those_of_the_flushed_matrix_within_the_roundings_of_both()
    {
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        using var scratch = new TermProducts(verbs);
        var random = new Random(7);
        using var weights = new LowRankWeights(Samples.Panels(Samples.Dense(random, Rows * Columns), Rows, Columns));
        double[] magnitudes = [.. Samples.ToArray(weights.Base).Select(weight => (double)Math.Abs(weight))];
        int[] roundings = new int[Rows];
        for (int step = 0; step < 6; step++)
        {
            const int Terms = 50;
            float scale = 0.3f / (step + 1);
            (float[] u, float[] v) = (Samples.Sparse(random, Terms, Rows, 0.1), Samples.Sparse(random, Terms, Columns, 0.2));
            Append(weights, u, v, scale);
            for (int i = 0; i < Terms; i++)
                for (int r = 0; r < Rows; r++)
                {
                    if (u[i * Rows + r] == 0)
                        continue;
                    // A product and its scaling in a query, a multiply-add in a flush.
                    roundings[r] += 4;
                    for (int c = 0; c < Columns; c++)
                        magnitudes[r * Columns + c] += Math.Abs((double)scale * u[i * Rows + r] * v[i * Columns + c]);
                }
        }
        float[] x = Samples.Sparse(random, Data, Columns, 0.3);
        using ActiveBatch inputs = Batch(x, Columns);
        using PanelMatrix held = new(1, 1), flushed = new(1, 1);
        weights.Query(scratch, inputs, held);
        weights.Flush(verbs);
        weights.Query(scratch, inputs, flushed);
        int differ = 0;
        for (int r = 0; r < Rows; r++)
            for (int i = 0; i < Data; i++)
            {
                double magnitude = 0;
                for (int c = 0; c < Columns; c++)
                    magnitude += magnitudes[r * Columns + c] * Math.Abs(x[i * Columns + c]);
                Numbers.Within(held[r, i], flushed[r, i], Tolerance.Reduction(4 * Columns + roundings[r] + 2 * 6, magnitude), "row", r);
                differ += held[r, i] == flushed[r, i] ? 0 : 1;
            }
        Assert.That(differ, Is.GreaterThan(Rows), "the two are computed in different ways");
    }

    [Test]
    public void Terms_that_come_ready_made_are_owned_and_kept_in_order()
    {
        using var weights = new LowRankWeights(new PanelMatrix(Rows, Columns));
        var random = new Random(4);
        var terms = new LowRankTerms();
        using (ActiveBatch outputs = Batch(Samples.Sparse(random, 3, Rows, 0.1), Rows),
            inputs = Batch(Samples.Sparse(random, 3, Columns, 0.2), Columns))
            terms.Set(outputs, outputs.Values, inputs, 0.5f);
        weights.Append(terms);
        Append(weights, Samples.Sparse(random, 2, Rows, 0.1), Samples.Sparse(random, 2, Columns, 0.2), 0.5f);
        Assert.That((weights.Rank, weights.Terms.Count, weights.IsBaseChanged), Is.EqualTo((5, 1, false)));
        weights.Append(new LowRankTerms());
        Assert.That((weights.Rank, weights.Terms.Count), Is.EqualTo((5, 1)), "no terms are no group");
    }

    [Test]
    public void A_read_only_base_is_never_written()
    {
        const int Rows = 700, Columns = 700;
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        using var scratch = new TermProducts(verbs);
        var random = new Random(5);
        PanelMatrix matrix = Samples.Panels(Samples.Dense(random, Rows * Columns), Rows, Columns);
        using var weights = new LowRankWeights(matrix, isReadOnly: true);
        ReadOnlyPages[] pages = [.. Enumerable.Range(0, matrix.Panels).Select(panel => new ReadOnlyPages(matrix.Panel(panel)))];
        Assert.That(pages.Sum(page => page.Bytes), Is.GreaterThan(matrix.Rows * matrix.Columns * 3));
        try
        {
            float[] v = Samples.Sparse(random, 20, Columns, 0.2);
            Append(weights, Samples.Sparse(random, 20, Rows, 0.1), v, 0.1f);
            using ActiveBatch inputs = Batch(v, Columns);
            using var sums = new PanelMatrix(1, 1);
            weights.Query(scratch, inputs, sums);
            Assert.That(() => weights.Flush(verbs), Throws.InvalidOperationException.With.Message.Contains("read-only"));
            Assert.That((weights.Rank, weights.IsBaseChanged), Is.EqualTo((20, false)));
            Assert.That(Samples.ToArray(weights, kernels.IsFused), Is.Not.EqualTo(Samples.ToArray(matrix)));
        }
        finally
        {
            foreach (ReadOnlyPages page in pages)
                page.Dispose();
        }
    }

    [Test]
    public void A_cancelled_team_still_flushes_everything()
    {
        using var team = new WorkerTeam(2) { Cancellation = new CancellationToken(canceled: true) };
        var verbs = new TeamKernels(kernels, team);
        var random = new Random(6);
        using var weights = new LowRankWeights(new PanelMatrix(Rows, Columns));
        Append(weights, Samples.Sparse(random, 20, Rows, 0.1), Samples.Sparse(random, 20, Columns, 0.2), 0.1f);
        float[] expected = Samples.ToArray(weights, kernels.IsFused);
        weights.Flush(verbs);
        Numbers.SameBits(Samples.ToArray(weights.Base), expected, "base");
        Assert.That(team.Cancellation.IsCancellationRequested, "it is honoured again afterwards");
    }

    /// <summary>All queries against the dense matrix, and those of listed rows bit for bit against that of all rows.</summary>
    private void Compare(LowRankWeights weights, TermProducts scratch, double[] dense, Random random)
    {
        float[] x = Samples.Sparse(random, Data, Columns, 0.3), u = Samples.Sparse(random, Data, Rows, 0.2);
        Array.Clear(x, 2 * Columns, Columns);
        Array.Clear(u, 4 * Rows, Rows);
        using ActiveBatch inputs = Batch(x, Columns), outputs = Batch(u, Rows);
        using var transposed = new TransposedBatch();
        transposed.Build(inputs);
        using PanelMatrix sums = new(1, 1), room = new(1, 1);
        weights.Query(scratch, inputs, sums, room);
        var expected = new double[Rows * Data];
        for (int r = 0; r < Rows; r++)
            for (int i = 0; i < Data; i++)
                for (int c = 0; c < Columns; c++)
                    expected[r * Data + i] += dense[r * Columns + c] * x[i * Columns + c];
        Assert.That(ReferenceData.Distance(ToDouble(Samples.ToArray(sums)), expected), Is.LessThan(Close), "W x");

        using NativeBuffer<float> listed = new(outputs.Entries), pulled = new(inputs.Entries);
        weights.Query(scratch, outputs, listed, transposed, transposed.Lists.Values, inputs, inputs.Values);
        foreach ((int datum, int id, long place) in Samples.Entries(outputs))
            Numbers.SameBits(listed[place], sums[id, datum], $"row {id} of datum", datum);

        weights.QueryTransposed(scratch, outputs, outputs.Values, transposed, inputs, pulled);
        double[] found = new double[inputs.Entries], exact = new double[inputs.Entries];
        foreach ((int datum, int id, long place) in Samples.Entries(inputs))
        {
            found[place] = pulled[place];
            for (int r = 0; r < Rows; r++)
                exact[place] += dense[r * Columns + id] * u[datum * Rows + r];
        }
        Assert.That(ReferenceData.Distance(found, exact), Is.LessThan(Close), "W^T u");
    }

    /// <summary>Appends copies: what they were copied from is gone afterwards.</summary>
    private static void Append(LowRankWeights weights, float[] u, float[] v, float scale)
    {
        using ActiveBatch outputs = Batch(u, weights.Rows), inputs = Batch(v, weights.Columns);
        weights.Append(outputs, outputs.Values, inputs, scale);
    }

    private static ActiveBatch Batch(float[] rows, int width)
    {
        var batch = new ActiveBatch();
        batch.FillNonZero(rows, rows.Length / width, width);
        return batch;
    }

    private static double[] ToDouble(float[] values) => Array.ConvertAll(values, value => (double)value);
}
