using CsCheck;
using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Memory;

[TestFixture]
public sealed class TransposedBatchTests
{
    [Test]
    public void Lists_are_the_rows_turned_round(
        [Values(1, 3, 511, 513, 1030)] int count, [Values(1, 64, 513)] int width, [Values(0.0, 0.1, 1.0)] double density)
    {
        float[] rows = Samples.Sparse(new Random(count), count, width, density), transposedRows = new float[rows.Length];
        for (int datum = 0; datum < count; datum++)
            for (int id = 0; id < width; id++)
                transposedRows[id * count + datum] = rows[datum * width + id];
        using var source = new ActiveBatch();
        using var expected = new ActiveBatch();
        using var transposed = new TransposedBatch();
        source.FillNonZero(rows, count, width);
        expected.FillNonZero(transposedRows, width, count);
        transposed.Build(source);
        Assert.That(transposed.Lists.SameEntries(expected));
        Numbers.SameBits(Values(transposed.Lists), Values(expected), "transposed values");
    }

    [Test]
    public void Twice_turned_is_the_batch_again_also_in_used_memory()
    {
        using var source = new ActiveBatch();
        using var once = new TransposedBatch();
        using var twice = new TransposedBatch();
        Gen.Select(Gen.Int[1, 600], Gen.Int[1, 600], Gen.Double[0, 1]).Sample(
            (count, width, density) =>
            {
                source.FillNonZero(Samples.Sparse(new Random(count * width), count, width, density * density), count, width);
                once.Build(source);
                twice.Build(once.Lists);
                return twice.Lists.SameEntries(source) && Values(twice.Lists).SequenceEqual(Values(source));
            }, iter: 20, threads: 1, seed: "0N0XIzNsQ0O2");
    }

    [Test]
    public void Other_values_are_taken_to_the_same_places()
    {
        using var source = new ActiveBatch();
        using var transposed = new TransposedBatch();
        source.FillNonZero(Samples.Sparse(new Random(2), 90, 700, 0.2), 90, 700);
        transposed.Build(source);
        using var negated = new NativeBuffer<float>(source.Entries);
        using var gathered = new NativeBuffer<float>(source.Entries);
        for (long entry = 0; entry < source.Entries; entry++)
            negated[entry] = -source.Values[entry];
        transposed.Gather(negated, gathered);
        Numbers.SameBits(gathered.Span, [.. Values(transposed.Lists).ToArray().Select(value => -value)], "gathered");
        using var few = new NativeBuffer<float>(source.Entries - 1);
        Assert.That(() => transposed.Gather(few, gathered), Throws.ArgumentException);
        Assert.That(() => transposed.Gather(negated, few), Throws.ArgumentException);
    }

    private static ReadOnlySpan<float> Values(ActiveBatch batch) => batch.Values.Slice(0, (int)batch.Entries);
}
