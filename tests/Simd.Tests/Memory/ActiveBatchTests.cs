using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Memory;

[TestFixture]
public sealed class ActiveBatchTests
{
    [Test]
    public void Rows_come_back_as_they_went_in(
        [Values] bool dense, [Values(1, 3, 130)] int count, [Values(1, 511, 512, 513, 1300)] int width)
    {
        float[] rows = Samples.Sparse(new Random(width), count, width, 0.3);
        using var batch = new ActiveBatch();
        if (dense)
            batch.FillDense(rows, count, width);
        else
            batch.FillNonZero(rows, count, width);

        var ids = new int[width];
        var values = new float[width];
        long entries = 0;
        for (int datum = 0; datum < count; datum++)
        {
            int[] expected = [.. Enumerable.Range(0, width).Where(id => dense || rows[datum * width + id] != 0f)];
            int copied = batch.CopyDatum(datum, ids, values);
            Assert.That(copied, Is.EqualTo(batch.CountOf(datum)));
            Assert.That(ids.AsSpan(0, copied).SequenceEqual(expected), $"ids of datum {datum}");
            Numbers.SameBits(values.AsSpan(0, copied), [.. expected.Select(id => rows[datum * width + id])], $"datum {datum}");
            entries += copied;
        }
        Assert.That(batch.Entries, Is.EqualTo(entries));
        Assert.That(batch.Density, Is.EqualTo((double)entries / ((double)count * width)));
        Assert.That(batch.Blocks, Is.EqualTo((width + 511) / 512));
    }

    [Test]
    public void Not_a_number_is_kept_and_negative_zero_is_not()
    {
        using var batch = new ActiveBatch();
        batch.FillNonZero([float.NaN, -0f, 0f, float.Epsilon], 1, 4);
        Assert.That(Samples.Entries(batch).Select(entry => entry.Id), Is.EqualTo(new[] { 0, 3 }));
    }

    [Test]
    public void Same_entries_looks_at_places_not_at_values()
    {
        using var first = new ActiveBatch();
        using var second = new ActiveBatch();
        first.FillNonZero([1, 0, 2, 0, 3, 0], 2, 3);
        second.FillNonZero([4, 0, 5, 0, 6, 0], 2, 3);
        Assert.That(first.SameEntries(second));
        second.FillNonZero([4, 0, 5, 6, 0, 0], 2, 3);
        Assert.That(first.SameEntries(second), Is.False);
        second.FillNonZero([1, 0, 2, 0, 3, 0], 3, 2);
        Assert.That(first.SameEntries(second), Is.False, "another shape");
        second.FillNonZero([4, 5, 0, 0, 6, 0], 2, 3);
        Assert.That(first.SameEntries(second), Is.False, "as many per datum, elsewhere");
    }

    [Test]
    public void A_warm_batch_takes_no_more_memory_and_forgets_its_old_entries()
    {
        using var batch = new ActiveBatch();
        batch.FillDense(Samples.Dense(new Random(1), 10 * 600), 10, 600);
        long live = NativeBytes.Live;
        batch.FillNonZero([0, 5, 0, 0], 2, 2);
        batch.FillDense(Samples.Dense(new Random(1), 10 * 600), 10, 600);
        Assert.That(NativeBytes.Live, Is.EqualTo(live));
        batch.FillNonZero([0, 5, 0, 0], 2, 2);
        Assert.That(Samples.Entries(batch), Is.EqualTo(new[] { (0, 1, 0L) }));
        Assert.That(batch.CountOf(1), Is.Zero);
    }

    [Test]
    public void Given_lists_come_back_as_they_went_in([Values(1, 3, 130)] int count, [Values(1, 511, 512, 513, 1300)] int width)
    {
        float[] rows = Samples.Sparse(new Random(width), count, width, 0.3);
        Array.Clear(rows, 0, width);
        int[][] ids = [.. Enumerable.Range(0, count)
            .Select(row => Enumerable.Range(0, width).Where(id => rows[row * width + id] != 0f).Append(width).ToArray())];
        int[] counts = [.. ids.Select(row => row.Length - 1)];
        float[][] values = [.. ids.Select((row, datum) => row.Select(id => id < width ? rows[datum * width + id] : float.NaN).ToArray())];
        using var batch = new ActiveBatch();
        using var expected = new ActiveBatch();
        batch.FillDense(Samples.Dense(new Random(1), 2 * 600), 2, 600);
        batch.FillLists(width, counts, ids, values);
        expected.FillNonZero(rows, count, width);
        Assert.That(batch.SameEntries(expected));
        Numbers.SameBits(Values(batch), Values(expected), "values");
    }

    [Test]
    public void Compressed_rows_give_the_lists_of_their_dense_form(
        [Values(1, 3, 130)] int count, [Values(1, 511, 512, 513, 1300)] int width)
    {
        var random = new Random(width);
        float[] rows = Samples.Sparse(random, count, width, 0.3);
        Array.Clear(rows, 0, width);
        var starts = new List<int> { 0 };
        var columns = new List<int>();
        var values = new List<float>();
        for (int row = 0; row < count; row++)
        {
            // Some zeros are stored: both forms leave them out.
            int[] stored = [.. Enumerable.Range(0, width).Where(column => rows[row * width + column] != 0f || random.Next(20) == 0)];
            columns.AddRange(stored);
            values.AddRange(stored.Select(column => rows[row * width + column]));
            starts.Add(columns.Count);
        }
        using var batch = new ActiveBatch();
        using var expected = new ActiveBatch();
        batch.FillDense(Samples.Dense(new Random(1), 2 * 600), 2, 600);
        batch.FillCsr(width, starts.ToArray(), columns.ToArray(), values.ToArray());
        expected.FillNonZero(rows, count, width);
        Assert.That(batch.SameEntries(expected));
        Numbers.SameBits(Values(batch), Values(expected), "values");
    }

