using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Memory;

/// <summary>Two batches as one: the rows of the first, then those of the second.</summary>
[TestFixture]
public sealed class ActiveBatchJoinTests
{
    [Test]
    public void Joined_batches_are_the_batch_of_all_rows(
        [Values(0, 1, 5, 600)] int first, [Values(0, 1, 7, 513)] int second, [Values(1, 512, 1_100)] int width)
    {
        var random = new Random(1);
        float[] upper = Samples.Sparse(random, first, width, 0.05), lower = Samples.Sparse(random, second, width, 0.05);
        using ActiveBatch one = new(), two = new(), joined = new(), expected = new();
        one.FillNonZero(upper, first, width);
        two.FillNonZero(lower, second, width);
        // What it held before must not show.
        joined.FillDense(Samples.Dense(random, 3 * width), 3, width);
        joined.Join(one, two, two.Values);
        expected.FillNonZero([.. upper, .. lower], first + second, width);
        Assert.That(joined.SameEntries(expected));
        int entries = (int)expected.Entries;
        Numbers.SameBits(joined.Values.Slice(0, entries), expected.Values.Slice(0, entries), "values");
    }

    [Test]
    public void Other_values_and_other_widths()
    {
        using ActiveBatch one = new(), two = new(), joined = new();
        one.FillNonZero([1f, 0f, 2f], 1, 3);
        two.FillNonZero([0f, 3f, 4f], 1, 3);
        using var values = new NativeBuffer<float>(2);
        values[0] = 7;
        values[1] = 8;
        joined.Join(one, two, values);
        Assert.That(joined.Values.Slice(0, 4).ToArray(), Is.EqualTo(new[] { 1f, 2f, 7f, 8f }));
        two.FillNonZero([1f, 2f], 1, 2);
        Assert.That(() => joined.Join(one, two, two.Values), Throws.ArgumentException);
    }
}
