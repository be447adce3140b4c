using Subquad.Simd;

namespace Subquad.Data;

/// <summary>
/// What turns a raw row into a network's input: (x - origin - shift) * scale per column, clipped, then a constant feature, then division by
/// the l2 norm. Learned from the training rows and stored with the model. Never changed after construction, so it may be used from many
/// threads.
/// </summary>
internal sealed class InputTransform
{
    /// <summary>
    /// A number is clipped at so many times the distance from the mean that the farthest training number of its column has.
    /// </summary>
    public const double Reach = 2;

    private readonly double[]? _origins;
    private readonly float[]? _shift;
    private readonly float[]? _scale;
    private readonly float[]? _limit;

    private InputTransform(int rawWidth, double[]? origins, float[]? shift, float[]? scale, float[]? limit, float constant)
    {
        RawWidth = rawWidth;
        _origins = origins;
        _shift = shift;
        _scale = scale;
        _limit = limit;
        Constant = constant;
    }

    /// <summary>Numbers of a raw row.</summary>
    public int RawWidth { get; }

    /// <summary>Numbers of a network's input.</summary>
    public int Width => Constant == 0 ? RawWidth : RawWidth + 1;

    /// <summary>Per column what is subtracted after the origin; empty without standardisation.</summary>
    public ReadOnlySpan<float> Shift => _shift;

    /// <summary>Per column the factor after the shift; empty without standardisation.</summary>
    public ReadOnlySpan<float> Scale => _scale;

    /// <summary>Per column the distance from the shift at which numbers are clipped; empty where none are.</summary>
    public ReadOnlySpan<float> Limit => _limit;

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
    /// has no influence, whatever a later row holds there. No number of these rows is clipped.
    /// </summary>
    /// <param name="examples">The training rows.</param>
    /// <param name="standardise">Shift and scale every column (tables), or leave them (images).</param>
    /// <param name="constant">Append a feature 1 (tables) or none (images).</param>
    public static InputTransform Learn(Examples examples, bool standardise, bool constant)
    {
        float one = constant ? 1 : 0;
        if (!standardise)
            return new(examples.Width, null, null, null, null, one);
        if (examples.Inputs.IsSparse)
            throw new ArgumentException("expected dense rows to standardise, found sparse ones", nameof(examples));
        (double[] mean, double[] deviation) = Moments.Of(examples.Inputs.Values, examples.Width);
        float[] shift = Array.ConvertAll(mean, value => (float)value);
        float[] scale = Array.ConvertAll(deviation, value => Moments.IsConstant(value) ? 0 : (float)(1 / value));
        double[] farthest = Moments.Farthest(examples.Inputs.Values, shift);
        float[] limit = Array.ConvertAll(farthest, distance => (float)Math.Min(float.MaxValue, Reach * distance));
        return new(examples.Width, examples.Inputs.Origins, shift, scale, limit, one);
    }

    /// <summary>Only the division by the norm, for rows of <paramref name="width"/> numbers.</summary>
    public static InputTransform Identity(int width) => new(width, null, null, null, null, 0);

    /// <summary>Numbers that rows store once they are transformed.</summary>
    public long EntriesOf(InputRows rows) =>
        StaysSparse(rows) ? (long)rows.Entries + (long)rows.Count * (Width - RawWidth) : (long)rows.Count * Width;

    /// <summary>Transforms rows of finite numbers. Sparse rows stay sparse, unless they are standardised: a shift fills zeros.</summary>
    /// <exception cref="ArgumentException">The rows have another width.</exception>
    public InputRows Apply(InputRows rows)
    {
        RequireWidth(rows);
        if (StaysSparse(rows))
            return ApplyToEntries(rows);
        var values = new float[EntriesOf(rows)];
        double[]? offsets = OffsetsOf(rows);
        for (int row = 0; row < rows.Count; row++)
        {
            Span<float> written = values.AsSpan(row * Width, Width);
            CopyRow(rows, row, offsets, written[..RawWidth]);
            bool isFinite = TryScale(written[..RawWidth], written);
            Contract.Holds(isFinite, "examples are finite");
        }
        return InputRows.Dense(values, Width);
    }

    /// <summary>Transforms one row; allocates nothing. A row of zeros without a constant stays zero, never 0/0.</summary>
    /// <param name="raw">RawWidth numbers.</param>
    /// <param name="destination">Width numbers, overwritten.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="InvalidDataException">A number is not finite.</exception>
    public void Apply(ReadOnlySpan<float> raw, Span<float> destination)
    {
        if (!TryApply(raw, destination))
            throw new RawRow(raw).NotFinite(schema: null);
    }

    /// <summary>
    /// As <see cref="Apply(ReadOnlySpan{float}, Span{float})"/>, but returns false when a number is not finite.
    /// </summary>
    public bool TryApply(ReadOnlySpan<float> raw, Span<float> destination)
    {
        RequireLengths(raw.Length, destination.Length);
        if (_origins is null)
            return TryScale(raw, destination);
        for (int i = 0; i < raw.Length; i++)
            destination[i] = (float)(raw[i] - _origins[i]);
        return TryScale(destination[..RawWidth], destination);
    }

