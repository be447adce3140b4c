using System.Text.RegularExpressions;

namespace Subquad.Perf.Reports;

/// <summary>Puts the published tables of this machine between README's markers, so that no number there is typed.</summary>
static partial class Readme
{
    /// <summary>Renews every marked block that has a published table; returns what it did, a line each.</summary>
    public static IEnumerable<string> Renew(string repository)
    {
        string path = Path.Combine(repository, "README.md"), text = File.ReadAllText(path);
        var done = new List<string>();
        string renewed = Block().Replace(text, match =>
        {
            string name = match.Groups["name"].Value, file = Path.Combine(repository, "perf", "results", Machine.Slug, name + ".md");
            if (!File.Exists(file))
            {
                done.Add($"{name}: left as it is, no {file}");
                return match.Value;
            }
            done.Add($"{name}: renewed");
            // A page names its plot as a file beside it.
            string page = File.ReadAllText(file).Trim().Replace($"]({name}.svg)", $"](perf/results/{Machine.Slug}/{name}.svg)");
            return $"<!-- perf:{name} -->\n{page}\n<!-- /perf -->";
        });
        File.WriteAllText(path, renewed);
        return done;
    }

    [GeneratedRegex(@"<!-- perf:(?<name>[\w-]+) -->.*?<!-- /perf -->", RegexOptions.Singleline)]
    private static partial Regex Block();
}
