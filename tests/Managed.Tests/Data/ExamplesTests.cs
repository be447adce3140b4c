using NUnit.Framework;
using Subquad.Data;

namespace Subquad.Managed.Tests.Data;

[TestFixture]
internal sealed class ExamplesTests
{
    private static readonly float[] Inputs = [1, 2, 3, 4, 5, 6];

    [Test]
    public void Rows_and_parts_keep_their_targets()
    {
        Examples classes = Examples.OfClasses(InputRows.Dense(Inputs, 2), [0, 1, 1], ["a", "b"]);
        Assert.That((classes.Count, classes.Width, classes.OutputCount, classes.Kind), Is.EqualTo((3, 2, 2, TargetKind.Classes)));
        Assert.That(classes.Inputs.ValuesOf(1).ToArray(), Is.EqualTo(new float[] { 3, 4 }));
        Examples taken = classes.Take([2, 0, 2]);
        Assert.That(taken.Inputs.Values, Is.EqualTo(new float[] { 5, 6, 1, 2, 5, 6 }));
        Assert.That(taken.Labels, Is.EqualTo(new[] { 1, 0, 1 }));
        Assert.That(taken.ClassNames, Is.EqualTo(classes.ClassNames));

        Examples values = Examples.OfValues(InputRows.Dense(Inputs, 2), [1, 2, 3, 4, 5, 6], 2).Take([1]);
        Assert.That(values.Values, Is.EqualTo(new float[] { 3, 4 }));
        Assert.That(values.OutputCount, Is.EqualTo(2));

        Examples none = Examples.WithoutTargets(InputRows.Dense(Inputs, 3));
        Assert.That((none.Count, none.OutputCount, none.Take([1]).Inputs.ValuesOf(0)[0]), Is.EqualTo((2, 0, 4f)));
    }

    [Test]
    public void First_takes_the_first_rows()
    {
        Examples all = Examples.OfClasses(InputRows.Dense(Inputs, 2), [0, 1, 1], ["a", "b"]);
        Assert.That(all.First(2).Labels, Is.EqualTo(new[] { 0, 1 }));
        Assert.That(all.First(3), Is.SameAs(all));
        Assert.That(() => all.First(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => all.First(4), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => all.Take([]), Throws.ArgumentException);
        Assert.That(() => all.Take([3]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void Numbers_that_are_not_finite_are_named_by_row_and_column(float bad)
    {
        Assert.That(
            () => Examples.OfClasses(InputRows.Dense([1, 2, 3, bad], 2), [0, 1], ["a", "b"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("row 1 (from 0), column 1:"));
        Assert.That(
            () => Examples.OfValues(InputRows.Dense([1, 2, 3, 4], 2), [0, bad], 1),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("row 1 (from 0), target 0:"));
        var schema = new TableSchema(
            [new("size", ColumnKind.Numeric, 0, [], 0), new("age", ColumnKind.Numeric, 0, [], 0)], "y", TargetKind.Values, []);
        Assert.That(
            () => Examples.WithoutTargets(InputRows.Dense([1, 2, 3, bad], 2), schema),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("column 'age'"));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        Assert.That(() => Examples.OfClasses(InputRows.Dense(Inputs, 4), [0], ["a", "b"]), Throws.ArgumentException);
        Assert.That(() => Examples.OfClasses(InputRows.Dense(Inputs, 0), [0], ["a", "b"]), Throws.ArgumentException);
        Assert.That(() => Examples.OfClasses(InputRows.Dense([], 2), [], ["a", "b"]), Throws.ArgumentException);
        Assert.That(() => Examples.OfClasses(InputRows.Dense(Inputs, 2), [0, 1], ["a", "b"]), Throws.ArgumentException);
        Assert.That(() => Examples.OfClasses(InputRows.Dense(Inputs, 2), [0, 0, 0], ["a"]), Throws.ArgumentException);
        Assert.That(
            () => Examples.OfClasses(InputRows.Dense(Inputs, 2), [0, 1, 2], ["a", "b"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("row 2"));
        Assert.That(
            () => Examples.OfClasses(InputRows.Dense(Inputs, 2), [0, 1, -1], ["a", "b"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("found -1"));
        Assert.That(() => Examples.OfValues(InputRows.Dense(Inputs, 2), [1, 2, 3], 2), Throws.ArgumentException);
        Assert.That(() => Examples.RequireRoom("x", 1L << 20, 1L << 12), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => Examples.NumberedClasses([0, int.MaxValue]), Throws.TypeOf<InvalidDataException>());
    }
}