    [Test]
    public void Compressed_rows_keep_not_a_number_and_leave_out_zeros()
    {
        using var batch = new ActiveBatch();
        batch.FillCsr(600, [0, 4, 4], [0, 5, 511, 599], [float.NaN, -0f, 0f, float.Epsilon]);
        Assert.That(Samples.Entries(batch), Is.EqualTo(new[] { (0, 0, 0L), (0, 599, 1L) }));
        batch.FillCsr(600, [0], [], []);
        Assert.That((batch.Count, batch.Width, batch.Entries), Is.EqualTo((0, 600, 0L)));
    }

    [Test]
    public void A_refusal_names_the_row_and_leaves_the_batch()
    {
        using var batch = new ActiveBatch();
        batch.FillCsr(5, [0, 1, 2], [3, 4], [1f, 2f]);
        Assert.That(
            () => batch.FillCsr(5, [0, 1, 2], [3, 5], [1f, 2f]),
            Throws.ArgumentException.With.Message.StartsWith("row 1: expected ascending columns from 0 to 4, found 5"));
        Assert.That(batch.Entries, Is.EqualTo(2));
    }

    [Test]
    public void A_fresh_batch_takes_the_bytes_that_were_said([Values(1, 130)] int count, [Values(5, 1300)] int width)
    {
        float[] rows = Samples.Sparse(new Random(4), count, width, 0.3);
        long before = NativeBytes.Live;
        using var batch = new ActiveBatch();
        using var transposed = new TransposedBatch();
        long empty = NativeBytes.Live - before;
        batch.FillNonZero(rows, count, width);
        long entries = batch.Entries, said = (long)ActiveBatch.BytesOf(count, width, entries);
        Assert.That(NativeBytes.Live - before, Is.InRange(said, said + empty));
        transposed.Build(batch);
        said += (long)TransposedBatch.BytesOf(count, width, entries);
        Assert.That(NativeBytes.Live - before, Is.InRange(said - empty, said + empty));
    }

    [Test]
    public void Given_zeros_are_kept()
    {
        using var batch = new ActiveBatch();
        batch.FillLists(600, [2, 0], [[5, 599], []], [[0f, -0f], []]);
        Assert.That(Samples.Entries(batch), Is.EqualTo(new[] { (0, 5, 0L), (0, 599, 1L) }));
        Numbers.SameBits(Values(batch), [0f, -0f], "values");
    }

    [Test]
    public void A_copy_is_equal_and_stays_when_its_source_changes()
    {
        using var source = new ActiveBatch();
        using var copy = new ActiveBatch();
        foreach ((int count, int width) in new[] { (3, 700), (130, 513), (2, 5) })
        {
            float[] rows = Samples.Sparse(new Random(count), count, width, 0.3);
            source.FillNonZero(rows, count, width);
            copy.CopyFrom(source);
            Assert.That(copy.SameEntries(source));
            float[] values = Values(source).ToArray();
            Numbers.SameBits(Values(copy), values, "values");
            source.FillDense(rows, count, width);
            Assert.That(copy.SameEntries(source), Is.False, "it shares memory with its source");
            Numbers.SameBits(Values(copy), values, "values after the source changed");
        }
        long live = NativeBytes.Live;
        copy.CopyFrom(source);
        Assert.That(NativeBytes.Live, Is.EqualTo(live), "a warm copy takes no memory");
    }

    [Test]
    public void A_copy_of_nothing_has_no_entries()
    {
        using var source = new ActiveBatch();
        using var copy = new ActiveBatch();
        copy.FillDense([1f, 2f], 1, 2);
        copy.CopyFrom(source);
        Assert.That((copy.Count, copy.Width, copy.Entries, copy.Longest()), Is.EqualTo((0, 0, 0L, 0)));
    }

    [Test]
    public void The_longest_list_is_counted_over_all_blocks()
    {
        float[] rows = Samples.Sparse(new Random(6), 5, 1300, 0.2);
        Array.Clear(rows, 1300, 1300);
        using var batch = new ActiveBatch();
        batch.FillNonZero(rows, 5, 1300);
        Assert.That(batch.Longest(),
            Is.EqualTo(Enumerable.Range(0, 5).Max(datum => rows.AsSpan(datum * 1300, 1300).ToArray().Count(value => value != 0f))));
        batch.FillNonZero(new float[4], 2, 2);
        Assert.That(batch.Longest(), Is.Zero);
    }

    [Test]
    public void An_empty_batch_has_no_entries()
    {
        using var batch = new ActiveBatch();
        batch.FillNonZero([], 0, 100);
        Assert.That((batch.Entries, batch.Density), Is.EqualTo((0L, 0.0)));
    }

    [Test]
    public void Rows_of_another_size_are_refused()
    {
        using var batch = new ActiveBatch();
        Assert.That(() => batch.FillNonZero(new float[5], 2, 3), Throws.ArgumentException);
    }

    private static ReadOnlySpan<float> Values(ActiveBatch batch) => batch.Values.Slice(0, (int)batch.Entries);
}
