namespace Subquad.Data;

/// <summary>Rows as a network sees them, never changed: transformed inputs, dense or sparse, with their targets.</summary>
internal sealed class RowBatch
{
    private RowBatch(InputRows inputs, float[] targets, int outputs, int[] labels) =>
        (Inputs, Targets, Outputs, Labels) = (inputs, targets, outputs, labels);

    /// <summary>What enters the first layer.</summary>
    public InputRows Inputs { get; }

    /// <summary>Count x Outputs, row-major; empty without targets.</summary>
    public float[] Targets { get; }

    /// <summary>Class per row; empty for values.</summary>
    public int[] Labels { get; }

    /// <summary>Rows.</summary>
    public int Count => Inputs.Count;

    /// <summary>Numbers of an input.</summary>
    public int Width => Inputs.Width;

    /// <summary>Numbers of a target.</summary>
    public int Outputs { get; }

    /// <summary>Applies a model's transforms.</summary>
    /// <param name="examples">Raw rows.</param>
    /// <param name="input">The input transform.</param>
    /// <param name="target">The target transform.</param>
    /// <param name="needsTargets">Whether rows without targets are refused.</param>
    /// <exception cref="InvalidDataException">The rows do not fit the model, or are too many.</exception>
    public static RowBatch From(Examples examples, InputTransform input, TargetTransform target, bool needsTargets)
    {
        if (examples.Width != input.RawWidth)
            throw new InvalidDataException($"the data have {examples.Width} features a row, the model expects {input.RawWidth}");
        bool hasTargets = examples.Kind == target.Kind;
        if (needsTargets && examples.Kind == TargetKind.None)
            throw new InvalidDataException("the data have no targets, which this needs");
        if (needsTargets && examples.Kind != target.Kind)
            throw new InvalidDataException($"the data have {Name(examples.Kind)} as targets, the model was made for {Name(target.Kind)}");
        int count = examples.Count, outputs = target.Width;
        long stored = Math.Max(input.EntriesOf(examples.Inputs), (long)count * outputs);
        if (stored > Array.MaxLength)
            throw new InvalidDataException($"{count} rows with {stored} numbers are more than one array holds; use fewer rows");
        InputRows inputs = input.Apply(examples.Inputs);
        var targets = new float[hasTargets ? count * outputs : 0];
        for (int row = 0; hasTargets && row < count; row++)
            target.Apply(examples, row, targets.AsSpan(row * outputs, outputs));
        return new(inputs, targets, outputs, examples.Labels);
    }

    /// <summary>Some rows, in the order given.</summary>
    public RowBatch Take(ReadOnlySpan<int> rows)
    {
        var targets = new float[Targets.Length == 0 ? 0 : rows.Length * Outputs];
        var labels = new int[Labels.Length == 0 ? 0 : rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            if (targets.Length > 0)
                Targets.AsSpan(rows[i] * Outputs, Outputs).CopyTo(targets.AsSpan(i * Outputs));
            if (labels.Length > 0)
                labels[i] = Labels[rows[i]];
        }
        return new(Inputs.Take(rows), targets, Outputs, labels);
    }

    /// <summary>Consecutive rows.</summary>
    public RowBatch Take(int first, int count)
    {
        var rows = new int[count];
        for (int i = 0; i < count; i++)
            rows[i] = first + i;
        return Take(rows);
    }

    private static string Name(TargetKind kind) => kind == TargetKind.Classes ? "classes" : "values";
}
