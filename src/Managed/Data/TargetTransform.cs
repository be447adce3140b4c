using System.Text.Json;

namespace Subquad.Data;

/// <summary>
/// What turns a target into what the outputs aim at: for classes one-hot 0/1 minus 1/C, for values (y - origin - mean) / deviation per
/// output.
/// Learned from the training rows and stored with the model. Never changed after construction.
/// </summary>
internal sealed class TargetTransform
{
    private readonly float[] _mean;
    private readonly float[] _deviation;
    private readonly double[]? _origins;

    private TargetTransform(TargetKind kind, float[] mean, float[] deviation, double[]? origins = null)
    {
        _origins = origins;
        Kind = kind;
        _mean = mean;
        _deviation = deviation;
    }

    /// <summary>Classes or values.</summary>
    public TargetKind Kind { get; }

    /// <summary>Whether values are 1 for the labels that a row has and 0 for all others.</summary>
    public bool HasLabels { get; private init; }

    /// <summary>Whether probabilities can be made of the outputs: those of classes or of labels.</summary>
    public bool HasProbabilities => HasLabels || Kind == TargetKind.Classes;

    /// <summary>Outputs of the network.</summary>
    public int Width => _mean.Length;

    /// <summary>What an output of 0 means in the original units, less the origin: the mean of a value, 1/C of a class.</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>What an output of 1 adds to that; 1 for classes and for targets that never vary.</summary>
    public ReadOnlySpan<float> Deviation => _deviation;

    /// <summary>Learns from the training rows.</summary>
    /// <exception cref="ArgumentException">The rows have no targets.</exception>
    public static TargetTransform Learn(Examples examples)
    {
        if (examples.Kind == TargetKind.None)
            throw new ArgumentException("expected examples with targets, found none", nameof(examples));
        if (examples.Kind == TargetKind.Classes)
            return OfClasses(examples.OutputCount);
        (double[] mean, double[] deviation) = Moments.Of(examples.Values, examples.OutputCount);
        return new(
            TargetKind.Values,
            Array.ConvertAll(mean, value => (float)value),
            Array.ConvertAll(deviation, value => Moments.IsConstant(value) ? 1 : (float)value),
            examples.ValueOrigins)
        {
            HasLabels = examples.LabelSets is not null,
        };
    }

    /// <summary>The transform of <paramref name="classes"/> classes; it needs no rows.</summary>
    public static TargetTransform OfClasses(int classes)
    {
        var mean = new float[classes];
        var deviation = new float[classes];
        Array.Fill(mean, (float)(1.0 / classes));
        Array.Fill(deviation, 1);
        return new(TargetKind.Classes, mean, deviation);
    }

    /// <summary>Values as they are, <paramref name="outputs"/> per row.</summary>
    public static TargetTransform Identity(int outputs)
    {
        var deviation = new float[outputs];
        Array.Fill(deviation, 1);
        return new(TargetKind.Values, new float[outputs], deviation);
    }

    /// <summary>The same transform of values that are known to be labels.</summary>
    public TargetTransform WithLabels() => new(TargetKind.Values, _mean, _deviation) { HasLabels = true };

    /// <summary>Whether a transformed target says that the row has the label.</summary>
    public bool HasLabel(float target, int label) => target * _deviation[label] + _mean[label] > 0.5f;

    /// <summary>Writes what the outputs should be for one row; allocates nothing.</summary>
    /// <param name="examples">Rows with targets of this kind and width (fewer classes than were learned are fine).</param>
    /// <param name="row">Which row.</param>
    /// <param name="destination">Width numbers, overwritten.</param>
    /// <exception cref="ArgumentException">The targets are of another kind or width.</exception>
    public void Apply(Examples examples, int row, Span<float> destination)
    {
        if (destination.Length != Width)
            throw new ArgumentException($"expected room for {Width} numbers, found {destination.Length}", nameof(destination));
        bool fits = examples.Kind == Kind && (Kind == TargetKind.Classes ? examples.OutputCount <= Width : examples.OutputCount == Width);
        if (!fits)
            throw new ArgumentException(
                $"expected {Width} targets of kind {Kind}, found {examples.OutputCount} of kind {examples.Kind}", nameof(examples));

        if (Kind == TargetKind.Classes)
            Apply(examples.Labels[row], destination);
        else
            Apply(examples.Values.AsSpan(row * Width, Width), destination, examples.ValueOrigins);
    }

    /// <summary>Writes what the outputs should be for a class.</summary>
    public void Apply(int label, Span<float> destination)
    {
        float share = _mean[0];
        destination.Fill(-share);
        destination[label] = 1 - share;
    }

