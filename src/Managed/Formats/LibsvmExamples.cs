using System.Globalization;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>How a LIBSVM text was read, for others to be read alike.</summary>
/// <param name="Width">Features.</param>
/// <param name="FirstIndex">The index of the first; null decides anew by whether an index of 0 occurs.</param>
/// <param name="Kind">The targets; None does not look at them.</param>
/// <param name="ClassNames">Classes in label order.</param>
/// <param name="Outputs">Numbers per row.</param>
internal sealed record LibsvmLayout(int Width, int? FirstIndex, TargetKind Kind, string[] ClassNames, int Outputs);

/// <summary>
/// Turns LIBSVM text (<c>label index:value ...</c>) and extreme-classification text (a header <c>rows features labels</c>, then
/// <c>label,label index:value ...</c>) into examples. Features that a row leaves out are 0. Several labels a row become one target of 0 or
/// 1 each, without that header too if a row has several. A text that is read like another leaves out features that the other does not have.
/// </summary>
internal static class LibsvmExamples
{
    /// <summary>Reads a text and learns its width, first index, task and classes.</summary>
    /// <param name="source">The text, plain or gzip.</param>
    /// <param name="width">Features; null means up to the largest index.</param>
    /// <param name="task">Classes or Values; null means: integers are classes unless they take more than 100 different values or more
    /// values than half of the rows.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used; the message names the line.</exception>
    public static Examples Read(InputSource source, int? width = null, TargetKind? task = null)
    {
        using var text = new LibsvmReader(source);
        if (!text.Read())
            throw text.FaultOfFile("expected at least one row, found none");
        if (IsHeader(text) is var (rows, features, labels))
        {
            if (task == TargetKind.Classes)
                throw text.Fault("expected one label a row, to classify, found the header of rows with several labels");
            if (width is { } wanted && wanted != features)
                throw text.Fault($"expected {wanted} features, found {features} in the header");
            return ReadLabelled(text, rows, features, labels, TargetKind.Values);
        }
        return ReadRows(text, width, null, task);
    }

    /// <summary>Reads another text like the first: the same width, first index and classes.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used, or does not fit; the message names the line.</exception>
    public static Examples ReadWith(LibsvmLayout layout, InputSource source)
    {
        using var text = new LibsvmReader(source);
        if (!text.Read())
            throw text.FaultOfFile("expected at least one row, found none");
        if (IsHeader(text) is not var (rows, features, labels))
            return ReadRows(text, layout.Width, layout, layout.Kind);
        if (layout.Kind == TargetKind.Classes || (layout.Kind == TargetKind.Values && labels != layout.Outputs))
            throw text.Fault(
                layout.Kind == TargetKind.Classes
                    ? "expected one class a row, found the header of rows with several labels"
                    : $"expected {layout.Outputs} labels, found {labels} in the header");
        return ReadLabelled(text, rows, layout.Width, labels, layout.Kind, isLikeAnother: true);
    }

    private static Examples ReadRows(LibsvmReader text, int? width, LibsvmLayout? layout, TargetKind? kind)
    {
        var rows = new SparseRows();
        var labels = new LibsvmLabels();
        bool looksAtLabels = kind != TargetKind.None;
        do
        {
            if (text.IsAtEnd)
                continue;
            if (looksAtLabels)
                labels.Append(text);
            else if (text.Token().Contains((byte)':'))
                text.Restart();
            rows.Append(text);
        }
        while (text.Read());
        if (rows.Count == 0)
            throw text.FaultOfFile("expected at least one row, found none");

        int first = layout?.FirstIndex ?? (rows.HasZero ? 0 : 1);
        int features = width ?? Math.Max(1, rows.Largest - first + 1);
        bool several = kind == TargetKind.Values && layout is { Outputs: > 1 };
        if (layout is null && kind != TargetKind.Classes && labels.AreSeveral)
            (kind, several) = (TargetKind.Values, true);
        if (kind != TargetKind.None && !several)
            labels.RequireOne(text);
        kind ??= labels.AreClasses ? TargetKind.Classes : TargetKind.Values;
        string[] names = kind == TargetKind.Classes ? layout?.ClassNames ?? labels.Names(text) : [];
        int[] classes = kind == TargetKind.Classes ? labels.ToClasses(text, names) : [];
        LabelSets? sets = several ? labels.ToSets(text, layout?.Outputs) : null;
        InputRows inputs = layout is null ? rows.ToRows(text, first, features) : rows.ToRowsWithin(text, first, features);
        Examples examples = kind switch
        {
            TargetKind.Classes => Examples.OfClasses(inputs, classes, names),
            TargetKind.Values => sets is null ? OfNumbers(inputs, labels.ToValues()) : Examples.OfLabelSets(inputs, sets),
            _ => Examples.WithoutTargets(inputs),
        };
        return examples.FromLibsvm(first, rows.Ignored);
    }

    private static Examples OfNumbers(InputRows inputs, double[] labels)
    {
        double[]? origins = ColumnOrigin.Of(labels, 1);
        return Examples.OfValues(inputs, ColumnOrigin.Distances(labels, 1, origins), 1, origins: origins);
    }

    private static Examples ReadLabelled(
        LibsvmReader text, int count, int features, int labels, TargetKind kind, bool isLikeAnother = false)
    {
        var rows = new SparseRows();
        var starts = new GrowingArray<int>(count + 1L);
        var found = new GrowingArray<int>(Array.MaxLength);
        while (text.Read())
        {
            if (rows.Count == count)
                throw text.Fault($"expected {count} rows as in the header, found more");
            starts.Append(1)[0] = found.Count;
            if (!text.BeginsBlank)
                AppendLabels(text, labels, found);
            rows.Append(text);
        }
        if (rows.Count != count)
            throw text.FaultOfFile($"expected {count} rows as in the header, found {rows.Count}");
        starts.Append(1)[0] = found.Count;
        InputRows inputs = isLikeAnother ? rows.ToRowsWithin(text, 0, features) : rows.ToRows(text, 0, features);
        Examples examples = kind == TargetKind.None ? Examples.WithoutTargets(inputs)
            : Examples.OfLabelSets(inputs, new(text.Name, labels, starts.ToArray(), found.ToArray()));
        return examples.FromLibsvm(0, rows.Ignored);
    }

    private static void AppendLabels(LibsvmReader text, int labels, GrowingArray<int> found)
    {
        ReadOnlySpan<byte> list = text.Token();
        foreach (Range part in list.Split((byte)','))
        {
            if (!int.TryParse(list[part], NumberStyles.None, CultureInfo.InvariantCulture, out int label) || label >= labels)
                throw text.Fault($"expected labels from 0 to {labels - 1} between commas, found '{LibsvmReader.Short(list)}'");
            found.Append(1)[0] = label;
        }
    }

    /// <summary>Three whole numbers above zero and nothing else: rows, features, labels. Else the line is left as it was.</summary>
    private static (int Rows, int Features, int Labels)? IsHeader(LibsvmReader text)
    {
        Span<int> numbers = stackalloc int[3];
        int found = 0;
        while (found < 3 && int.TryParse(text.Token(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0)
            numbers[found++] = number;
        if (found == 3 && text.IsAtEnd)
            return numbers[1] <= LibsvmReader.MaxWidth
                ? (numbers[0], numbers[1], numbers[2])
                : throw text.Fault($"expected at most {LibsvmReader.MaxWidth} features, found {numbers[1]}");
        text.Restart();
        return null;
    }
}
