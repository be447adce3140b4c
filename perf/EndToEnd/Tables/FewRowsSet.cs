using System.Globalization;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>
/// Few rows with many features: of a text with labels, rows that have one of its most frequent labels and no other, as classes. A split
/// draws its rows from the training file.
/// </summary>
/// <param name="name">Its name in rows.</param>
/// <param name="file">Extreme-classification text.</param>
/// <param name="rows">Rows to train on.</param>
sealed class FewRowsSet(string name, string file, int rows) : TableSet(name, TableMetric.Accuracy)
{
    const int Classes = 4;
    const int TestRows = 400;

    public override TableFiles Write(DirectoryInfo data, DirectoryInfo folder, int split)
    {
        var random = new Random(split);
        var classes = TextLines.Read(Path.Combine(data.FullName, file)).Skip(1)
            .Select(line => line.Split(' ', 2))
            .Where(parts => int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .GroupBy(parts => parts[0], parts => parts[1])
            .OrderByDescending(label => label.Count()).ThenBy(label => label.Key, StringComparer.Ordinal)
            .Take(Classes);
        var train = new List<string>();
        var test = new List<string>();
        foreach (IGrouping<string, string> label in classes)
        {
            string[] drawn = [.. label.Select(features => $"{label.Key} {FromOne(features)}")];
            random.Shuffle(drawn);
            train.AddRange(drawn.Take(rows / Classes));
            test.AddRange(drawn.Skip(rows / Classes).Take(TestRows / Classes));
        }
        string trainFile = TextLines.Write(folder, "train.libsvm", train);
        return new(trainFile, trainFile, TextLines.Write(folder, "test.libsvm", test));
    }

    /// <summary>LIBSVM text counts features from 1.</summary>
    static string FromOne(string features) => string.Join(' ', features.Split(' ').Select(entry =>
    {
        int colon = entry.IndexOf(':');
        int feature = int.Parse(entry.AsSpan(0, colon), CultureInfo.InvariantCulture) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{feature}{entry.AsSpan(colon)}");
    }));
}
