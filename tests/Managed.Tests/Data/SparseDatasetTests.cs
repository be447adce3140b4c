using NUnit.Framework;
using Subquad.Data;
using Subquad.Support;

namespace Subquad.Managed.Tests.Data;

[TestFixture]
internal sealed class SparseDatasetTests
{
    [Test]
    public void Compressed_rows_become_data_sets_in_any_order_of_their_entries()
    {
        int[] starts = [0, 3, 3, 5], indices = [4, 0, 2, 1, 3];
        float[] values = [1, 2, 0, -0f, 5];
        Dataset data = Dataset.FromSparse(starts, indices, values, 5, new[] { 0, 1, 1 }, ["no", "yes"]);
        InputRows rows = data.Examples.Inputs;
        Assert.That((data.Count, data.InputWidth, data.Task, data.NetworkWidth), Is.EqualTo((3, 5, TaskKind.Classification, 6)));
        Assert.That(data.ClassNames, Is.EqualTo(new[] { "no", "yes" }));
        Assert.That(rows.IsSparse);
        Assert.That(rows.Values, Is.EqualTo(new float[] { 2, 1, 5 }), "zeros are left out");
        Assert.That((rows.ColumnsOf(0).ToArray(), rows.ColumnsOf(2).ToArray()), Is.EqualTo((new[] { 0, 4 }, new[] { 3 })));
        Assert.That(rows.ColumnsOf(1).IsEmpty);
        Assert.That((indices[0], values[0]), Is.EqualTo((4, 1f)), "what was given is copied");
        Dataset numbers = Dataset.FromSparse(starts, indices, values, 5, new float[] { 1, 2, 3, 4, 5, 6 }, 2);
        Assert.That((numbers.Task, numbers.OutputCount), Is.EqualTo((TaskKind.Regression, 2)));
        Assert.That(Dataset.FromSparse(starts, indices, values, 5).Task, Is.EqualTo(TaskKind.None));
        Assert.That(data.WithoutTransforms().NetworkWidth, Is.EqualTo(5));
    }

    [Test]
    public void They_are_those_of_the_text()
    {
        using var folder = new TemporaryFolder();
        Dataset text = Dataset.ReadLibsvm(folder.Write("t", "0 1:2 5:1\n1\n0 4:5\n1 2:3\n"), 5);
        Dataset given = Dataset.FromSparse([0, 2, 2, 3, 4], [0, 4, 3, 1], [2, 1, 5, 3], 5, new[] { 0, 1, 0, 1 });
        Numbers.SameBits(given.Examples.Inputs.Values, text.Examples.Inputs.Values, "values");
        using Network first = Network.Create(new() { Hidden = [30], Densities = [0.3] }, text, 1);
        using Network second = Network.Create(new() { Hidden = [30], Densities = [0.3] }, given, 1);
        float[] expected = new float[8], found = new float[8];
        first.PredictAll(text, expected, threads: 1);
        second.PredictAll(given, found, threads: 1);
        Numbers.SameBits(found, expected, "predictions");
    }

    [TestCase(new[] { 0, 2 }, new[] { 0, 0 }, 3, "row 0 (from 0): expected each index once, found 0 twice")]
    [TestCase(new[] { 0, 1, 3 }, new[] { 0, 2, 2 }, 3, "row 1 (from 0): expected each index once, found 2 twice")]
    [TestCase(new[] { 0, 1, 2 }, new[] { 0, 3 }, 3, "row 1 (from 0): expected indices from 0 to 2, found 3")]
    [TestCase(new[] { 0, 1, 2 }, new[] { -1, 0 }, 3, "row 0 (from 0): expected indices from 0 to 2, found -1")]
    public void Entries_that_cannot_be_are_refused_by_their_row(int[] starts, int[] indices, int width, string says) => Assert.That(
        () => Dataset.FromSparse(starts, indices, Ones(indices.Length), width),
        Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(says));

    [TestCase(new[] { 0 }, 0, 0, 3, "expected the start of at least one row and its end, found 1 numbers")]
    [TestCase(new int[0], 0, 0, 3, "expected the start of at least one row and its end, found 0 numbers")]
    [TestCase(new[] { 0, 2 }, 2, 1, 3, "expected a value for each of 2 indices, found 1")]
    [TestCase(new[] { 1, 2 }, 2, 2, 3, "expected starts from 0 to 2, the number of indices, found 1 to 2")]
    [TestCase(new[] { 0, 1 }, 2, 2, 3, "expected starts from 0 to 2, the number of indices, found 0 to 1")]
    [TestCase(new[] { 0, 2, 1, 2 }, 2, 2, 3, "row 1 (from 0): expected its end from 2 to 2, found 1")]
    [TestCase(new[] { 0, 3, 2 }, 2, 2, 3, "row 0 (from 0): expected its end from 0 to 2, found 3")]
    [TestCase(new[] { 0, int.MinValue, 2 }, 2, 2, 3, "row 0 (from 0): expected its end from 0 to 2, found -2147483648")]
    [TestCase(new[] { 0, 2 }, 2, 2, 0, "expected a width from 1 to 16777216, found 0")]
    [TestCase(new[] { 0, 2 }, 2, 2, int.MaxValue, "expected a width from 1 to 16777216, found 2147483647")]
    public void Lengths_that_do_not_fit_are_refused(int[] starts, int indices, int values, int width, string says) => Assert.That(
        () => Dataset.FromSparse(starts, [.. Enumerable.Range(0, indices)], Ones(values), width),
        Throws.ArgumentException.With.Message.StartsWith(says));

    [Test]
    public void Values_targets_and_labels_are_checked()
    {
        Assert.That(() => Dataset.FromSparse([0, 1, 2], [0, 1], [1, float.NaN], 3),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("row 1 (from 0), column 1: expected a finite number, found NaN"));
        Assert.That(() => Dataset.FromSparse([0, 1], [0], [1], 3, new[] { 0, 1 }), Throws.ArgumentException);
        Assert.That(() => Dataset.FromSparse([0, 1], [0], [1], 3, new[] { 2 }, ["a", "b"]), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => Dataset.FromSparse([0, 1], [0], [1], 3, new[] { float.NaN }), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => Dataset.FromSparse([0, 1], [0], [1], 3, new float[2]), Throws.ArgumentException);
    }

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];
}
