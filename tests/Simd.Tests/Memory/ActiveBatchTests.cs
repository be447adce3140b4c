using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Memory;

[TestFixture]
public sealed class ActiveBatchTests
{
    [Test]
    public void Rows_come_back_as_they_went_in([Values] bool dense, [Values(1, 3, 130)] int count, [Values(1, 511, 512, 513, 1300)] int width)
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
        Assert.That(() => batch.FillNonZero(new float[5], 2, 3), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