    /// <summary>Writes what the outputs should be for values.</summary>
    /// <param name="values">The values.</param>
    /// <param name="destination">As many numbers, overwritten.</param>
    /// <param name="origins">What the values count from; null means 0.</param>
    public void Apply(ReadOnlySpan<float> values, Span<float> destination, double[]? origins = null)
    {
        for (int i = 0; i < values.Length; i++)
            destination[i] = Apply(values[i], i, origins);
    }

    /// <summary>What an output should be for a value.</summary>
    /// <inheritdoc cref="Apply(ReadOnlySpan{float}, Span{float}, double[])"/>
    public float Apply(double value, int output, double[]? origins = null)
    {
        double offset = OriginOf(origins, output) - OriginOf(_origins, output);
        return (float)((value + offset - _mean[output]) / _deviation[output]);
    }

    /// <summary>Takes outputs back to the original units in place: values in theirs, classes as estimates of 0/1.</summary>
    /// <param name="outputs">Any number of rows of Width outputs.</param>
    /// <param name="origins">What the units count from, as the values of <see cref="Examples"/> do; null means 0.</param>
    /// <exception cref="ArgumentException">The length is no multiple of the width.</exception>
    public void ToUnits(Span<float> outputs, double[]? origins = null)
    {
        RequireRows(outputs.Length);
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = (float)InUnits(outputs[i], i % Width, origins);
    }

    /// <summary>As <see cref="ToUnits(Span{float}, double[])"/>, in float64: values far from 0 keep what varies.</summary>
    /// <param name="outputs">Any number of rows of Width outputs.</param>
    /// <param name="units">As many numbers, overwritten.</param>
    /// <exception cref="ArgumentException">The length is no multiple of the width.</exception>
    public void ToUnits(ReadOnlySpan<float> outputs, Span<double> units)
    {
        RequireRows(outputs.Length);
        for (int i = 0; i < outputs.Length; i++)
            units[i] = InUnits(outputs[i], i % Width, null);
    }

    /// <summary>Takes a number of an output back to the original units.</summary>
    public double ToUnits(double number, int output) => InUnits(number, output, null);

    /// <summary>The transform as a JSON object; numbers come back bit for bit.</summary>
    public string ToJson() => JsonText.Write(json =>
    {
        json.WriteString("task", Kind == TargetKind.Classes ? "classes" : "values");
        json.WriteNumber("outputs", Width);
        if (Kind == TargetKind.Classes)
            return;
        JsonText.WriteNumbers(json, "mean", _mean);
        JsonText.WriteNumbers(json, "deviation", _deviation);
        if (_origins is not null)
            JsonText.WriteDoubles(json, "origin", _origins);
        // Readers that do not have this field take the outputs as values.
        if (HasLabels)
            json.WriteBoolean("labels", true);
    });

    /// <summary>Reads back what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The text is something else.</exception>
    public static TargetTransform FromJson(string text) => JsonText.Read(text, "the target transform", json =>
    {
        int outputs = json.GetProperty("outputs").GetInt32();
        string task = JsonText.Text(json, "task");
        if (task == "classes")
            return outputs is >= 2 and <= 1 << 24 ? OfClasses(outputs) : throw new FormatException($"'outputs' is {outputs}");
        if (task != "values")
            throw new FormatException($"'task' is '{task}'");
        float[] mean = JsonText.Numbers(json, "mean");
        float[] deviation = JsonText.Numbers(json, "deviation");
        double[]? origins = json.TryGetProperty("origin", out _) ? JsonText.Doubles(json, "origin") : null;
        if (outputs < 1 || mean.Length != outputs || deviation.Length != outputs || deviation.Any(value => value <= 0)
            || (origins is not null && origins.Length != outputs))
            throw new FormatException($"'mean', 'deviation' and 'origin' do not describe {outputs} outputs");
        bool hasLabels = json.TryGetProperty("labels", out JsonElement labels) && labels.GetBoolean();
        return new TargetTransform(TargetKind.Values, mean, deviation, origins) { HasLabels = hasLabels };
    });

    private static double OriginOf(double[]? origins, int output) => origins?[output] ?? 0;

    private double InUnits(double value, int output, double[]? origins) =>
        (value * _deviation[output]) + (_mean[output] + (OriginOf(_origins, output) - OriginOf(origins, output)));

    private void RequireRows(int outputs)
    {
        if (outputs % Width != 0)
            throw new ArgumentException($"expected rows of {Width} outputs, found {outputs} numbers", nameof(outputs));
    }
}
