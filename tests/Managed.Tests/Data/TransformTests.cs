using NUnit.Framework;
using Subquad.Data;

namespace Subquad.Managed.Tests.Data;

[TestFixture]
internal sealed class TransformTests
{
    [Test]
    public void Without_standardisation_a_row_is_only_normalised()
    {
        InputTransform transform = Learn([1, 2], 2, standardise: false, constant: false);
        Assert.That((transform.RawWidth, transform.Width, transform.Standardises, transform.Shift.Length), Is.EqualTo((2, 2, false, 0)));
        Assert.That(Apply(transform, [3, -4]), Is.EqualTo(new[] { 0.6f, -0.8f }));
        Assert.That(Apply(transform, [0, 0]), Is.EqualTo(new[] { 0f, 0 }));
        Assert.That(Apply(transform, [3e38f, 3e38f]), Is.All.EqualTo((float)Math.Sqrt(0.5)).Within(1e-7));
        Assert.That(Apply(transform, [1e-45f, 0]), Is.EqualTo(new[] { 1f, 0 }));
    }

    [Test]
    public void Standardised_columns_have_mean_0_and_deviation_1_before_the_norm()
    {
        // Columns 1, 3 (mean 2, deviation 1) and 5, 5 (constant).
        InputTransform transform = Learn([1, 5, 3, 5], 2, standardise: true, constant: true);
        Assert.That(transform.Shift.ToArray(), Is.EqualTo(new float[] { 2, 5 }));
        Assert.That(transform.Scale.ToArray(), Is.EqualTo(new float[] { 1, 0 }));
        Assert.That((transform.Width, transform.Constant), Is.EqualTo((3, 1f)));
        float half = (float)Math.Sqrt(0.5);
        Assert.That(Apply(transform, [1, 5]), Is.EqualTo(new[] { -half, 0, half }));
        Assert.That(Apply(transform, [2, 5]), Is.EqualTo(new float[] { 0, 0, 1 }));
    }

    [Test]
    public void A_column_that_never_varies_contributes_nothing_whatever_its_value()
    {
        float[] rows = Enumerable.Repeat(0.1f, 999).ToArray();
        InputTransform transform = Learn(rows, 1, standardise: true, constant: true);
        Assert.That(transform.Scale[0], Is.Zero);
        Assert.That(Apply(transform, [0.1f]), Is.EqualTo(new float[] { 0, 1 }));
        Assert.That(Apply(transform, [52000]), Is.EqualTo(new float[] { 0, 1 }));
        InputTransform tiny = Learn([0, 1e-45f], 1, standardise: true, constant: false);
        Assert.That(tiny.Scale[0], Is.Zero);
        Assert.That(Apply(tiny, [float.MaxValue]), Is.EqualTo(new float[] { 0 }));
    }

    [Test]
    public void Applying_allocates_nothing()
    {
        InputTransform transform = Learn([1, 5, 3, 6], 2, standardise: true, constant: true);
        float[] raw = [1, 2], destination = new float[3];
        transform.Apply(raw, destination);
        long before = GC.GetAllocatedBytesForCurrentThread();
        transform.Apply(raw, destination);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(() => transform.Apply(new float[3], destination), Throws.ArgumentException);
        Assert.That(() => transform.Apply(raw, new float[2]), Throws.ArgumentException);
    }

