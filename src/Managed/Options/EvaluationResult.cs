namespace Subquad;

/// <summary>How well a network does on a data set.</summary>
/// <param name="Loss">||f - y||^2 / (2 n C): the mean over data and outputs, targets transformed.</param>
/// <param name="Metric">Accuracy or P@1 in [0, 1], or root mean squared error in original units.</param>
/// <param name="Count">Data.</param>
public sealed record EvaluationResult(double Loss, double Metric, int Count);
