using Subquad.Data;
using Subquad.Formats;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>
    /// As <see cref="ReadCsv(string, bool, string?)"/>, for a table whose text differs from that of the training table.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What this table has in its own way: separator, decimal comma, thousands, missing tokens, encoding and whether
    /// rows without a target are left out. What is not said is as in the training table; columns, target and task are the model's
    /// always.</param>
    /// <param name="withTargets">Whether the target column is read; else its cells are not looked at.</param>
    /// <param name="rowNames">The column that names the rows, see <see cref="Dataset.RowNames"/>; null for none.</param>
    /// <exception cref="ArgumentException">The separator is not one that tables have, or a mark is used for two things.</exception>
    /// <exception cref="InvalidDataException">The model was not trained on a table, or the file does not fit it.</exception>
    public Dataset ReadCsv(string path, CsvOptions options, bool withTargets = true, string? rowNames = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        TableSchema table = RequireTable($"'{path}'");
        TableFormat format = table.Format.With(options);
        Dataset.RequireMarks(
            new() { Separator = format.Separator, DecimalComma = format.DecimalComma, Thousands = format.Thousands });
        return WithClippedNoted($"'{path}'", CsvExamples.ReadWith(table.In(format), path, withTargets, rowNames));
    }

    private TableSchema RequireTable(string name) => Table ?? throw new InvalidDataException(
        $"{name}: the model was not trained on a table, so its columns have no names");
}
