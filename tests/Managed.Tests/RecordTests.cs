using NUnit.Framework;
using Subquad;
using Subquad.Layers;
using Subquad.Record;

namespace Subquad.Managed.Tests;

/// <summary>The comparison with the record names what differs, and the recorded runs do not depend on the C library.</summary>
[TestFixture]
internal sealed class RecordTests
{
    private static readonly RecordField[] s_fields =
        [new("loss 0", "0.51235983970656351"), new("loss 1", "0.26922986298668622"), new("W.1", "1aad")];

    private static RecordedRun[] Runs => RecordedRun.All;

    [Test]
    public void A_section_reads_back_as_it_was_written()
    {
        string text = RecordFormat.Write([("first", s_fields), ("second", s_fields[..1])]);
        IReadOnlyDictionary<string, IReadOnlyList<RecordField>> runs = RecordFormat.Read(text);
        Assert.That(runs.Keys, Is.EqualTo(new[] { "first", "second" }));
        Assert.That(runs["first"], Is.EqualTo(s_fields));
        Assert.That(runs["second"], Is.EqualTo(s_fields[..1]));
        Assert.That(RecordFormat.Difference(runs["first"], s_fields), Is.Null);
    }

    [TestCase("8622", "8621", "loss 1: 0.26922986298668621 expected, 0.26922986298668622 found (1 of 3 fields differ)")]
    [TestCase("1aad", "1aae", "W.1: 1aae expected, 1aad found (1 of 3 fields differ)")]
    [TestCase("loss 0: 0.51235983970656351\n", "", "loss 0: nothing expected, 0.51235983970656351 found (1 of 2 fields differ)")]
    [TestCase("W.1: ", "W.2: ", "W.2: 1aad expected, nothing found (2 of 3 fields differ)")]
    public void A_changed_character_is_reported_with_its_field(string written, string changed, string difference)
    {
        string text = RecordFormat.Write([("run", s_fields)]);
        Assert.That(text, Does.Contain(written));
        IReadOnlyList<RecordField> expected = RecordFormat.Read(text.Replace(written, changed, StringComparison.Ordinal))["run"];
        Assert.That(RecordFormat.Difference(expected, s_fields), Is.EqualTo(difference));
    }

    [TestCase("loss 0: 0.5")]
    [TestCase("run first\nloss 0 0.5")]
    public void A_line_that_is_neither_run_nor_field_is_refused(string text) =>
        Assert.That(() => RecordFormat.Read(text), Throws.TypeOf<InvalidDataException>().With.Message.Contains("loss 0"));

    [Test]
    public void Sines_count_as_other_ones_only_where_both_are_known()
    {
        RecordField[] own = [new(RecordFormat.Sines, "a")], other = [new(RecordFormat.Sines, "b")];
        Assert.That(RecordFormat.HasOtherSines(own, other), Is.True);
        Assert.That(RecordFormat.HasOtherSines(own, own), Is.False);
        Assert.That(RecordFormat.HasOtherSines(own, []), Is.False);
        Assert.That(RecordFormat.HasOtherSines([], other), Is.False);
    }

    /// <summary>Shifts come from exp and log of the C library, whose last digits must not reach the float32 that is used.</summary>
    [TestCaseSource(nameof(Runs))]
    public void Thresholds_and_gains_are_far_from_where_they_round_otherwise(RecordedRun run)
    {
        double[] shifts = run.Shape.Shifts();
        for (int layer = 0; layer < shifts.Length; layer++)
            foreach (double value in new[] { shifts[layer] * Math.Sqrt(2.0 / run.Shape.Hidden[layer]), Shift.Gain(shifts[layer]) })
                Assert.That((float)(value * (1 - 1e-12)), Is.EqualTo((float)(value * (1 + 1e-12))), $"layer {layer + 1}");
    }
}
