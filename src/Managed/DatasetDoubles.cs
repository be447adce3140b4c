using Subquad.Data;

namespace Subquad;

public sealed partial class Dataset
{
    /// <summary>
    /// Copies rows to classify, given as float64: columns far from 0 beside their deviation, such as seconds since 1970, keep what varies
    /// in them. Rows are kept as float32 distances from an origin of each column.
    /// </summary>
    /// <param name="inputs">Rows of <paramref name="width"/> finite numbers, row-major, within the range of float32.</param>
    /// <param name="width">Numbers per row.</param>
    /// <param name="labels">One class per row, from 0.</param>
    /// <param name="classNames">Names in label order, at least 2; null means "0", "1", ... up to the largest label.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="InvalidDataException">An input is not finite or too large for float32, or a label is no class.</exception>
    public static Dataset From(ReadOnlySpan<double> inputs, int width, ReadOnlySpan<int> labels, IReadOnlyList<string>? classNames = null)
    {
        int[] classes = labels.ToArray();
        return Standardised(Examples.OfClasses(Dense(inputs, width), classes, Names(classNames) ?? Examples.NumberedClasses(classes)));
    }

    /// <summary>Copies rows with numbers to predict, given as float64, see <see cref="From(ReadOnlySpan{double}, int)"/>.</summary>
    /// <param name="inputs">Rows of <paramref name="width"/> finite numbers, row-major, within the range of float32.</param>
    /// <param name="width">Numbers per row.</param>
    /// <param name="targets">Rows of <paramref name="outputs"/> finite numbers, row-major, within the range of float32.</param>
    /// <param name="outputs">Targets per row.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="InvalidDataException">A number is not finite or too large for float32.</exception>
    public static Dataset From(ReadOnlySpan<double> inputs, int width, ReadOnlySpan<double> targets, int outputs = 1)
    {
        InputRows rows = Dense(inputs, width);
        double[]? origins = outputs < 1 || targets.Length % outputs != 0 ? null : ColumnOrigin.Of(targets, outputs);
        float[] values = ColumnOrigin.Distances(targets, Math.Max(1, outputs), origins);
        return Standardised(Examples.OfValues(rows, values, outputs, origins: origins));
    }

    /// <summary>
    /// Copies rows that can only be predicted, given as float64: columns far from 0 beside their deviation keep what varies in them.
    /// </summary>
    /// <param name="inputs">Rows of <paramref name="width"/> finite numbers, row-major, within the range of float32.</param>
    /// <param name="width">Numbers per row.</param>
    /// <exception cref="ArgumentException">The length is no multiple of the width.</exception>
    /// <exception cref="InvalidDataException">A number is not finite or too large for float32.</exception>
    public static Dataset From(ReadOnlySpan<double> inputs, int width) => Standardised(Examples.WithoutTargets(Dense(inputs, width)));

    private static InputRows Dense(ReadOnlySpan<double> inputs, int width)
    {
        // The lengths are checked before columns are counted by them.
        double[]? origins = width < 1 || inputs.Length % width != 0 ? null : ColumnOrigin.Of(inputs, width);
        return InputRows.Dense(ColumnOrigin.Distances(inputs, Math.Max(1, width), origins), width, origins);
    }
}
