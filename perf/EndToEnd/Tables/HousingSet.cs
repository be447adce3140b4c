namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>The houses of California: a table with missing cells and a column of text, without a split of its own.</summary>
sealed class HousingSet() : TableSet("california", TableMetric.Rmse)
{
    // Beside columns of numbers the table has its target in the middle; the command takes the last column.
    const string Target = "median_house_value";

    public override TableFiles Write(DirectoryInfo data, DirectoryInfo folder, int split)
    {
        string[] lines = TextLines.Read(Path.Combine(data.FullName, "california-housing", "housing.csv.gz"));
        int target = Array.IndexOf(lines[0].Split(','), Target);
        (string[] train, string[] test) = Divide(lines.Skip(1).Where(line => line.Length > 0), split);
        string trainFile = Save("train.csv", train);
        return new(trainFile, trainFile, Save("test.csv", test), IsRegression: true);

        string Save(string file, string[] rows) => TextLines.Write(folder, file, new[] { lines[0] }.Concat(rows).Select(TargetLast));

        string TargetLast(string line)
        {
            List<string> cells = [.. line.Split(',')];
            cells.Add(cells[target]);
            cells.RemoveAt(target);
            return string.Join(',', cells);
        }
    }
}
