using System.Collections.ObjectModel;
using Subquad.Models;
using Subquad.Simd.Memory;

namespace Subquad;

/// <summary>
/// The shape of a network: f = A^T h_L, or f = A^T h_L + B^T x with direct weights; h_l = gamma_l max(0, W_l h_{l-1} - theta_l).
/// </summary>
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
    } = [Models.Initialisation.DefaultShiftConstant];

    /// <summary>Default: normalised.</summary>
    public Normalisation Normalisation { get; init; } = Normalisation.Normalised;

    /// <summary>Default: normal.</summary>
    public OutputWeights OutputWeights { get; init; } = OutputWeights.Normal;

    /// <summary>
    /// Whether weights B go from the transformed input row x straight to the outputs: a linear model beside the hidden layers (wide and
    /// deep). They are 0 before training, and all training moves them. Default: false.
    /// </summary>
    public bool DirectWeights { get; init; }

    /// <summary>Bytes of all weights in float32.</summary>
    public long WeightBytes => WeightBytesIn(WeightFormat.Float32);

    /// <summary>Bytes of all weights with the hidden ones in a format; the largest number where an address space has fewer.</summary>
    /// <param name="format">How the hidden weights lie in memory.</param>
    public long WeightBytesIn(WeightFormat format)
    {
        Int128 bytes = OutputBytes;
        int inputs = Inputs;
        foreach (int width in Hidden)
        {
            bytes += BytesOf(width, inputs, LayerStackFactory.ElementsOf(format));
            inputs = width;
        }
        return (long)Int128.Min(bytes, long.MaxValue);
    }

    /// <summary>Bytes of the weights of the output layer.</summary>
    internal Int128 OutputBytes => BytesOf(Math.Max(1, Outputs), Hidden.Count > 0 ? Hidden[^1] : Inputs, ElementFormat.Float32)
        + (DirectWeights ? BytesOf(Math.Max(1, Outputs), Inputs, ElementFormat.Float32) : 0);

    /// <summary>The shift b of every hidden layer.</summary>
    internal double[] Shifts()
    {
        Initialisation drawn = InitialisationBy(seed: 0);
        return [.. Hidden.Select((width, layer) => drawn.Shift(layer, width))];
    }

    /// <summary>How the parameters of a network of this shape are drawn.</summary>
    internal Initialisation InitialisationBy(ulong seed) => new(seed, Densities, ShiftConstant, OutputWeights);

    /// <summary>Refuses what cannot be built, naming the field.</summary>
    internal void Check()
    {
        RequireDefined(nameof(Normalisation), Normalisation);
        RequireDefined(nameof(OutputWeights), OutputWeights);
        _ = Layers();
    }

    /// <summary>The layers of a network of this shape.</summary>
    /// <exception cref="ArgumentException">It cannot be built; the message names the field.</exception>
    internal LayerDescription[] Layers() =>
        LayerDescription.Chain(
            Inputs, Hidden, Outputs, Normalisation == Normalisation.Normalised, InitialisationBy(seed: 0), DirectWeights);

    /// <summary>The shape of a model.</summary>
    internal static NetworkShape Of(ModelDescription model) => new()
    {
        Inputs = model.Inputs,
        Hidden = [.. model.Hidden.Select(layer => layer.Width)],
        Outputs = model.Outputs,
        Densities = model.Initialisation.Densities,
        ShiftConstant = model.Initialisation.ShiftConstant,
        Normalisation = model.IsNormalised ? Normalisation.Normalised : Normalisation.Plain,
        OutputWeights = model.Initialisation.OutputWeights,
        DirectWeights = model.HasDirect,
    };

    /// <summary>The same with lists of its own: those of the caller may be arrays that change later.</summary>
    internal NetworkShape Copy() => this with
    {
        Hidden = Elements(Hidden),
        Densities = Densities is null ? null : Elements(Densities),
        ShiftConstant = Elements(ShiftConstant),
    };

    private static void RequireDefined<T>(string field, T value) where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
            throw new ArgumentException($"{field}: expected one of {string.Join(", ", Enum.GetNames<T>())}, found {value}");
    }

    // One column of so many rows fits in an address space, all columns may not.
    private static Int128 BytesOf(int rows, int columns, ElementFormat elements) =>
        PanelMatrix.BytesOf(rows, 0, elements) * ((Int128)columns + 1);

    // One by one: a list of the caller's own type must not get hold of the array.
    private static ReadOnlyCollection<T> Elements<T>(IReadOnlyList<T> list)
    {
        var elements = new List<T>();
        foreach (T element in list)
            elements.Add(element);
        return elements.AsReadOnly();
    }
}
