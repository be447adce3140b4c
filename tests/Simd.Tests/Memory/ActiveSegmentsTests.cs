using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Memory;

[TestFixture]
public sealed class ActiveSegmentsTests
{
    [Test]
    public void A_walk_meets_every_segment_once_in_its_order([Values(0, 1, 5)] int count, [Values(1, 512, 1300)] int width)
    {
        using ActiveBatch batch = Make(count, width);
        (int, int)[] pairs = [.. Enumerable.Range(0, batch.Blocks).SelectMany(block => Enumerable.Range(0, count).Select(i => (block, i)))];
        Assert.That(Walk(batch.Segments()), Is.EqualTo(pairs));
        Assert.That(Walk(batch.SegmentsOf(0, count)), Is.EqualTo(pairs.OrderBy(pair => pair.Item2).ToArray()));
    }

    [Test]
    public void A_walk_over_some_data_leaves_out_the_others()
    {
        using ActiveBatch batch = Make(5, 1300);
        Assert.That(Walk(batch.SegmentsOf(3)), Is.EqualTo(new[] { (0, 3), (1, 3), (2, 3) }));
        Assert.That(Walk(batch.SegmentsOf(1, 3)).Select(pair => pair.Datum), Is.EqualTo(new[] { 1, 1, 1, 2, 2, 2 }));
        Assert.That(Walk(batch.SegmentsOf(2, 2)), Is.Empty);
    }

    [Test]
    public void A_segment_has_the_entries_of_its_datum_and_block()
    {
        const int count = 4, width = 1300;
        float[] rows = Samples.Sparse(new Random(7), count, width, 0.3), found = new float[count * width];
        using ActiveBatch batch = Make(count, width);
        using var negated = new NativeBuffer<float>(batch.Entries);
        foreach (ActiveSegment segment in batch.Segments())
            for (int i = 0; i < segment.Length; i++)
            {
                segment.In(negated)[i] = -segment.Values[i];
                found[segment.Datum * width + segment.FirstNeuron + segment.Offsets[i]] = segment.Values[i];
            }
        Numbers.SameBits(found, rows, "entries");
        foreach ((int datum, int id, long place) in Samples.Entries(batch))
            Assert.That(negated[place], Is.EqualTo(-rows[datum * width + id]));
    }

    private static ActiveBatch Make(int count, int width)
    {
        var batch = new ActiveBatch();
        batch.FillNonZero(Samples.Sparse(new Random(7), count, width, 0.3), count, width);
        return batch;
    }

    private static (int Block, int Datum)[] Walk(ActiveSegments segments)
    {
        var met = new List<(int, int)>();
        foreach (ActiveSegment segment in segments)
            met.Add((segment.Block, segment.Datum));
        return [.. met];
    }
}
