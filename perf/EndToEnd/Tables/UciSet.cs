using System.Globalization;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>A regression of the UCI repository with its standard splits.</summary>
/// <param name="name">Its name in rows.</param>
/// <param name="folder">Its folder in uci-regression.</param>
/// <param name="splits">Splits that it comes with.</param>
sealed class UciSet : TableSet
{
    readonly string _folder;

    public UciSet(string name, string folder, int splits = 20) : base(name, TableMetric.Rmse)
    {
        _folder = folder;
        StandardSplits = 5;
        Splits = splits;
    }

    public override TableFiles Write(DirectoryInfo data, DirectoryInfo folder, int split)
    {
        string from = Path.Combine(data.FullName, "uci-regression", _folder);
        string[][] cells = [.. TextLines.Read(Path.Combine(from, "data.txt.gz")).Where(line => line.Trim().Length > 0).Select(Words)];
        int[] columns = [.. Numbers(File.ReadAllText(Path.Combine(from, "index_features.txt"))),
            Numbers(File.ReadAllText(Path.Combine(from, "index_target.txt")))[0]];
        HashSet<int> test = [.. Numbers(TextLines.Read(Path.Combine(from, "index_test_all.txt.gz"))[split])];
        string heading = string.Join(',', columns.Select((_, place) => place < columns.Length - 1 ? $"x{place + 1}" : "y"));
        string[] rows = [.. cells.Select(row => string.Join(',', columns.Select(column => row[column])))];
        string Save(string file, bool isTest) =>
            TextLines.Write(folder, file, [heading, .. rows.Where((_, row) => test.Contains(row) == isTest)]);
        string train = Save("train.csv", isTest: false);
        return new(train, train, Save("test.csv", isTest: true), IsRegression: true);
    }

    static int[] Numbers(string text) => [.. Words(text).Select(word => (int)double.Parse(word, CultureInfo.InvariantCulture))];

    static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
