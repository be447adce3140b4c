using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// RaiseAndCountUncertain and ListUncertain against the bound in float64: what is clearly below its limit is ruled out, what is not below
/// never is, and padding is never listed.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class UncertainTests(KernelSet kernels)
{
    [Test]
    public void Lists_are_those_of_the_bound_for_every_number_of_rows()
    {
        for (int rows = 1; rows <= 256; rows++)
            Compare(rows, data: 3);
    }

    [Test]
    public void Lists_are_those_of_the_bound([Values(511, 512, 513, 1030, 1100)] int rows, [Values(1, 7, 65)] int data) =>
        Compare(rows, data);

    [Test]
    public void A_bound_that_equals_its_limit_does_not_rule_out([Values(1, 65, 129, 700)] int rows)
    {
        // Small whole numbers: the bound is exact, and a third of the rows meet their limit.
        using var operands = new Operands(rows, 9, random => random.Next(4), random => random.Next(-3, 40));
        using var lists = new ActiveBatch();
        List(operands, lists, (blocks, part) => part(0, blocks));
        var listed = new HashSet<(int, int)>(Samples.Entries(lists).Select(entry => (entry.Datum, entry.Id)));
        int equal = 0;
        for (int datum = 0; datum < 9; datum++)
            for (int row = 0; row < rows; row++)
            {
                (double reach, _) = operands.Reach(row, datum);
                equal += reach == operands.Bound.Limits[row] ? 1 : 0;
                Assert.That(listed.Contains((datum, row)), Is.EqualTo(reach >= operands.Bound.Limits[row]), $"row {row}, datum {datum}");
            }
        Assert.That(rows < 700 || equal > 100, "too few rows meet their limit");
        Assert.That(listed.All(entry => entry.Item2 < rows), "padding is listed");
    }

    [Test]
    public void An_infinite_limit_rules_all_or_none_out()
    {
        using var operands = new Operands(
            130, 3, random => random.NextSingle(), random => random.Next(2) == 0 ? float.PositiveInfinity : float.NegativeInfinity);
        using var lists = new ActiveBatch();
        List(operands, lists, (blocks, part) => part(0, blocks));
        for (int datum = 0; datum < 3; datum++)
            Assert.That(
                Samples.Entries(lists).Where(entry => entry.Datum == datum).Select(entry => entry.Id),
                Is.EqualTo(Enumerable.Range(0, 130).Where(row => float.IsNegativeInfinity(operands.Bound.Limits[row]))));
    }

    [Test]
    public void A_bound_that_is_no_number_does_not_rule_out()
    {
        using var operands = new Operands(70, 2, random => random.NextSingle(), _ => 1000f);
        operands.Before[3, 0] = float.NaN;
        operands.Support[65, 1] = float.NaN;
        operands.Before[69, 1] = float.PositiveInfinity;
        using var lists = new ActiveBatch();
        List(operands, lists, (blocks, part) => part(0, blocks));
        Assert.That(Samples.Entries(lists), Is.EqualTo(new[] { (0, 3, 0L), (1, 65, 1L), (1, 69, 2L) }));
    }

    [Test]
    public void Listing_leaves_the_values_as_they_are()
    {
        using var operands = new Operands(700, 5);
        using var lists = new ActiveBatch();
        List(operands, lists, (blocks, part) => part(0, blocks));
        lists.Values.Span.Fill(-7.25f);
        kernels.ListUncertain(operands.Upper, operands.Bound, lists, 0, lists.Blocks);
        Assert.That(lists.Values.Span.ContainsAnyExcept(-7.25f), Is.False);
    }

    [Test]
    public void Any_share_of_the_blocks_and_any_number_of_workers_give_the_same_lists()
    {
        using var operands = new Operands(3000, 20);
        using var whole = new ActiveBatch();
        using var shared = new ActiveBatch();
        List(operands, whole, (blocks, part) => part(0, blocks));
        foreach (int threads in Partition.Threads)
        {
            List(operands, shared, (blocks, part) => Partition.Run(0, blocks, 1, threads, part));
            Assert.That(shared.SameEntries(whole), $"{threads} threads");
        }
        List(operands, shared, (blocks, part) => Partition.Backwards(0, blocks, 1, part));
        Assert.That(shared.SameEntries(whole), "the last block first");
        for (int workers = 1; workers <= 3; workers++)
        {
            using var team = new WorkerTeam(workers);
            using var lists = new ActiveBatch();
            var verbs = new CertificateKernels(new TeamKernels(kernels, team));
            operands.Restore();
            verbs.RaiseAndCountUncertain(operands.Upper, operands.Support, operands.Bound, lists);
            Assert.That(lists.Entries, Is.EqualTo(whole.Entries), "counted");
            verbs.ListUncertain(operands.Upper, operands.Bound, lists);
            Assert.That(lists.SameEntries(whole), $"{workers} workers");
        }
    }

    [Test]
    public void Counting_leaves_the_bound_without_the_error_behind()
    {
        using var operands = new Operands(300, 4);
        operands.Restore();
        using var lists = new ActiveBatch();
        lists.Reshape(4, 300);
        kernels.RaiseAndCountUncertain(operands.Upper, operands.Support, operands.Bound, lists, 0, lists.Blocks);
        for (int row = 0; row < 300; row++)
            for (int datum = 0; datum < 4; datum++)
            {
                (double reach, double size) = operands.Reach(row, datum);
                double error = (double)operands.Bound.Errors[row] * operands.Bound.Sizes[datum];
                Assert.That(
                    operands.Upper[row, datum], Is.EqualTo(reach - error).Within(6.0 / (1 << 24) * size), $"row {row}, datum {datum}");
            }
    }

    private void Compare(int rows, int data)
    {
        using var operands = new Operands(rows, data);
        using var lists = new ActiveBatch();
        List(operands, lists, (blocks, part) => part(0, blocks));
        var ids = new int[rows + 1];
        var values = new float[rows + 1];
        int unclear = 0;
        for (int datum = 0; datum < data; datum++)
        {
            int count = lists.CopyDatum(datum, ids, values), next = 0;
            for (int row = 0; row < rows; row++)
            {
                bool isListed = next < count && ids[next] == row;
                next += isListed ? 1 : 0;
                (double reach, double size) = operands.Reach(row, datum);
                double above = reach - operands.Bound.Limits[row];
                // Five roundings, the first of a part only.
                bool isClear = Math.Abs(above) > 6.0 / (1 << 24) * size;
                unclear += isClear ? 0 : 1;
                if (isClear && isListed != above > 0)
                    Assert.Fail($"row {row} of {rows}, datum {datum}: its bound is {above:R} above its limit and it is " +
                        $"{(isListed ? "listed" : "ruled out")}");
            }
            Assert.That(next, Is.EqualTo(count), "lists ascend and stay inside the rows");
        }
        Assert.That(unclear, Is.LessThanOrEqualTo(1 + rows * data / 1000), "the comparison says too little");
    }

    private void List(Operands operands, ActiveBatch lists, Action<int, Action<int, int>> partition)
    {
        operands.Restore();
        lists.Reshape(operands.Upper.Columns, operands.Upper.Rows);
        partition(
            lists.Blocks, (from, to) => kernels.RaiseAndCountUncertain(operands.Upper, operands.Support, operands.Bound, lists, from, to));
        lists.SumCountsAndReserve();
        partition(lists.Blocks, (from, to) => kernels.ListUncertain(operands.Upper, operands.Bound, lists, from, to));
    }

    /// <summary>All parts of a bound, each from <paramref name="number"/>, with limits that rule about half of the rows out.</summary>
    private sealed class Operands : IDisposable
    {
        public Operands(int rows, int data, Func<Random, float>? number = null, Func<Random, float>? limit = null)
        {
            var random = new Random(rows + data);
            number ??= random => random.NextSingle() - (random.Next(3) == 0 ? 1f : 0f);
            limit ??= random => 2 * random.NextSingle() - 0.5f;
            (Before, Upper, Support, Bound) = (new(rows, data), new(rows, data), new(rows, data), new(rows, data));
            for (int row = 0; row < rows; row++)
            {
                (Bound.Growth[row], Bound.Norms[row], Bound.Errors[row], Bound.Limits[row]) =
                    (number(random), number(random), number(random), limit(random));
                for (int datum = 0; datum < data; datum++)
                    (Before[row, datum], Support[row, datum]) = (number(random), number(random));
            }
            for (int datum = 0; datum < data; datum++)
                (Bound.On[datum], Bound.Off[datum], Bound.Sizes[datum]) = (number(random), number(random), number(random));
        }

        /// <summary>Upper bounds before they are raised.</summary>
        public PanelMatrix Before { get; }

        /// <summary>Raised by counting; <see cref="Restore"/> takes that back.</summary>
        public PanelMatrix Upper { get; }
        public PanelMatrix Support { get; }
        public RowBound Bound { get; }

        public void Restore() => Upper.CopyFrom(Before);

        /// <summary>The bound in float64, and what its rounding is relative to.</summary>
        public (double Value, double Size) Reach(int row, int datum)
        {
            double support = Support[row, datum], growth = Bound.Growth[row], on = Bound.On[datum];
            double off = (double)Bound.Norms[row] * Bound.Off[datum], error = (double)Bound.Errors[row] * Bound.Sizes[datum];
            return (Before[row, datum] + (support + growth) * on + off + error,
                Math.Abs(Before[row, datum]) + (Math.Abs(support) + Math.Abs(growth)) * Math.Abs(on) + Math.Abs(off) + Math.Abs(error));
        }

        public void Dispose()
        {
            Before.Dispose();
            Upper.Dispose();
            Support.Dispose();
            Bound.Dispose();
        }
    }
}
