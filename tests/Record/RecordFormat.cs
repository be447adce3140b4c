using System.Text;

namespace Subquad.Record;

/// <summary>One number or hash of a run.</summary>
internal sealed record RecordField(string Name, string Value);

/// <summary>The text of a section: the runs of one kernel set, each a line with its name and a line per field.</summary>
internal static class RecordFormat
{
    /// <summary>Digits of a hash: the first half of a SHA-256.</summary>
    public const int HashLength = 32;

    /// <summary>The field of a run whose bits depend on sines of the C library: their hash.</summary>
    public const string Sines = "sines";

    private const string RunWord = "run ", Separator = ": ";

    private const string Heading = """
        # The record: every bit that the runs of tests/Record give on one kernel set, on any number of threads.
        # A change that must not alter results leaves this file as it is. A change that alters bits on purpose writes it anew, in a
        # commit of its own whose message gives the reason:
        #   dotnet run -c Release --project tests/Record -- write tests/Record/record
        # That command writes the sections of the kernel sets that the machine has and leaves the others.
        # loss, validation loss, damping: 17 digits. Hashes: the first half of a SHA-256. active: how many neurons of a layer fire over
        # all data, and a hash of which. W, theta, A, data: tensors of the saved model, and all of them. flips: per trained layer.
        # sines: what Math.SinCos gives, which differs between C libraries; a run with other sines is skipped.

        """;

    public static string Write(IEnumerable<(string Run, IReadOnlyList<RecordField> Fields)> runs)
    {
        var text = new StringBuilder(Heading.ReplaceLineEndings("\n"));
        foreach ((string run, IReadOnlyList<RecordField> fields) in runs)
        {
            text.Append('\n').Append(RunWord).Append(run).Append('\n');
            foreach (RecordField field in fields)
                text.Append(field.Name).Append(Separator).Append(field.Value).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The fields of each run, in the order of the text.</summary>
    /// <exception cref="InvalidDataException">A line is neither a run nor a field.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<RecordField>> Read(string text)
    {
        var runs = new Dictionary<string, IReadOnlyList<RecordField>>(StringComparer.Ordinal);
        List<RecordField>? fields = null;
        foreach (string line in text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            int end = line.IndexOf(Separator, StringComparison.Ordinal);
            if (line.StartsWith(RunWord, StringComparison.Ordinal) && end < 0)
                runs.Add(line[RunWord.Length..], fields = []);
            else if (fields is not null && end > 0)
                fields.Add(new(line[..end], line[(end + Separator.Length)..]));
            else
                throw new InvalidDataException($"expected '{RunWord}NAME' or 'FIELD{Separator}VALUE' in the record, found '{line}'");
        }
        return runs;
    }

    /// <summary>Whether a run depends on sines, and those of the two C libraries differ.</summary>
    public static bool HasOtherSines(IReadOnlyList<RecordField> expected, IReadOnlyList<RecordField> found)
    {
        return Of(expected) is { } own && Of(found) is { } other && own != other;

        static string? Of(IReadOnlyList<RecordField> fields) => fields.FirstOrDefault(field => field.Name == Sines)?.Value;
    }

    /// <summary>The first field that differs and how many do; null when all are the same.</summary>
    public static string? Difference(IReadOnlyList<RecordField> expected, IReadOnlyList<RecordField> found)
    {
        var values = found.ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal);
        var differences = new List<string>();
        foreach (RecordField field in expected)
            if (!values.Remove(field.Name, out string? value))
                differences.Add($"{field.Name}: {field.Value} expected, nothing found");
            else if (value != field.Value)
                differences.Add($"{field.Name}: {field.Value} expected, {value} found");
        differences.AddRange(values.Select(field => $"{field.Key}: nothing expected, {field.Value} found"));
        return differences.Count == 0 ? null : $"{differences[0]} ({differences.Count} of {expected.Count} fields differ)";
    }
}
