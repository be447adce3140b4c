using System.Globalization;
using System.IO.Compression;

namespace Subquad.Perf.EndToEnd.Online;

/// <summary>A UCI regression set with its standard splits.</summary>
sealed class RegressionSet
{
    readonly float[][] _rows;
    readonly int[] _features;
    readonly int _target;

    public RegressionSet(DirectoryInfo folder)
    {
        Name = folder.Name;
        _rows = [.. Lines(folder, "data.txt").Select(line => Array.ConvertAll(Words(line), Number))];
        _features = [.. Lines(folder, "index_features.txt").Select(Index)];
        _target = Lines(folder, "index_target.txt").Select(Index).Single();
        TestRows = [.. Lines(folder, "index_test_all.txt").Select(line => Array.ConvertAll(Words(line), Index))];
    }

    public string Name { get; }

    /// <summary>The held-out rows of each split.</summary>
    public int[][] TestRows { get; }

    public float Target(int row) => _rows[row][_target];

    public float[] Features(int row) => [.. _features.Select(feature => _rows[row][feature])];

    /// <summary>The rows that a split trains on, thinned out evenly.</summary>
    public Dataset Training(int split, int most)
    {
        var held = TestRows[split].ToHashSet();
        int[] rows = Thinned([.. Enumerable.Range(0, _rows.Length).Where(row => !held.Contains(row))], most);
        return Dataset.From([.. rows.SelectMany(Features)], _features.Length, [.. rows.Select(Target)]);
    }

    /// <summary>At most so many of some rows, evenly.</summary>
    public static int[] Thinned(int[] rows, int most) =>
        rows.Length <= most ? rows : [.. Enumerable.Range(0, most).Select(i => rows[(int)((long)i * rows.Length / most)])];

    static IEnumerable<string> Lines(DirectoryInfo folder, string name)
    {
        string plain = Path.Combine(folder.FullName, name);
        using Stream stream = File.Exists(plain)
            ? File.OpenRead(plain)
            : new GZipStream(File.OpenRead(plain + ".gz"), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            if (!string.IsNullOrWhiteSpace(line))
                yield return line;
    }

    static string[] Words(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    static float Number(string word) => float.Parse(word, CultureInfo.InvariantCulture);

    static int Index(string word) => (int)double.Parse(word, CultureInfo.InvariantCulture);
}
