using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Subquad.Perf.Reports;

/// <summary>Options that the commands of several runs have, and their parsing.</summary>
static class RunOptions
{
    public static Option<FileInfo> JsonFile() =>
        new("--json") { Description = "File to write; the tables go to the same name with .md.", Required = true };

    /// <summary>An option with one positive number.</summary>
    public static Option<T> Positive<T>(string name, string description, T byDefault) where T : struct, INumber<T>
    {
        return new Option<T>(name) { Description = description, DefaultValueFactory = _ => byDefault, CustomParser = Parse };

        T Parse(ArgumentResult result) => ParsePositive<T>(name, result.Tokens[0].Value, result) ?? byDefault;
    }

    /// <summary>An option whose values are given as 1,2,3.</summary>
    public static Option<T[]> List<T>(string name, string description, params T[] defaults) where T : struct, INumber<T>
    {
        return new Option<T[]>(name) { Description = description, DefaultValueFactory = _ => defaults, CustomParser = Parse };

        T[] Parse(ArgumentResult result)
        {
            IEnumerable<string> texts = result.Tokens.SelectMany(token => token.Value.Split(','));
            return [.. texts.Select(text => ParsePositive<T>(name, text, result)).OfType<T>()];
        }
    }

    /// <summary>Whether none of the options was given: only then may a run renew perf/results.</summary>
    public static bool AreDefaults(ParseResult parsed, params Option[] options) =>
        options.All(option => parsed.GetResult(option) is null or { Implicit: true });

    static T? ParsePositive<T>(string name, string text, ArgumentResult result) where T : struct, INumber<T>
    {
        if (T.TryParse(text, CultureInfo.InvariantCulture, out T value) && value > T.Zero)
            return value;
        result.AddError($"{name} takes positive numbers; '{text}' is none");
        return null;
    }
}
