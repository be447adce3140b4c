using Subquad.Simd;

namespace Subquad.Data;

/// <summary>
/// What turns a raw row into a network's input: (x - shift) * scale per column, then a constant feature, then division by the l2 norm.
/// Learned from the training rows and stored with the model. Never changed after construction, so it may be used from many threads.
/// </summary>
internal sealed class InputTransform
{
    private readonly float[]? _shift;
    private readonly float[]? _scale;

    private InputTransform(int rawWidth, float[]? shift, float[]? scale, float constant)
    {
        RawWidth = rawWidth;
        _shift = shift;
        _scale = scale;
        Constant = constant;
    }

    /// <summary>Numbers of a raw row.</summary>
    public int RawWidth { get; }

    /// <summary>Numbers of a network's input.</summary>
    public int Width => Constant == 0 ? RawWidth : RawWidth + 1;

    /// <summary>Per column what is subtracted; empty without standardisation.</summary>
    public ReadOnlySpan<float> Shift => _shift;

    /// <summary>Per column the factor after the shift; empty without standardisation.</summary>
    public ReadOnlySpan<float> Scale => _scale;

    /// <summary>The feature appended before normalisation; 0 means none.</summary>
    public float Constant { get; }

    /// <summary>Whether rows are standardised.</summary>
    public bool Standardises => _shift is not null;

    /// <summary>
    /// Learns what rows ask for: <see cref="Examples.IsStandardised"/>, <see cref="Examples.HasConstant"/>.
    /// </summary>
    public static InputTransform Learn(Examples examples) => Learn(examples, examples.IsStandardised, examples.HasConstant);

    /// <summary>
    /// Learns from rows: mean and population standard deviation per column, in double; a column that never varies gets scale 0 and
    /// has no influence, whatever a later row holds there.
    /// </summary>
    /// <param name="examples">The training rows.</param>
    /// <param name="standardise">Shift and scale every column (tables), or leave them (images).</param>
    /// <param name="constant">Append a feature 1 (tables) or none (images).</param>
    public static InputTransform Learn(Examples examples, bool standardise, bool constant)
    {
        float one = constant ? 1 : 0;
        if (!standardise)
            return new(examples.Width, null, null, one);
        if (examples.Inputs.IsSparse)
            throw new ArgumentException("expected dense rows to standardise, found sparse ones", nameof(examples));
        (double[] mean, double[] deviation) = Moments.Of(examples.Inputs.Values, examples.Width);
        float[] scale = Array.ConvertAll(deviation, value => Moments.IsConstant(value) ? 0 : (float)(1 / value));
        return new(examples.Width, Array.ConvertAll(mean, value => (float)value), scale, one);
    }

    /// <summary>Only the division by the norm, for rows of <paramref name="width"/> numbers.</summary>
    public static InputTransform Identity(int width) => new(width, null, null, 0);

    /// <summary>Numbers that rows store once they are transformed.</summary>
    public long EntriesOf(InputRows rows) =>
        StaysSparse(rows) ? (long)rows.Entries + (long)rows.Count * (Width - RawWidth) : (long)rows.Count * Width;

