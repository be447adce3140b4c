using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Subquad.Cli;

/// <summary>What a DATA path is, and how it is read.</summary>
internal static partial class DataFile
{
    /// <summary>Whether the name is that of a CSV.</summary>
    public static bool IsTable(string path) =>
        !Directory.Exists(path) && (path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whether it is LIBSVM or extreme-classification text: by the ending of its name, or by the first line where the name has none that is
    /// known.
    /// </summary>
    public static bool IsSparse(string path)
    {
        if (Directory.Exists(path) || IsTable(path))
            return false;
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToLowerInvariant() is ".libsvm" or ".svm" or ".txt" || SparseText().IsMatch(FirstLine(path));
    }

    /// <summary>Data to train on, from which a network will learn its transforms.</summary>
    public static Dataset Training(string path, string? labels, CsvOptions csv) =>
        IsTable(path) ? Dataset.ReadCsv(path, csv) : IsSparse(path) ? Dataset.ReadLibsvm(path, task: csv.Task) : Images(path, labels, train: true);

    /// <summary>Held-out data, read as the training data were.</summary>
    public static Dataset Like(Dataset training, string path, bool train = false) => 
        IsTable(path) ? training.ReadCsvLike(path) : IsSparse(path) ? training.ReadLibsvmLike(path) : Images(path, null, train);

    /// <summary>Data for a network, with targets; of a folder the test files, unless the training files are asked for.</summary>
    public static Dataset For(Network network, string path, string? labels, bool train = false) =>
        IsTable(path) ? network.ReadCsv(path) : IsSparse(path) ? network.ReadLibsvm(path) : Images(path, labels, train);

    /// <summary>Data for a network whose targets are not looked at; of a folder the test images.</summary>
    public static Dataset ToPredict(Network network, string path)
    {
        if (IsTable(path))
            return network.ReadCsv(path);
        if (IsSparse(path))
            return network.ReadLibsvm(path, withTargets: false);
        if (Directory.Exists(path))
            path = TestImages(path) ?? throw new InvalidDataException($"'{path}': expected a file t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz, found none");
        RefuseUnknown(path);
        return Dataset.ReadIdxImages(path);
    }

    /// <summary>The test images of a folder with the MNIST file names; null when there are none.</summary>
    public static string? TestImages(string folder) =>
        new[] { "t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static Dataset Images(string path, string? labels, bool train)
    {
        if (!Directory.Exists(path))
            RefuseUnknown(path);
        return Dataset.ReadIdx(path, labels, train);
    }

    // A file whose name says IDX goes to the reader, which words what is wrong with it better.
    private static void RefuseUnknown(string path)
    {
        string name = Path.GetFileName(path);
        if (!name.Contains("idx", StringComparison.OrdinalIgnoreCase) && !name.Contains("images", StringComparison.OrdinalIgnoreCase) && !BeginsAsIdx(path))
            throw new InvalidDataException($"'{path}': expected a folder with the MNIST file names, an IDX images file or a .csv, or LIBSVM text (plain or .gz), found something else");
    }

    private static bool BeginsAsIdx(string path)
    {
        Span<byte> start = stackalloc byte[4];
        return ReadStart(path, start) == 4 && start is [0, 0, 8, _];
    }

    /// <summary>The first line as far as its first 1,024 bytes go; nothing for a damaged file, whose reader words that better.</summary>
    private static string FirstLine(string path)
    {
        Span<byte> start = stackalloc byte[1024];
        try
        {
            start = start[..ReadStart(path, start)];
        }
        catch (InvalidDataException)
        {
            return "";
        }
        int end = start.IndexOfAny((byte)'\n', (byte)'\r');
        return Encoding.Latin1.GetString(end < 0 ? start : start[..end]);
    }

    private static int ReadStart(string path, Span<byte> start)
    {
        using FileStream file = File.OpenRead(path);
        bool packed = file.ReadAtLeast(start[..2], 2, throwOnEndOfStream: false) == 2 && start is [0x1f, 0x8b, ..];
        file.Position = 0;
        using Stream content = packed ? new GZipStream(file, CompressionMode.Decompress) : file;
        return content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
    }

    // A label and a pair, or the header: rows, features, labels.
    [GeneratedRegex(@"^([-+]?\d[\d.eE+-]*[ \t]+\d+:[-+]?[\d.]|[1-9]\d*[ \t]+[1-9]\d*[ \t]+[1-9]\d*[ \t]*$)")]
    private static partial Regex SparseText();
}
