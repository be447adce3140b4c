using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

/// <summary>Which verbs the C core serves without being asked for is what perf measured, not what somebody typed.</summary>
public partial class ServedVerbsTests
{
    [Test]
    public void Every_line_of_the_table_is_a_published_ratio()
    {
        Line[] lines = [.. Lines(Repository.Text("src/Simd/Interop/ServedVerbs.cs"))];
        Assert.That(lines, Is.Not.Empty);
        foreach (IGrouping<string, Line> family in lines.GroupBy(line => line.Processor))
        {
            // One file of results answers for a family: that which all its lines agree with.
            string[][] differences = [.. Published().Select(results => family.SelectMany(line => Differences(line, results)).ToArray())];
            Assert.That(differences.MinBy(one => one.Length), Is.Empty, family.Key);
            Assert.That(family.Select(line => line.Verb), Is.Unique, family.Key);
        }
    }

    [TestCase("new(\"M 1\", CoreVerbs.Gram, 2.00, 1.50),", 0)]
    [TestCase("new(\"M 1\", CoreVerbs.Gram, 2.10, 1.50),", 1)]
    [TestCase("new(\"M 1\", CoreVerbs.Gram, 2.00, 0),", 1)]
    [TestCase("new(\"M 1\", CoreVerbs.Scatter, 2.00, 1.50),", 2)]
    [TestCase("new(\"M 1\", CoreVerbs.Scatter, 0, 0),", 2)]
    [TestCase("new(\"M 1\", CoreVerbs.Dot, 0, 1.20),", 0)]
    [TestCase("new(\"M 1\", CoreVerbs.Dot, 1.00, 1.20),", 1)]
    [TestCase("new(\"M 1\", CoreVerbs.Pack, 0, 2.00),", 0)]
    [TestCase("new(\"M 1\", CoreVerbs.Pack, 0, 2.50),", 1)]
    public void A_line_that_was_not_measured_is_found(string text, int expected)
    {
        using var results = JsonDocument.Parse("""
            [{"kind":"verb","name":"Gram","kernels":"native-avx512","managed_ratio":2.0},{"kind":"verb","name":"Gram","kernels":"native-avx2","managed_ratio":1.5},
             {"kind":"verb","name":"Dot","kernels":"native-avx2","managed_ratio":1.2},
             {"kind":"verb","name":"Pack","shape":"few","kernels":"native-avx2","managed_ratio":1.0},{"kind":"verb","name":"Pack","shape":"many","kernels":"native-avx2","managed_ratio":4.0}]
            """);
        Assert.That(Differences(Lines(text).Single(), results).Count(), Is.EqualTo(expected));
    }

    private static IEnumerable<string> Differences(Line line, JsonDocument results)
    {
        string? wide = Ratio("native-avx512"), narrow = Ratio("native-avx2");
        foreach ((string kernels, string ratio, string? measured) in new[] { ("native-avx512", line.Avx512, wide), ("native-avx2", line.Avx2, narrow) })
            // A family without a set has 0 there; a verb that no set measured has no line.
            if (ratio != (measured ?? ((wide ?? narrow) is null ? null : "0")))
                yield return $"{line.Verb}: {kernels} is {ratio} in the table and {measured ?? "nothing"} in the results";

        string? Ratio(string kernels)
        {
            double[] ratios = [.. results.RootElement.EnumerateArray()
                .Where(row => Text(row, "kind") == "verb" && Text(row, "name") == line.Verb && Text(row, "kernels") == kernels).Select(row => row.GetProperty("managed_ratio").GetDouble())];
            return ratios.Length == 0 ? null : Math.Exp(ratios.Average(Math.Log)).ToString("0.00", CultureInfo.InvariantCulture);
        }
    }

    private static IEnumerable<JsonDocument> Published() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "perf", "results"), "verbs.json", SearchOption.AllDirectories).Select(file => JsonDocument.Parse(File.ReadAllText(file)));

    private static string? Text(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static IEnumerable<Line> Lines(string source) =>
        TableLine().Matches(source).Select(match => new Line(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value));

    [GeneratedRegex(@"new\(""([^""]+)"", CoreVerbs\.(\w+), ([\d.]+), ([\d.]+)\),")]
    private static partial Regex TableLine();

    private sealed record Line(string Processor, string Verb, string Avx512, string Avx2);
}
