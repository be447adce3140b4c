namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>LIBSVM or extreme-classification text; split 0 is as the files are, the others mix their rows and divide them again.</summary>
/// <param name="name">Its name in rows.</param>
/// <param name="metric">What is measured.</param>
/// <param name="train">The file with rows to train on.</param>
/// <param name="test">The file with rows to test on; null takes a fifth of the others.</param>
sealed class TextSet(string name, TableMetric metric, string train, string? test = null) : TableSet(name, metric)
{
    public override TableFiles Write(DirectoryInfo data, DirectoryInfo folder, int split)
    {
        string[] own = TextLines.Read(Path.Combine(data.FullName, train));
        string[] other = test is null ? [] : TextLines.Read(Path.Combine(data.FullName, test));
        // "rows features labels" heads the text with any number of labels a row.
        bool hasHeading = Metric == TableMetric.PrecisionAt1;
        string size = hasHeading ? own[0][(own[0].IndexOf(' ') + 1)..] : "";
        if (hasHeading)
            (own, other) = (own[1..], other[1..]);
        if (test is null)
            (own, other) = Divide(own, split);
        else if (split > 0)
            (own, other) = Divide(own.Concat(other), split, (double)other.Length / (own.Length + other.Length));
        string trainFile = Save("train.libsvm", own);
        return new(trainFile, trainFile, Save("test.libsvm", other));

        string Save(string file, string[] rows) =>
            TextLines.Write(folder, file, hasHeading ? [$"{rows.Length} {size}", .. rows] : rows);
    }
}