    /// <summary>
    /// As <see cref="TryApply(ReadOnlySpan{float}, Span{float})"/>, of numbers that become float32 only after the origins are subtracted,
    /// as those of tables do.
    /// </summary>
    public bool TryApply(ReadOnlySpan<double> raw, Span<float> destination)
    {
        RequireLengths(raw.Length, destination.Length);
        for (int i = 0; i < raw.Length; i++)
            destination[i] = (float)(raw[i] - (_origins?[i] ?? 0));
        return TryScale(destination[..RawWidth], destination);
    }

    /// <summary>Counts the numbers of each column that are clipped; those of columns without influence do not count.</summary>
    /// <exception cref="ArgumentException">The rows have another width.</exception>
    public int[] Clipped(InputRows rows)
    {
        RequireWidth(rows);
        var counts = new int[RawWidth];
        if (_limit is null)
            return counts;
        double[]? offsets = OffsetsOf(rows);
        var raw = new float[RawWidth];
        for (int row = 0; row < rows.Count; row++)
        {
            CopyRow(rows, row, offsets, raw);
            for (int i = 0; i < raw.Length; i++)
                if (_scale![i] != 0 && Math.Abs((double)raw[i] - _shift![i]) > _limit[i])
                    counts[i]++;
        }
        return counts;
    }

    /// <summary>
    /// As <see cref="TryApply(ReadOnlySpan{float}, Span{float})"/>, for the entries of a sparse row, which is not standardised; a constant
    /// follows the entries.
    /// </summary>
    public bool TryApplyToEntries(ReadOnlySpan<float> values, Span<float> destination)
    {
        Contract.Holds(!Standardises && destination.Length == values.Length + Width - RawWidth, "entries are scaled only");
        return TryScale(values, destination);
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
        if (_limit is not null)
            JsonText.WriteNumbers(json, "limit", _limit);
        if (_origins is not null)
            JsonText.WriteDoubles(json, "origin", _origins);
    });

    /// <summary>
    /// Reads back what <see cref="ToJson"/> wrote. Models that were saved before there were limits and origins have none.
    /// </summary>
    /// <exception cref="InvalidDataException">The text is something else.</exception>
    public static InputTransform FromJson(string text) => JsonText.Read(text, "the input transform", json =>
    {
        int width = json.GetProperty("width").GetInt32();
        bool standardises = json.TryGetProperty("shift", out _);
        if (width < 1 || width == int.MaxValue)
            throw new FormatException($"'width' is {width}");
        if (!json.GetProperty("unit_norm").GetBoolean())
            throw new FormatException("'unit_norm' is false");
        float constant = JsonText.Number(json, "constant");
        if (!standardises)
            return new InputTransform(width, null, null, null, null, constant);
        float[] shift = JsonText.Numbers(json, "shift"), scale = JsonText.Numbers(json, "scale");
        float[]? limit = json.TryGetProperty("limit", out _) ? JsonText.Numbers(json, "limit") : null;
        double[]? origins = json.TryGetProperty("origin", out _) ? JsonText.Doubles(json, "origin") : null;
        foreach (int length in new[] { shift.Length, scale.Length, limit?.Length ?? width, origins?.Length ?? width })
            if (length != width)
                throw new FormatException($"'shift', 'scale', 'limit' or 'origin' holds {length} numbers for a width of {width}");
        if (limit?.Any(distance => distance < 0) == true)
            throw new FormatException("'limit' holds a negative number");
        return new InputTransform(width, origins, shift, scale, limit, constant);
    });

    private bool StaysSparse(InputRows rows) => rows.IsSparse && !Standardises;

    private void RequireWidth(InputRows rows)
    {
        if (rows.Width != RawWidth)
            throw new ArgumentException($"expected rows of {RawWidth} numbers, found rows of {rows.Width}", nameof(rows));
    }

    private void RequireLengths(int raw, int destination)
    {
        if (raw != RawWidth)
            throw new ArgumentException($"expected a row of {RawWidth} numbers, found {raw}", nameof(raw));
        if (destination != Width)
            throw new ArgumentException($"expected room for {Width} numbers, found {destination}", nameof(destination));
    }

    /// <summary>What is added to the numbers of rows so that they are distances from the origins of this transform.</summary>
    private double[]? OffsetsOf(InputRows rows)
    {
        var offsets = new double[RawWidth];
        for (int i = 0; i < offsets.Length; i++)
            offsets[i] = (rows.Origins?[i] ?? 0) - (_origins?[i] ?? 0);
        return ColumnOrigin.OrNull(offsets);
    }

    private static void CopyRow(InputRows rows, int row, double[]? offsets, Span<float> destination)
    {
        rows.CopyRow(row, destination);
        for (int i = 0; offsets is not null && i < destination.Length; i++)
            destination[i] = (float)(destination[i] + offsets[i]);
    }

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
    /// Numbers and destination may be one span.
    /// </summary>
    private bool TryScale(ReadOnlySpan<float> raw, Span<float> destination)
    {
        // An infinity would be clipped.
        if (_limit is not null && Examples.IndexOfNotFinite(raw) >= 0)
            return false;
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

    private double Standardised(float value, int column)
    {
        if (_shift is null)
            return value;
        double distance = (double)value - _shift[column];
        if (_limit is not null)
            distance = Math.Clamp(distance, -_limit[column], _limit[column]);
        return distance * _scale![column];
    }
}
