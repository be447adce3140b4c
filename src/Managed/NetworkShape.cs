using System.Collections.ObjectModel;

namespace Subquad;

/// <summary>Whether hidden activations are divided by their norm.</summary>
public enum Normalisation
{
    /// <summary>h / ||h|| in every hidden layer: stable at any depth.</summary>
    Normalised,

    /// <summary>h as it comes, as in the paper; stable for one or two hidden layers.</summary>
    Plain,
}

/// <summary>How the output matrix is drawn.</summary>
public enum OutputWeights
{
    /// <summary>N(0, 0.01): for outputs that are trained.</summary>
    Normal,

    /// <summary>+1 or -1: for the scalar networks of the theory.</summary>
    Signs,
}

/// <summary>The shape of a network: f = A^T h_L, h_l = gamma_l max(0, W_l h_{l-1} - theta_l).</summary>
public sealed record NetworkShape
{
    /// <summary>Features of a row. Ignored when a network is created for a data set.</summary>
    public int Inputs { get; init; }

    /// <summary>Widths of the hidden layers, first to last.</summary>
    public required IReadOnlyList<int> Hidden
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Hidden));
    }

    /// <summary>Outputs. Ignored when a network is created for a data set.</summary>
    public int Outputs { get; init; }

    /// <summary>
    /// Wanted share of firing neurons, one value or one per layer, in (0, 0.5]; 0.5 is the plain ReLU. Null: see
    /// <see cref="ShiftConstant"/>.
    /// </summary>
    public IReadOnlyList<double>? Densities { get; init; }

    /// <summary>
    /// c of the shift b = sqrt(c ln m), one value or one per layer, 0 or more; used when <see cref="Densities"/> is null. Default: 0.4.
    /// </summary>
    public IReadOnlyList<double> ShiftConstant
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(ShiftConstant));
    } = [0.4];

    /// <summary>Default: normalised.</summary>
    public Normalisation Normalisation { get; init; } = Normalisation.Normalised;

    /// <summary>Default: normal.</summary>
    public OutputWeights OutputWeights { get; init; } = OutputWeights.Normal;

    /// <summary>Bytes of all weights in float32.</summary>
    public long WeightBytes => WeightBytesIn(WeightFormat.Float32);

    /// <summary>Bytes of all weights with the hidden ones in a format.</summary>
    /// <param name="format">How the hidden weights lie in memory.</param>
    public long WeightBytesIn(WeightFormat format)
    {
        long bytes = 0, inputs = Inputs;
        foreach (int width in Hidden)
        {
            bytes += Simd.Memory.PanelMatrix.BytesOf(width, inputs, Network.ElementsOf(format));
            inputs = width;
        }
        return bytes + Simd.Memory.PanelMatrix.BytesOf(Math.Max(1, Outputs), inputs);
    }

    /// <summary>The shift b of every hidden layer.</summary>
    internal double[] Shifts()
    {
        var shifts = new double[Hidden.Count];
        for (int layer = 0; layer < shifts.Length; layer++)
            shifts[layer] = Densities is { } densities
                ? Layers.Shift.FromDensity(OneOrEach(densities, layer))
                : Layers.Shift.FromWidth(OneOrEach(ShiftConstant, layer), Hidden[layer]);
        return shifts;
    }

    /// <summary>The same with lists of its own: those of the caller may be arrays that change later.</summary>
    internal NetworkShape Copy() => this with
    {
        Hidden = Elements(Hidden),
        Densities = Densities is null ? null : Elements(Densities),
        ShiftConstant = Elements(ShiftConstant),
    };

    /// <summary>Refuses what cannot be built, naming the field.</summary>
    internal void Check()
    {
        if (Hidden.Count == 0)
            throw new ArgumentException("Hidden: expected at least one hidden layer, found none");
        foreach (int width in Hidden)
            if (width is < 1 or > 1 << 24)
                throw new ArgumentException($"Hidden: expected widths from 1 to {1 << 24}, found {width}");
        if (Inputs < 1)
            throw new ArgumentException($"Inputs: expected 1 or more, found {Inputs}");
        if (Outputs < 1)
            throw new ArgumentException($"Outputs: expected 1 or more, found {Outputs}");
        CheckEach(nameof(Densities), Densities, value => value is > 0 and <= 0.5, "above 0 and at most 0.5");
        CheckEach(nameof(ShiftConstant), ShiftConstant, value => value is >= 0 and <= 10, "from 0 to 10");
    }

    // One by one: a list of the caller's own type must not get hold of the array.
    private static ReadOnlyCollection<T> Elements<T>(IReadOnlyList<T> list)
    {
        var elements = new List<T>();
        foreach (T element in list)
            elements.Add(element);
        return elements.AsReadOnly();
    }

    private static double OneOrEach(IReadOnlyList<double> values, int layer) => values.Count == 1 ? values[0] : values[layer];

    private void CheckEach(string field, IReadOnlyList<double>? values, Func<double, bool> holds, string range)
    {
        if (values is null)
            return;
        if (values.Count != 1 && values.Count != Hidden.Count)
            throw new ArgumentException($"{field}: expected one value or one for each of {Hidden.Count} hidden layers, found {values.Count}");
        foreach (double value in values)
            if (!holds(value))
                throw new ArgumentException($"{field}: expected values {range}, found {value}");
    }
}
