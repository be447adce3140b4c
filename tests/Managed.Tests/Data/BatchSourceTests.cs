using NUnit.Framework;
using Subquad.Data;

namespace Subquad.Managed.Tests.Data;

[TestFixture]
internal sealed class BatchSourceTests
{
    private const int Count = 103;

    [Test]
    public void Rows_in_memory_come_in_the_batches_of_the_split([Values(1, 7, 100)] int batch, [Values] bool classes)
    {
        RowBatch all = Rows(classes);
        var source = new InMemorySource(all, batch, seed: 3);
        Assert.That(source.Whole, Is.Null);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            EpochBatch[] found = [.. source.Epoch(epoch)];
            int[][] expected = Split.Batches(all.Labels, Count, batch, 3, epoch);
            Assert.That(found.Select(part => part.Rows.Targets), Is.EqualTo(expected.Select(rows => all.Take(rows).Targets)));
            Assert.That(found.Select(part => part.Rows.Labels), Is.EqualTo(expected.Select(rows => all.Take(rows).Labels)));
            Assert.That(found.Select(part => part.Rows.Inputs.Values), Is.EqualTo(expected.Select(rows => all.Take(rows).Inputs.Values)));
            Assert.That(found.Select(part => part.IsLast), Is.EqualTo(found.Select((_, i) => i == found.Length - 1)));
        }
    }

    [Test]
    public void All_rows_at_once_are_one_batch_that_never_changes([Values(0, Count, 1000)] int batch)
    {
        RowBatch all = Rows(classes: true);
        Assert.That(new InMemorySource(all, batch, seed: 3).Whole, Is.SameAs(all));
    }

    [Test]
    public void A_shuffle_buffer_passes_every_item_once_and_holds_few([Values(1, 10, 500, 1000)] int capacity)
    {
        int taken = 0, passed = 0, most = 0;
        var order = new List<int>();
        foreach (int item in ShuffleBuffer.Shuffle(Counted(), capacity, new SplitMix64(4)))
        {
            most = Math.Max(most, taken - passed++);
            order.Add(item);
        }
        Assert.That(order.Order(), Is.EqualTo(Enumerable.Range(0, 500)));
        Assert.That(most, Is.EqualTo(Math.Min(capacity, 500)));
        Assert.That(order.Select((item, place) => item - place), Is.All.LessThan(capacity));
        Assert.That(Shuffled(seed: 4), Is.EqualTo(order), "the same seed");
        if (capacity == 1)
            Assert.That(order, Is.Ordered);
        else
            Assert.That(Shuffled(seed: 5), Is.Not.EqualTo(order), "another seed");

        int[] Shuffled(ulong seed) => [.. ShuffleBuffer.Shuffle(Enumerable.Range(0, 500), capacity, new SplitMix64(seed))];

        IEnumerable<int> Counted()
        {
            for (int i = 0; i < 500; i++)
            {
                taken++;
                yield return i;
            }
        }
    }

    [Test]
    public void A_buffer_for_all_items_shuffles_evenly()
    {
        // Every item is first about as often as any other.
        var first = new int[8];
        for (ulong seed = 0; seed < 8000; seed++)
            first[ShuffleBuffer.Shuffle(Enumerable.Range(0, 8), 8, new SplitMix64(seed)).First()]++;
        Assert.That(first, Is.All.EqualTo(1000).Within(150));
    }

    private static RowBatch Rows(bool classes)
    {
        InputRows inputs = InputRows.Dense([.. Enumerable.Range(0, 2 * Count).Select(i => (float)i)], 2);
        int[] labels = [.. Enumerable.Range(0, Count).Select(i => i * i % 5)];
        Examples examples = classes
            ? Examples.OfClasses(inputs, labels, ["a", "b", "c", "d", "e"])
            : Examples.OfValues(inputs, [.. Enumerable.Range(0, Count).Select(i => (float)i)], 1);
        return RowBatch.From(examples, InputTransform.Identity(2), TargetTransform.Learn(examples), needsTargets: true);
    }
}
