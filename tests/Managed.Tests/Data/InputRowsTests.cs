using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests.Data;

/// <summary>Sparse rows are the dense rows with their zeros left out: every step on the way to the engine gives the same numbers.</summary>
[TestFixture]
internal sealed class InputRowsTests
{
    private const int Count = 40;

    [Test]
    public void Sparse_rows_are_taken_as_dense_ones([Values(3, 700)] int width)
    {
        float[] numbers = Numbers(width);
        InputRows sparse = Compress(numbers, width), dense = InputRows.Dense(numbers, width);
        Assert.That((sparse.Count, sparse.Width, sparse.IsSparse), Is.EqualTo((Count, width, true)));
        Assert.That(sparse.Entries, Is.EqualTo(numbers.Count(value => value != 0)));
        Assert.That(sparse.ToDense(), Is.EqualTo(numbers));
        int[] rows = [7, 0, 7, Count - 1];
        InputRows taken = sparse.Take(rows);
        Assert.That(taken.IsSparse);
        Assert.That(taken.ToDense(), Is.EqualTo(dense.Take(rows).Values));
        Assert.That(() => sparse.Take([Count]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => sparse.Take([-1]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_number_that_is_not_finite_is_named_by_its_row_and_column()
    {
        InputRows rows = InputRows.Sparse([0, 1, 3], [4, 0, 600], [1, 2, float.NaN], 700);
        Assert.That(
            () => Examples.WithoutTargets(rows),
            Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("row 1 (from 0), column 600:"));
    }

    [Test]
    public void The_transform_gives_the_same_lists_of_sparse_and_of_dense_rows([Values] bool constant, [Values(3, 700)] int width)
    {
        float[] numbers = Numbers(width);
        // Beside this one a small number becomes zero, and is left out.
        numbers[0] = 1e30f;
        numbers[1] = 1e-20f;
        Examples dense = Examples.WithoutTargets(InputRows.Dense(numbers, width));
        Examples sparse = Examples.WithoutTargets(Compress(numbers, width));
        InputTransform transform = InputTransform.Learn(sparse, standardise: false, constant);
        using ActiveBatch expected = ListsOf(dense, transform), found = ListsOf(sparse, transform);
        Assert.That(transform.Apply(sparse.Inputs).IsSparse);
        Assert.That(transform.EntriesOf(sparse.Inputs), Is.EqualTo(sparse.Inputs.Entries + (constant ? Count : 0)));
        Assert.That(found.SameEntries(expected));
        SameValues(found, expected);
    }

    [Test]
    public void Standardised_rows_are_dense()
    {
        const int Width = 9;
        float[] numbers = Numbers(Width);
        Examples dense = Examples.WithoutTargets(InputRows.Dense(numbers, Width));
        Examples sparse = Examples.WithoutTargets(Compress(numbers, Width));
        InputTransform transform = InputTransform.Learn(dense, standardise: true, constant: true);
        InputRows found = transform.Apply(sparse.Inputs);
        Assert.That(found.IsSparse, Is.False);
        Subquad.Support.Numbers.SameBits(found.Values, transform.Apply(dense.Inputs).Values, "inputs");
        Assert.That(() => InputTransform.Learn(sparse, standardise: true, constant: true), Throws.ArgumentException);
        Assert.That(() => transform.Apply(InputRows.Dense([1, 2], 2)), Throws.ArgumentException);
    }

    [Test]
    public void A_network_predicts_and_scores_sparse_rows_as_dense_ones([Values(1, 600)] int width)
    {
        float[] numbers = Numbers(width);
        int[] labels = [.. Enumerable.Range(0, Count).Select(i => i % 3)];
        string[] names = ["a", "b", "c"];
        Dataset sparse = new(Examples.OfClasses(Compress(numbers, width), labels, names));
        Dataset dense = Dataset.From(numbers, width, labels, names);
        using Network network = Network.Create(new() { Hidden = [50, 40], Densities = [0.3] }, sparse, seed: 2);
        float[] expected = new float[Count * 3], found = new float[Count * 3];
        network.PredictAll(dense, expected);
        network.PredictAll(sparse, found);
        Subquad.Support.Numbers.SameBits(found, expected, "predictions");
        Assert.That(network.Evaluate(sparse), Is.EqualTo(network.Evaluate(dense)));
    }

    private static ActiveBatch ListsOf(Examples examples, InputTransform transform)
    {
        var lists = new ActiveBatch();
        transform.Apply(examples.Inputs).CopyTo(lists);
        return lists;
    }

    private static void SameValues(ActiveBatch found, ActiveBatch expected) => Subquad.Support.Numbers.SameBits(
        found.Values.Slice(0, (int)found.Entries), expected.Values.Slice(0, (int)expected.Entries), "values");

    /// <summary>Rows of few numbers; the second has none.</summary>
    private static float[] Numbers(int width)
    {
        float[] numbers = Samples.Sparse(new Random(width), Count, width, 0.2);
        Array.Clear(numbers, width, width);
        return numbers;
    }

    private static InputRows Compress(float[] numbers, int width)
    {
        var starts = new List<int> { 0 };
        var columns = new List<int>();
        for (int row = 0; row < Count; row++)
        {
            columns.AddRange(Enumerable.Range(0, width).Where(column => numbers[row * width + column] != 0));
            starts.Add(columns.Count);
        }
        return InputRows.Sparse([.. starts], [.. columns], [.. numbers.Where(value => value != 0)], width);
    }
}
