namespace Subquad.Optimizers.GaussNewton;

/// <summary>
/// The Levenberg-Marquardt controller: mu relative to trace(K) / n, following how much of the promised decrease a step delivers (Marquardt
/// 1963; constants as in More 1978, but with larger moves, since a step here costs far more than a damping).
/// </summary>
internal sealed class Damping(double start, bool adapts)
{
    private const double AcceptAbove = 1e-3;
    private const double GoodAbove = 0.9;
    private const double PoorBelow = 0.25;
    private const double Ease = 0.2;
    private const double Tighten = 4;
    private const double Reject = 10;
    private const double Most = 1e8;
    private const double Least = 1e-8;

    /// <summary>The present mu.</summary>
    public double Relative { get; private set; } = start;

    /// <summary>Whether damping further makes no sense.</summary>
    public bool IsExhausted => Relative > Most;

    /// <summary>The least mu after so many steps.</summary>
    public static double LeastAfter(double start, int steps) => Math.Max(Math.Min(start, Least), start * Math.Pow(Ease, steps));

    /// <summary>Damps more, as after a dropped step.</summary>
    public void Raise() => Relative = Math.Max(Relative, Least) * Reject;

    /// <summary>Judges a trial and moves mu.</summary>
    /// <param name="predicted">Decrease of the loss that its quadratic model promises.</param>
    /// <param name="actual">Decrease that was found; NaN counts as none.</param>
    /// <returns>Whether the step is accepted.</returns>
    public bool Judge(double predicted, double actual)
    {
        bool accepted = predicted > 0 && actual > AcceptAbove * predicted;
        if (!adapts)
            return double.IsFinite(actual);
        double ratio = actual / predicted;
        if (!accepted)
            Raise();
        else if (ratio > GoodAbove)
            Relative = Math.Max(Relative * Ease, Least);
        else if (ratio < PoorBelow)
            Relative = Math.Max(Relative, Least) * Tighten;
        return accepted;
    }
}
