using Subquad.Data;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>
/// The rows of a split for trainers that take dense features: columns of tables have mean 0 and deviation 1, other rows have norm 1.
/// </summary>
/// <param name="Inputs">Rows of <paramref name="Width"/> features.</param>
/// <param name="Examples">The same rows as they were read, with their targets.</param>
/// <param name="Width">Features.</param>
sealed record TableRows(float[] Inputs, Examples Examples, int Width)
{
    public int Count => Examples.Count;

    public static (TableRows Train, TableRows Test) Read(TableFiles files)
    {
        Dataset train = Dataset.Read(files.Rows, files.IsRegression ? new CsvOptions { Task = TaskKind.Regression } : null);
        Dataset test = train.ReadLike(files.Test, train: false);
        if (!train.Examples.IsStandardised)
            return (OfUnitRows(train.Examples), OfUnitRows(test.Examples));
        (double[] mean, double[] deviation) = Moments.Of(train.Examples.Inputs.Values, train.Examples.Width);
        return (OfColumns(train.Examples, mean, deviation), OfColumns(test.Examples, mean, deviation));
    }

    /// <summary>A number per row and output: values, or 1 for the row's class and 0 for the others.</summary>
    public double[] Targets()
    {
        int outputs = Examples.OutputCount;
        if (Examples.Kind == TargetKind.Values)
            return Array.ConvertAll(Examples.Values, value => (double)value);
        var targets = new double[Count * outputs];
        for (int row = 0; row < Count; row++)
            targets[row * outputs + Examples.Labels[row]] = 1;
        return targets;
    }

    static TableRows OfUnitRows(Examples examples)
    {
        InputTransform transform = InputTransform.Identity(examples.Width);
        var inputs = new float[(long)examples.Count * examples.Width];
        var raw = new float[examples.Width];
        for (int row = 0; row < examples.Count; row++)
        {
            examples.Inputs.CopyRow(row, raw);
            transform.Apply(raw, inputs.AsSpan(row * examples.Width, examples.Width));
        }
        return new(inputs, examples, examples.Width);
    }

    static TableRows OfColumns(Examples examples, double[] mean, double[] deviation)
    {
        int width = examples.Width;
        var inputs = new float[examples.Inputs.Values.Length];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = Moments.IsConstant(deviation[i % width]) ? 0
                : (float)((examples.Inputs.Values[i] - mean[i % width]) / deviation[i % width]);
        return new(inputs, examples, width);
    }
}
