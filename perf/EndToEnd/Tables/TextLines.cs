using System.IO.Compression;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>Files of text, one row a line.</summary>
static class TextLines
{
    /// <summary>The lines of a gzip file.</summary>
    public static string[] Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return [.. lines];
    }

    /// <summary>Writes lines to a file of a folder and returns its path.</summary>
    public static string Write(DirectoryInfo folder, string name, IEnumerable<string> lines)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllLines(path, lines);
        return path;
    }
}
