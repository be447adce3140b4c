using NUnit.Framework;
using Subquad.Data;

namespace Subquad.Managed.Tests.Data;

[TestFixture]
internal sealed class SplitTests
{
    [Test]
    public void A_hold_out_keeps_every_row_once_and_the_classes_in_proportion([Values(0.1, 0.25, 0.5, 0.9)] double fraction)
    {
        int[] sizes = [500, 300, 40, 7];
        Examples all = Classes(sizes);
        (Examples training, Examples heldOut) = Split.Holdout(all, fraction, 5);
        Assert.That(heldOut.Count, Is.EqualTo((int)Math.Round(fraction * all.Count)));
        Assert.That(training.Inputs.Values.Concat(heldOut.Inputs.Values).Order(), Is.EqualTo(all.Inputs.Values));
        Assert.That(training.Inputs.Values, Is.Ordered, "each side keeps the original order");
        Assert.That(heldOut.Inputs.Values, Is.Ordered);
        for (int c = 0; c < sizes.Length; c++)
            Assert.That(heldOut.Labels.Count(label => label == c), Is.EqualTo(fraction * sizes[c]).Within(1.5));
    }

    [Test]
    public void A_hold_out_depends_on_the_seed_only()
    {
        Examples all = Classes([50, 50]);
        float[] first = Split.Holdout(all, 0.2, 1).HeldOut.Inputs.Values;
        Assert.That(Split.Holdout(all, 0.2, 1).HeldOut.Inputs.Values, Is.EqualTo(first));
        Assert.That(Split.Holdout(all, 0.2, 2).HeldOut.Inputs.Values, Is.Not.EqualTo(first));
    }

    [TestCase(0.0001, 1)]
    [TestCase(0.9999, 4)]
    public void Each_side_holds_at_least_one_row(double fraction, int expected)
    {
        Assert.That(Split.Holdout(Values(5), fraction, 1).HeldOut.Count, Is.EqualTo(expected));
        Assert.That(Split.Holdout(Classes([3, 2]), fraction, 1).HeldOut.Count, Is.EqualTo(expected));
    }

    [Test]
    public void What_cannot_be_split_is_refused()
    {
        foreach (double fraction in new[] { 0, 1, -0.5, double.NaN })
            Assert.That(() => Split.Holdout(Values(5), fraction, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Split.Holdout(Values(1), 0.5, 1), Throws.ArgumentException);
        Assert.That(() => Split.Batches([], 5, 0, 1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Split.Batches([], 5, 1, 1, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void An_epoch_visits_every_row_once([Values(1, 7, 100, 1000)] int batch, [Values] bool classes)
    {
        Examples all = classes ? Classes([60, 30, 13]) : Values(103);
        int[][] batches = Split.Batches(all.Labels, all.Count, batch, 3, 0);
        Assert.That(batches, Has.Length.EqualTo((103 + batch - 1) / batch));
        Assert.That(batches.SkipLast(1), Is.All.Length.EqualTo(batch));
        Assert.That(batches.SelectMany(rows => rows).Order(), Is.EqualTo(Enumerable.Range(0, 103)));
        Assert.That(Split.Batches(all.Labels, all.Count, batch, 3, 0), Is.EqualTo(batches));
        int[][] next = Split.Batches(all.Labels, all.Count, batch, 3, 1);
        Assert.That(next.SelectMany(rows => rows), Is.Not.EqualTo(batches.SelectMany(rows => rows)));
    }

    [Test]
    public void Every_batch_holds_the_classes_in_proportion()
    {
        int[] sizes = [1000, 500, 300, 200];
        Examples all = Classes(sizes);
        for (int epoch = 0; epoch < 5; epoch++)
        {
            foreach (int[] rows in Split.Batches(all.Labels, all.Count, 100, 9, epoch))
            {
                for (int c = 0; c < sizes.Length; c++)
                    Assert.That(rows.Count(row => all.Labels[row] == c), Is.EqualTo(sizes[c] / 20.0).Within(3));
            }
        }
    }

    [Test]
    public void The_generator_is_the_same_for_ever_and_uniform()
    {
        var random = new SplitMix64(42);
        Assert.That(new[] { random.Next(), random.Next() }, Is.EqualTo(new[] { 11338124010319451123UL, 8303042382312347024UL }));
        Assert.That(new SplitMix64(1).Permutation(10), Is.EqualTo(new[] { 8, 6, 9, 7, 1, 4, 0, 5, 2, 3 }));

        var counts = new int[7];
        for (int i = 0; i < 70_000; i++)
            counts[random.Below(7)]++;
        Assert.That(counts, Is.All.EqualTo(10_000).Within(500));
        Assert.That(Enumerable.Range(0, 1000).Select(_ => random.NextUnit()), Is.All.InRange(0, 1));
        Assert.That(() => random.Below(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    /// <summary>Rows whose only input is their number, classes one after another.</summary>
    private static Examples Classes(int[] sizes)
    {
        int[] labels = sizes.SelectMany((size, c) => Enumerable.Repeat(c, size)).ToArray();
        return Examples.OfClasses(InputRows.Dense(Numbers(labels.Length), 1), labels, Examples.NumberedClasses(labels));
    }

    private static Examples Values(int count) => Examples.OfValues(InputRows.Dense(Numbers(count), 1), Numbers(count), 1);

    private static float[] Numbers(int count) => Enumerable.Range(0, count).Select(i => (float)i).ToArray();
}
