using Subquad.Data;

namespace Subquad;

public sealed partial class Dataset
{
    /// <summary>
    /// Copies sparse rows to classify, in compressed form (CSR): row i has the features indices[j] with values[j] for j from rowStarts[i]
    /// to rowStarts[i + 1] - 1, and 0 elsewhere. Zeros take no memory. A network that is drawn for such rows keeps their values, adds a
    /// constant feature and divides by the norm, as for LIBSVM text.
    /// </summary>
    /// <param name="rowStarts">Where each row starts, from 0, and where the last one ends.</param>
    /// <param name="indices">Features from 0 to <paramref name="width"/> - 1, each at most once in a row, in any order.</param>
    /// <param name="values">A finite value for each.</param>
    /// <param name="width">Features of a row, 1 to 16777216.</param>
    /// <param name="labels">One class per row, from 0.</param>
    /// <param name="classNames">Names in label order, at least 2; null means "0", "1", ... up to the largest label.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the starts do not divide the indices.</exception>
    /// <exception cref="InvalidDataException">An index is outside the width or occurs twice in a row, a value is not finite, or a label is
    /// no class; the message names the row.</exception>
    public static Dataset FromSparse(
        ReadOnlySpan<int> rowStarts, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, int width, ReadOnlySpan<int> labels,
        IReadOnlyList<string>? classNames = null)
    {
        int[] classes = labels.ToArray();
        return new(Examples.OfClasses(
            InputRows.Checked(rowStarts, indices, values, width), classes, Names(classNames) ?? Examples.NumberedClasses(classes)));
    }

    /// <summary>
    /// Copies sparse rows with numbers to predict, see <see cref="FromSparse(ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{float},
    /// int, ReadOnlySpan{int}, IReadOnlyList{string}?)"/>.
    /// </summary>
    /// <param name="rowStarts">Where each row starts, from 0, and where the last one ends.</param>
    /// <param name="indices">Features from 0 to <paramref name="width"/> - 1, each at most once in a row, in any order.</param>
    /// <param name="values">A finite value for each.</param>
    /// <param name="width">Features of a row, 1 to 16777216.</param>
    /// <param name="targets">Rows of <paramref name="outputs"/> finite numbers, row-major.</param>
    /// <param name="outputs">Targets per row.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the starts do not divide the indices.</exception>
    /// <exception cref="InvalidDataException">An index is outside the width or occurs twice in a row, or a number is not finite; the
    /// message names the row.</exception>
    public static Dataset FromSparse(
        ReadOnlySpan<int> rowStarts, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, int width, ReadOnlySpan<float> targets,
        int outputs = 1) =>
        new(Examples.OfValues(InputRows.Checked(rowStarts, indices, values, width), targets.ToArray(), outputs));

    /// <summary>
    /// Copies sparse rows that can only be predicted, see <see cref="FromSparse(ReadOnlySpan{int}, ReadOnlySpan{int}, ReadOnlySpan{float},
    /// int, ReadOnlySpan{int}, IReadOnlyList{string}?)"/>.
    /// </summary>
    /// <param name="rowStarts">Where each row starts, from 0, and where the last one ends.</param>
    /// <param name="indices">Features from 0 to <paramref name="width"/> - 1, each at most once in a row, in any order.</param>
    /// <param name="values">A finite value for each.</param>
    /// <param name="width">Features of a row, 1 to 16777216.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the starts do not divide the indices.</exception>
    /// <exception cref="InvalidDataException">An index is outside the width or occurs twice in a row, or a value is not finite; the message
    /// names the row.</exception>
    public static Dataset FromSparse(ReadOnlySpan<int> rowStarts, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, int width) =>
        new(Examples.WithoutTargets(InputRows.Checked(rowStarts, indices, values, width)));
}
