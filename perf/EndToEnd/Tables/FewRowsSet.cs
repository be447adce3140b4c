using System.Globalization;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>
/// Few rows with many features: of a text with labels, rows that have exactly one of its four most frequent labels, as classes. A split
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
        (string[] Labels, string Features)[] all = [.. TextLines.Read(Path.Combine(data.FullName, file)).Skip(1)
            .Select(line => line.Split(' ', 2)).Select(parts => (parts[0].Split(','), parts[1]))];
        string[] frequent = [.. all.SelectMany(row => row.Labels).CountBy(label => label)
            .OrderByDescending(label => label.Value).ThenBy(label => label.Key, StringComparer.Ordinal)
            .Take(Classes).Select(label => label.Key)];
        var classes = all.Select(row => (Label: row.Labels.Intersect(frequent).ToArray(), row.Features))
            .Where(row => row.Label.Length == 1)
            .GroupBy(row => row.Label[0], row => row.Features);
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
