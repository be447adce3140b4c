namespace Subquad;

/// <summary>Everything that is measured of a network on a data set with targets; see <see cref="Network.Report"/>.</summary>
/// <param name="Count">Data.</param>
/// <param name="Loss">As <see cref="EvaluationResult.Loss"/>.</param>
public sealed record EvaluationReport(int Count, double Loss)
{
    /// <summary>Numbers so far outside the training rows that they were clipped, see <see cref="Network.CountClipped"/>.</summary>
    public int Clipped { get; init; }

    /// <summary>What is measured of classes; null unless the task is classification.</summary>
    public ClassificationMetrics? Classification { get; init; }

    /// <summary>What is measured of values; null unless the task is regression.</summary>
    public RegressionMetrics? Regression { get; init; }

    /// <summary>
    /// What is measured of labels; null unless the task is multi-label, or there are several outputs and every target is 0 or 1.
    /// </summary>
    public RankingMetrics? Ranking { get; init; }
}

/// <summary>How well classes are predicted. The predicted class has the highest output; of equal ones, the first.</summary>
/// <param name="Accuracy">The share of rows whose class is predicted, in [0, 1]. It is the micro-averaged F1 too.</param>
/// <param name="BalancedAccuracy">The mean over the classes that occur of the share of their rows that is predicted.</param>
/// <param name="MacroF1">The mean of 2 TP / (2 TP + FP + FN) over the classes that occur or are predicted.</param>
/// <param name="Auc">
/// The area under the receiver operating characteristic: the chance that the class has a higher probability in one of its rows than in a
/// row of another class, ties counted as half. Of two classes, that of the second; of more, the mean over the classes that occur, each
/// against the others. NaN when only one class occurs, or above 1,000 classes.
/// </param>
public sealed record ClassificationMetrics(double Accuracy, double BalancedAccuracy, double MacroF1, double Auc)
{
    /// <summary>Rows by true class (first index) and predicted class (second index); empty above 1,000 classes.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Confusion { get; internal init; } = [];

    /// <summary>
    /// The mean of -log p of the true class, in nats; p as in
    /// <see cref="Network.PredictProbabilities(ReadOnlySpan{float}, Span{float})"/>.
    /// </summary>
    public double LogLoss { get; internal init; }
}

/// <summary>How well values are predicted, in the units of the targets.</summary>
/// <param name="RootMeanSquaredError">sqrt(mean (f - y)^2) over rows and outputs.</param>
/// <param name="MeanAbsoluteError">mean |f - y| over rows and outputs.</param>
/// <param name="RSquared">
/// 1 - sum (f - y)^2 / sum (y - mean y)^2, the mean over the outputs whose targets vary; NaN when none varies.
/// </param>
public sealed record RegressionMetrics(double RootMeanSquaredError, double MeanAbsoluteError, double RSquared);

/// <summary>How well labels are ranked; a row has any number of them.</summary>
public sealed record RankingMetrics
{
    /// <summary>k of the entries below: 1, 3 and 5, as far as there are that many labels.</summary>
    public IReadOnlyList<int> At { get; internal init; } = [];

    /// <summary>
    /// P@k: of the k labels with the highest outputs, the share that the row has; the mean over all rows. Of equal outputs the first
    /// counts.
    /// </summary>
    public IReadOnlyList<double> Precision { get; internal init; } = [];

    /// <summary>
    /// nDCG@k: the sum of 1 / log2(rank + 1) over the row's labels among the first k, by the same sum of a perfect order; the mean over the
    /// rows that have a label. NaN when none has.
    /// </summary>
    public IReadOnlyList<double> NormalisedGain { get; internal init; } = [];

    /// <summary>From this probability on a label counts as predicted: 0.5.</summary>
    public double Threshold { get; internal init; }

    /// <summary>2 TP / (2 TP + FP + FN) over all rows and labels; NaN when no label occurs or is predicted.</summary>
    public double MicroF1 { get; internal init; }

    /// <summary>The mean of 2 TP / (2 TP + FP + FN) over the labels that occur or are predicted; NaN when none is.</summary>
    public double MacroF1 { get; internal init; }

    /// <summary>The mean over rows and labels of -log p of what is true: p where the row has the label, else 1 - p; in nats.</summary>
    public double LogLoss { get; internal init; }
}