    [Test]
    public void An_input_transform_survives_JSON([Values] bool standardise, [Values] bool constant)
    {
        InputTransform transform = Learn([0.1f, 5e-20f, 0.7f, 6e20f], 2, standardise, constant);
        InputTransform back = InputTransform.FromJson(transform.ToJson());
        Assert.That(back.Shift.ToArray(), Is.EqualTo(transform.Shift.ToArray()));
        Assert.That(back.Scale.ToArray(), Is.EqualTo(transform.Scale.ToArray()));
        Assert.That((back.RawWidth, back.Width, back.Standardises), Is.EqualTo((2, transform.Width, standardise)));
        Assert.That(Apply(back, [0.3f, 1]), Is.EqualTo(Apply(transform, [0.3f, 1])));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("""{"width":0,"constant":0,"unit_norm":true}""")]
    [TestCase("""{"width":2,"constant":0,"unit_norm":false}""")]
    [TestCase("""{"width":2,"constant":1e99,"unit_norm":true}""")]
    [TestCase("""{"width":2,"constant":0,"unit_norm":true,"shift":[1],"scale":[1,2]}""")]
    [TestCase("""{"width":2,"constant":0,"unit_norm":true,"shift":[1,2]}""")]
    [TestCase("""{"width":2,"constant":0,"unit_norm":true,"shift":[1,"a"],"scale":[1,2]}""")]
    public void Other_JSON_is_no_input_transform(string text) =>
        Assert.That(
            () => InputTransform.FromJson(text), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("the input transform:"));

    [Test]
    public void Classes_become_one_hot_minus_the_share()
    {
        Examples examples = Examples.OfClasses(InputRows.Dense([1, 2], 1), [1, 0], ["a", "b", "c", "d"]);
        TargetTransform transform = TargetTransform.FromJson(TargetTransform.Learn(examples).ToJson());
        Assert.That((transform.Kind, transform.Width), Is.EqualTo((TargetKind.Classes, 4)));
        var target = new float[4];
        transform.Apply(examples, 0, target);
        Assert.That(target, Is.EqualTo(new[] { -0.25f, 0.75f, -0.25f, -0.25f }));
        transform.ToUnits(target);
        Assert.That(target, Is.EqualTo(new[] { 0f, 1, 0, 0 }));
    }

    [Test]
    public void Values_are_standardised_per_output_and_taken_back()
    {
        Examples examples = Examples.OfValues(InputRows.Dense([1, 2], 1), [10, 7, 30, 7], 2);
        TargetTransform transform = TargetTransform.FromJson(TargetTransform.Learn(examples).ToJson());
        Assert.That(transform.Mean.ToArray(), Is.EqualTo(new float[] { 20, 7 }));
        Assert.That(transform.Deviation.ToArray(), Is.EqualTo(new float[] { 10, 1 }));
        var targets = new float[4];
        transform.Apply(examples, 0, targets.AsSpan(0, 2));
        transform.Apply(examples, 1, targets.AsSpan(2, 2));
        Assert.That(targets, Is.EqualTo(new float[] { -1, 0, 1, 0 }));
        transform.ToUnits(targets);
        Assert.That(targets, Is.EqualTo(examples.Values));
    }

    [Test]
    public void Targets_of_another_kind_are_refused()
    {
        Examples values = Examples.OfValues(InputRows.Dense([1, 2], 1), [10, 30], 1);
        Examples none = Examples.WithoutTargets(InputRows.Dense([1], 1));
        TargetTransform classes = TargetTransform.OfClasses(3);
        Assert.That(() => TargetTransform.Learn(none), Throws.ArgumentException);
        Assert.That(() => classes.Apply(values, 0, new float[3]), Throws.ArgumentException);
        Assert.That(() => classes.ToUnits(new float[4]), Throws.ArgumentException);
        foreach (string text in new[]
        {
            "{}", """{"task":"classes","outputs":1}""", """{"task":"values","outputs":1,"mean":[1],"deviation":[0]}"""
        })
            Assert.That(() => TargetTransform.FromJson(text), Throws.TypeOf<InvalidDataException>());
    }

    private static float[] Apply(InputTransform transform, float[] raw)
    {
        var destination = new float[transform.Width];
        transform.Apply(raw, destination);
        return destination;
    }

    private static InputTransform Learn(float[] numbers, int width, bool standardise, bool constant) =>
        InputTransform.Learn(Examples.WithoutTargets(InputRows.Dense(numbers, width)), standardise, constant);
}
