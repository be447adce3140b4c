using System.Text.RegularExpressions;

namespace Subquad.Perf.Reports;

/// <summary>Puts the published tables of this machine between README's markers, so that no number there is typed.</summary>
static partial class Readme
{
    /// <summary>README's lines are at most 200 characters long, which an architecture test holds; prose of results may be longer.</summary>
    const int MostCharacters = 140;

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
            return $"<!-- perf:{name} -->\n{Wrapped(page)}\n<!-- /perf -->";
        });
        File.WriteAllText(path, renewed);
        return done;
    }

    /// <summary>Long lines of prose in shorter ones; rows of tables as they are.</summary>
    static string Wrapped(string page)
    {
        var lines = new List<string>();
        foreach (string line in page.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith('|') || line.Length <= MostCharacters)
            {
                lines.Add(line);
                continue;
            }
            string shorter = "";
            foreach (string word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (shorter.Length > 0 && shorter.Length + 1 + word.Length > MostCharacters)
                {
                    lines.Add(shorter);
                    shorter = "";
                }
                shorter += shorter.Length > 0 ? " " + word : word;
            }
            lines.Add(shorter);
        }
        return string.Join('\n', lines);
    }

    [GeneratedRegex(@"<!-- perf:(?<name>[\w-]+) -->.*?<!-- /perf -->", RegexOptions.Singleline)]
    private static partial Regex Block();
}
