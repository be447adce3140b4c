using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

/// <summary>Which verbs the C core serves without being asked for is what perf measured, not what somebody typed.</summary>
public partial class ServedVerbsTests
{
    [Test]
    public void The_table_has_a_line_for_every_published_ratio_and_no_other()
    {
        Line[] lines = [.. Lines(Repository.Text("src/Simd/Interop/ServedVerbs.cs"))];
        Assert.That(lines, Is.Not.Empty);
        foreach (IGrouping<string, Line> family in lines.GroupBy(line => line.Processor))
        {
            // One file of results answers for a family: that which all its lines agree with.
            string[][] differences = [.. Published().Select(results => Differences([.. family], results).ToArray())];
            Assert.That(differences.MinBy(one => one.Length), Is.Empty, family.Key);
            Assert.That(family.Select(line => line.Verb), Is.Unique, family.Key);
        }
    }

    [TestCase("new(\"M 1\", NativeVerb.Gram, 2.00, 1.50),", 0)]
    [TestCase("new(\"M 1\", NativeVerb.Gram, 2.10, 1.50),", 1)]
    [TestCase("new(\"M 1\", NativeVerb.Gram, 2.00, 0),", 1)]
    [TestCase("new(\"M 1\", NativeVerb.Scatter, 2.00, 1.50),", 2)]
    [TestCase("new(\"M 1\", NativeVerb.Scatter, 0, 0),", 2)]
    [TestCase("new(\"M 1\", NativeVerb.Dot, 0, 1.20),", 0)]
    [TestCase("new(\"M 1\", NativeVerb.Dot, 1.00, 1.20),", 1)]
    [TestCase("new(\"M 1\", NativeVerb.Pack, 0, 2.00),", 0)]
    [TestCase("new(\"M 1\", NativeVerb.Pack, 0, 2.50),", 1)]
    public void A_line_that_was_not_measured_is_found(string text, int expected)
    {
        using var results = JsonDocument.Parse("""
            [{"kind":"verb","name":"Gram","kernels":"native-avx512","managed_ratio":2.0},
             {"kind":"verb","name":"Gram","kernels":"native-avx2","managed_ratio":1.5},
             {"kind":"verb","name":"Dot","kernels":"native-avx2","managed_ratio":1.2},
             {"kind":"verb","name":"Pack","shape":"few","kernels":"native-avx2","managed_ratio":1.0},
             {"kind":"verb","name":"Pack","shape":"many","kernels":"native-avx2","managed_ratio":4.0}]
            """);
        Assert.That(Differences(Lines(text).Single(), results).Count(), Is.EqualTo(expected));
    }

    [Test]
    public void A_verb_that_was_measured_and_has_no_line_is_found()
    {
        using var results = JsonDocument.Parse("""
            [{"kind":"verb","name":"Gram","kernels":"native-avx2","managed_ratio":2.0},
             {"kind":"verb","name":"Dot","kernels":"native-avx2","managed_ratio":1.2},
             {"kind":"verb","name":"Pack","kernels":"native-neon","managed_ratio":1.2},
             {"kind":"call","name":"native","kernels":"native-scalar"}]
            """);
        Line[] gram = [.. Lines("new(\"M 1\", NativeVerb.Gram, 0, 2.00),")];
        Assert.That(Differences(gram, results), Has.Exactly(1).Contains("Dot"));
    }

    /// <summary>What the lines of a family and the results do not agree on, in both directions.</summary>
    private static IEnumerable<string> Differences(IReadOnlyCollection<Line> family, JsonDocument results)
    {
        IEnumerable<string> measured = results.RootElement.EnumerateArray()
            .Where(row => Text(row, "kind") == "verb" && Text(row, "kernels") is "native-avx512" or "native-avx2")
            .Select(row => Text(row, "name")!).Distinct();
        return family.SelectMany(line => Differences(line, results)).Concat(
            measured.Except(family.Select(line => line.Verb)).Select(verb => $"{verb}: it was measured and has no line"));
    }

    private static IEnumerable<string> Differences(Line line, JsonDocument results)
    {
        string? wide = Ratio("native-avx512"), narrow = Ratio("native-avx2");
        (string, string, string?)[] both = [("native-avx512", line.Avx512, wide), ("native-avx2", line.Avx2, narrow)];
        foreach ((string kernels, string ratio, string? measured) in both)
            // A family without a set has 0 there; a verb that no set measured has no line.
            if (ratio != (measured ?? ((wide ?? narrow) is null ? null : "0")))
                yield return $"{line.Verb}: {kernels} is {ratio} in the table and {measured ?? "nothing"} in the results";

        string? Ratio(string kernels)
        {
            double[] ratios = [.. results.RootElement.EnumerateArray()
                .Where(row => Text(row, "kind") == "verb" && Text(row, "name") == line.Verb && Text(row, "kernels") == kernels)
                .Select(row => row.GetProperty("managed_ratio").GetDouble())];
            return ratios.Length == 0 ? null : Math.Exp(ratios.Average(Math.Log)).ToString("0.00", CultureInfo.InvariantCulture);
        }
    }

    private static IEnumerable<JsonDocument> Published()
    {
        string results = Path.Combine(Repository.Root, "perf", "results");
        return Directory.EnumerateFiles(results, "verbs.json", SearchOption.AllDirectories)
            .Select(file => JsonDocument.Parse(File.ReadAllText(file)));
    }

    private static string? Text(JsonElement row, string name) =>
        row.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static IEnumerable<Line> Lines(string source) => TableLine().Matches(source)
        .Select(match => new Line(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value));

    [GeneratedRegex(@"new\(""([^""]+)"", NativeVerb\.(\w+), ([\d.]+), ([\d.]+)\),")]
    private static partial Regex TableLine();

    private sealed record Line(string Processor, string Verb, string Avx512, string Avx2);
}
