namespace Subquad.Data;

/// <summary>Examples as a network sees them: transformed inputs and targets, row-major.</summary>
internal sealed class PreparedData
{
    private PreparedData(Examples source, float[] inputs, float[] targets, int count, int width, int outputs, int[] labels)
    {
        (Source, Inputs, Targets, Count, Width, Outputs, Labels) = (source, inputs, targets, count, width, outputs, labels);
    }

    /// <summary>The examples that these, or the whole these are part of, were prepared from.</summary>
    public Examples Source { get; }

    /// <summary>Count x Width.</summary>
    public float[] Inputs { get; }

    /// <summary>Count x Outputs; empty without targets.</summary>
    public float[] Targets { get; }

    /// <summary>Class per row; empty for values.</summary>
    public int[] Labels { get; }

    public int Count { get; }
    public int Width { get; }
    public int Outputs { get; }

    /// <summary>Applies a model's transforms.</summary>
    /// <param name="examples">Raw rows.</param>
    /// <param name="input">The input transform.</param>
    /// <param name="target">The target transform.</param>
    /// <param name="needsTargets">Whether rows without targets are refused.</param>
    public static PreparedData From(Examples examples, InputTransform input, TargetTransform target, bool needsTargets)
    {
        if (examples.Width != input.RawWidth)
            throw new InvalidDataException($"the data have {examples.Width} features a row, the model expects {input.RawWidth}");
        bool hasTargets = examples.Kind == target.Kind;
        if (needsTargets && examples.Kind == TargetKind.None)
            throw new InvalidDataException("the data have no targets, which this needs");
        if (needsTargets && examples.Kind != target.Kind)
            throw new InvalidDataException($"the data have {Name(examples.Kind)} as targets, the model was made for {Name(target.Kind)}");
        int count = examples.Count, width = input.Width, outputs = target.Width;
        if ((long)count * Math.Max(width, outputs) > Array.MaxLength)
            throw new InvalidDataException($"{count} rows of {Math.Max(width, outputs)} numbers are more than one array holds; use fewer rows");
        var inputs = new float[count * width];
        var targets = new float[hasTargets ? count * outputs : 0];
        for (int row = 0; row < count; row++)
        {
            input.Apply(examples.Row(row), inputs.AsSpan(row * width, width));
            if (hasTargets)
                target.Apply(examples, row, targets.AsSpan(row * outputs, outputs));
        }
        return new(examples, inputs, targets, count, width, outputs, examples.Labels);
    }

    /// <summary>Some rows, in the order given.</summary>
    public PreparedData Take(ReadOnlySpan<int> rows)
    {
        var inputs = new float[rows.Length * Width];
        var targets = new float[Targets.Length == 0 ? 0 : rows.Length * Outputs];
        var labels = new int[Labels.Length == 0 ? 0 : rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            Inputs.AsSpan(rows[i] * Width, Width).CopyTo(inputs.AsSpan(i * Width));
            if (targets.Length > 0)
                Targets.AsSpan(rows[i] * Outputs, Outputs).CopyTo(targets.AsSpan(i * Outputs));
            if (labels.Length > 0)
                labels[i] = Labels[rows[i]];
        }
        return new(Source, inputs, targets, rows.Length, Width, Outputs, labels);
    }

    /// <summary>Consecutive rows.</summary>
    public PreparedData Take(int first, int count)
    {
        var rows = new int[count];
        for (int i = 0; i < count; i++)
            rows[i] = first + i;
        return Take(rows);
    }

    private static string Name(TargetKind kind) => kind == TargetKind.Classes ? "classes" : "values";
}
