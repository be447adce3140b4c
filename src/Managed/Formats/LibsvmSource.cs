using Subquad.Data;

namespace Subquad.Formats;

/// <summary>
/// Reads LIBSVM text with one label a row anew in every epoch, through a shuffle buffer: memory depends on the buffer, not on the file.
/// </summary>
internal sealed class LibsvmSource : IBatchSource
{
    private readonly string _path;
    private readonly LibsvmLayout _layout;
    private readonly int _firstIndex;
    private readonly Dictionary<double, int> _classes;
    private readonly StreamedRows _rows;
    private readonly int _batch;
    private readonly int _waiting;
    private readonly ulong _seed;

    /// <param name="path">The file, plain or gzip.</param>
    /// <param name="layout">How it is read; the first index is known.</param>
    /// <param name="input">The input transform.</param>
    /// <param name="target">The target transform.</param>
    /// <param name="batch">Rows of a batch, at least 1.</param>
    /// <param name="waiting">Rows in the shuffle buffer, at least 1.</param>
    /// <param name="seed">Draws the order of each epoch.</param>
    /// <exception cref="ArgumentException">The layout has no first index, or not one label a row.</exception>
    public LibsvmSource(
        string path, LibsvmLayout layout, InputTransform input, TargetTransform target, int batch, int waiting, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(waiting, 1);
        if (layout.Kind == TargetKind.None || (layout.Kind == TargetKind.Values && layout.Outputs > 1))
            throw new ArgumentException("expected one label a row, found none or several", nameof(layout));
        _firstIndex = layout.FirstIndex ?? throw new ArgumentException("expected a known first index, found none", nameof(layout));
        _classes = LibsvmLabels.PlacesOf(layout.ClassNames);
        PackedTargets targets = layout.Kind == TargetKind.Classes ? PackedTargets.Classes : PackedTargets.Values;
        _rows = new(IsSparse: true, layout.Width, targets, layout.ClassNames, Outputs: 1, input, target);
        (_path, _layout, _batch, _waiting, _seed) = (path, layout, batch, waiting, seed);
    }

    public RowBatch? Whole => null;

    public IEnumerable<EpochBatch> Epoch(int epoch) =>
        _rows.Batches(ShuffleBuffer.Shuffle(Read(), _waiting, new SplitMix64(_seed, (ulong)epoch)), _batch);

    private IEnumerable<StreamedRow> Read()
    {
        using var text = new LibsvmReader(_path);
        List<int> columns = [];
        List<float> values = [];
        bool hasRows = false;
        while (text.Read())
        {
            if (text.IsAtEnd)
                continue;
            hasRows = true;
            yield return ReadRow(text, columns, values);
        }
        if (!hasRows)
            throw text.FaultOfFile("expected at least one row, found none");
    }

    private StreamedRow ReadRow(LibsvmReader text, List<int> columns, List<float> values)
    {
        double label = LibsvmLabels.Read(text);
        int place = 0;
        if (_layout.Kind == TargetKind.Classes && !_classes.TryGetValue(label, out place))
            throw LibsvmLabels.Unknown(text, label, text.Line);
        columns.Clear();
        values.Clear();
        for (int last = -1; text.TryPair(last, out int index, out float value); last = index)
        {
            if (index < _firstIndex)
                throw text.Fault($"expected feature indices from {_firstIndex} to {_firstIndex + _layout.Width - 1}, found {index}");
            // As in memory, features that the layout does not have are left out.
            if (value == 0 || index >= _firstIndex + _layout.Width)
                continue;
            columns.Add(index - _firstIndex);
            values.Add(value);
        }
        bool isClass = _layout.Kind == TargetKind.Classes;
        return new([.. columns], [.. values], isClass ? [place] : [], isClass ? [] : [(float)label]);
    }
}
