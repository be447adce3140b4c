using System.Text;
using System.Text.RegularExpressions;

namespace Subquad.Formats;

/// <summary>Decides how a path with data is read, by its name, or by its first bytes where the name is of no known kind.</summary>
internal static partial class DataFormats
{
    private const int StartBytes = 1 << 16;

    /// <summary>The format of a file, plain or gzip, or of a folder; null when it has none that is known.</summary>
    /// <exception cref="FileNotFoundException">There is no such file, and its name is of no known kind.</exception>
    /// <exception cref="IOException">The file may not be read.</exception>
    public static DataFormat? Of(string path)
    {
        if (Directory.Exists(path))
            return DataFormat.Idx;
        string name = Path.GetFileName(path);
        string plain = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        switch (Path.GetExtension(plain).ToLowerInvariant())
        {
            case ".csv" or ".tsv" or ".tab":
                return DataFormat.Csv;
            case ".libsvm" or ".svm":
                return DataFormat.Libsvm;
        }
        byte[] start = Start(path);
        if (PackedHeader.Begins(start))
            return DataFormat.Packed;
        string text = Encoding.Latin1.GetString(start), first = FirstLine(text);
        bool hasPairs = PairAtEnd().IsMatch(text);
        if (SparseRow().IsMatch(first)
            || (SparseHeader().IsMatch(first) && (hasPairs || string.IsNullOrWhiteSpace(text[first.Length..]))))
            return DataFormat.Libsvm;
        if (!hasPairs && CsvSample.LooksLikeTable(text, start.Length < StartBytes))
            return DataFormat.Csv;
        if (plain.EndsWith(".txt", StringComparison.OrdinalIgnoreCase))
            return DataFormat.Libsvm;
        // A file whose name says IDX goes to the reader, which words what is wrong with it better.
        bool namesImages = new[] { "idx", "images" }.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));
        return namesImages || start is [0, 0, >= 8 and <= 0x0e, >= 1 and <= 8, ..] ? DataFormat.Idx : null;
    }

    /// <summary>Calls the reader that a path needs.</summary>
    /// <exception cref="InvalidDataException">It is of no known format.</exception>
    public static T Read<T>(string path, Func<T> csv, Func<T> libsvm, Func<T> idx, Func<T> packed) => Of(path) switch
    {
        DataFormat.Csv => csv(),
        DataFormat.Libsvm => libsvm(),
        DataFormat.Idx => idx(),
        DataFormat.Packed => packed(),
        _ => throw new InvalidDataException(
            $"'{path}': expected a folder with the MNIST file names, an IDX images file or a .csv or another table, or LIBSVM text "
            + "(plain or .gz), or packed data, found something else"),
    };

    /// <summary>The first bytes of the content; none of damaged gzip data.</summary>
    private static byte[] Start(string path)
    {
        var start = new byte[StartBytes];
        try
        {
            using Stream content = InputFile.Open(path);
            return start[..content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static string FirstLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\n', '\r');
        return end < 0 ? text : text[..end];
    }

    // A label, or several, and a pair.
    [GeneratedRegex(@"^[-+]?\d[\d.,eE+-]*[ \t]+(qid:\d+[ \t]+)?\d+:[-+]?[\d.]")]
    private static partial Regex SparseRow();

    // Rows, features, labels.
    [GeneratedRegex(@"^[1-9]\d*[ \t]+[1-9]\d*[ \t]+[1-9]\d*[ \t]*$")]
    private static partial Regex SparseHeader();

    // A line that ends in a pair.
    [GeneratedRegex(@"[ \t]\d+:[-+]?[\d.][\d.eE+-]*[ \t]*([\r\n]|\z)")]
    private static partial Regex PairAtEnd();
}
