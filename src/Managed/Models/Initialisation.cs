namespace Subquad.Models;

/// <summary>How the parameters of a network were drawn; the shifts of its hidden layers follow from it.</summary>
/// <param name="Seed">What the weights were drawn from.</param>
/// <param name="Densities">Wanted share of firing neurons, one value or one per hidden layer; null: see
/// <paramref name="ShiftConstant"/>.</param>
/// <param name="ShiftConstant">c of b = sqrt(c ln m), one value or one per hidden layer; used without densities.</param>
/// <param name="OutputWeights">How the output matrix was drawn.</param>
internal sealed record Initialisation(
    ulong Seed, IReadOnlyList<double>? Densities, IReadOnlyList<double> ShiftConstant, OutputWeights OutputWeights)
{
    /// <summary>c where neither densities nor another c are given.</summary>
    public const double DefaultShiftConstant = 0.4;

    /// <summary>Of plain ReLU layers that were trained elsewhere: shift 0, gain 1.</summary>
    public static Initialisation None { get; } = new(0, null, [0], OutputWeights.Normal);

    /// <summary>The shift b of a hidden layer.</summary>
    /// <param name="layer">From 0.</param>
    /// <param name="width">Its neurons.</param>
    public double Shift(int layer, int width) => Densities is { } densities
        ? Layers.Shift.FromDensity(OneOrEach(densities, layer))
        : Layers.Shift.FromWidth(OneOrEach(ShiftConstant, layer), width);

    /// <summary>Refuses values that are no densities or shifts, naming the field.</summary>
    /// <param name="layers">Hidden layers.</param>
    /// <exception cref="ArgumentException">A list has another length or a value outside its range.</exception>
    public void Check(int layers)
    {
        CheckEach(nameof(Densities), Densities, layers, value => value is > 0 and <= 0.5, "above 0 and at most 0.5");
        CheckEach(nameof(ShiftConstant), ShiftConstant, layers, value => value is >= 0 and <= 10, "from 0 to 10");
    }

    private static double OneOrEach(IReadOnlyList<double> values, int layer) => values.Count == 1 ? values[0] : values[layer];

    private static void CheckEach(string field, IReadOnlyList<double>? values, int layers, Func<double, bool> holds, string range)
    {
        if (values is null)
            return;
        if (values.Count != 1 && values.Count != layers)
            throw new ArgumentException($"{field}: expected one value or one for each of {layers} hidden layers, found {values.Count}");
        foreach (double value in values)
            if (!holds(value))
                throw new ArgumentException($"{field}: expected values {range}, found {value}");
    }
}
