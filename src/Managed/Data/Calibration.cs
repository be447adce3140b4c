namespace Subquad.Data;

/// <summary>
/// What makes probabilities of the scores that the squared loss leaves, which estimate 0 or 1 but are not bounded: p = softmax(f / T) over
/// classes, and p = 1 / (1 + exp(-(f / T + b))) of each label by itself.
/// </summary>
/// <param name="Temperature">T, above 0.</param>
/// <param name="Bias">b; 0 for classes.</param>
internal sealed record Calibration(double Temperature, double Bias = 0)
{
    /// <summary>For a network that was never calibrated.</summary>
    private static readonly Calibration s_ofClasses = new(0.15), s_ofLabels = new(0.08, -5);

    /// <summary>What stands for a calibration that is missing.</summary>
    public static Calibration Default(bool areLabels) => areLabels ? s_ofLabels : s_ofClasses;
}