    /// <summary>Transforms rows of finite numbers. Sparse rows stay sparse, unless they are standardised: a shift fills zeros.</summary>
    /// <exception cref="ArgumentException">The rows have another width.</exception>
    public InputRows Apply(InputRows rows)
    {
        if (rows.Width != RawWidth)
            throw new ArgumentException($"expected rows of {RawWidth} numbers, found rows of {rows.Width}", nameof(rows));
        if (StaysSparse(rows))
            return ApplyToEntries(rows);
        var values = new float[EntriesOf(rows)];
        float[] spread = rows.IsSparse ? new float[RawWidth] : [];
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<float> raw = rows.ValuesOf(row);
            if (rows.IsSparse)
            {
                rows.CopyRow(row, spread);
                raw = spread;
            }
            Apply(raw, values.AsSpan(row * Width, Width));
        }
        return InputRows.Dense(values, Width);
    }

    /// <summary>Transforms one row; allocates nothing. A row of zeros without a constant stays zero, never 0/0.</summary>
    /// <param name="raw">RawWidth numbers.</param>
    /// <param name="destination">Width numbers, overwritten; must not overlap <paramref name="raw"/> when shifted.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="InvalidDataException">A number is not finite.</exception>
    public void Apply(ReadOnlySpan<float> raw, Span<float> destination)
    {
        if (!TryApply(raw, destination))
            throw Examples.NotFinite(raw, schema: null);
    }

    /// <summary>
    /// As <see cref="Apply(ReadOnlySpan{float}, Span{float})"/>, but returns false and writes nothing when a number is not finite.
    /// </summary>
    public bool TryApply(ReadOnlySpan<float> raw, Span<float> destination)
    {
        if (raw.Length != RawWidth)
            throw new ArgumentException($"expected a row of {RawWidth} numbers, found {raw.Length}", nameof(raw));
        if (destination.Length != Width)
            throw new ArgumentException($"expected room for {Width} numbers, found {destination.Length}", nameof(destination));
        return TryScale(raw, destination);
    }

    /// <summary>The transform as a JSON object; numbers come back bit for bit.</summary>
    public string ToJson() => JsonText.Write(json =>
    {
        json.WriteNumber("width", RawWidth);
        json.WriteNumber("constant", Constant);
        json.WriteBoolean("unit_norm", true);
        if (!Standardises)
            return;
        JsonText.WriteNumbers(json, "shift", _shift);
        JsonText.WriteNumbers(json, "scale", _scale);
    });

    /// <summary>Reads back what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The text is something else.</exception>
    public static InputTransform FromJson(string text) => JsonText.Read(text, "the input transform", json =>
    {
        int width = json.GetProperty("width").GetInt32();
        bool standardises = json.TryGetProperty("shift", out _);
        float[]? shift = standardises ? JsonText.Numbers(json, "shift") : null;
        float[]? scale = standardises ? JsonText.Numbers(json, "scale") : null;
        if (width < 1 || width == int.MaxValue)
            throw new FormatException($"'width' is {width}");
        if (!json.GetProperty("unit_norm").GetBoolean())
            throw new FormatException("'unit_norm' is false");
        if (standardises && (shift!.Length != width || scale!.Length != width))
            throw new FormatException($"'shift' and 'scale' hold {shift.Length} and {scale!.Length} numbers for a width of {width}");
        return new InputTransform(width, shift, scale, JsonText.Number(json, "constant"));
    });

    private bool StaysSparse(InputRows rows) => rows.IsSparse && !Standardises;

    private InputRows ApplyToEntries(InputRows rows)
    {
        int added = Width - RawWidth, entries = checked((int)EntriesOf(rows));
        var starts = new int[rows.Count + 1];
        var columns = new int[entries];
        var values = new float[entries];
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<int> stored = rows.ColumnsOf(row);
            Span<int> written = columns.AsSpan(starts[row], stored.Length + added);
            stored.CopyTo(written);
            if (added > 0)
                written[^1] = RawWidth;
            bool isFinite = TryScale(rows.ValuesOf(row), values.AsSpan(starts[row], written.Length));
            Contract.Holds(isFinite, "examples are finite");
            starts[row + 1] = starts[row] + written.Length;
        }
        return InputRows.Sparse(starts, columns, values, Width);
    }

    /// <summary>
    /// Transforms the numbers of a dense row, or the entries of a sparse one that is not standardised: zeros add nothing to the norm.
    /// </summary>
    private bool TryScale(ReadOnlySpan<float> raw, Span<float> destination)
    {
        // Everything is double until the final quotient, which is at most 1: no float can overflow on the way.
        double squares = (double)Constant * Constant;
        for (int i = 0; i < raw.Length; i++)
        {
            double value = Standardised(raw[i], i);
            squares += value * value;
        }
        // The sum of squares of floats cannot overflow a double, so it tells for nothing whether all are finite.
        if (!double.IsFinite(squares) && Examples.IndexOfNotFinite(raw) >= 0)
            return false;
        if (squares == 0)
        {
            destination.Clear();
            return true;
        }
        double norm = Math.Sqrt(squares);
        for (int i = 0; i < raw.Length; i++)
            destination[i] = (float)(Standardised(raw[i], i) / norm);
        if (Constant != 0)
            destination[raw.Length] = (float)(Constant / norm);
        return true;
    }

    private double Standardised(float value, int column) =>
        _shift is null ? value : ((double)value - _shift[column]) * _scale![column];
}
