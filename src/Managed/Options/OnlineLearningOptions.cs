namespace Subquad;

/// <summary>How <see cref="Network.StartLearning"/> fits the output weights. The defaults need no tuning.</summary>
public sealed record OnlineLearningOptions
{
    /// <summary>
    /// mu of the ridge regression, above 0; it stays as it is while rows come and go. Null, the default, chooses it by the leave-one-out
    /// error of the first rows, among powers of ten from 1e-6 to 10 times trace(K) / n, where K is the Gram matrix of the features.
    /// </summary>
    public double? Damping { get; init; }

    /// <summary>
    /// Whether hidden layers that were trained are taken as they are. The result is then exact given these features, but rows that the
    /// hidden layers were trained on keep their influence on them when they are forgotten. Default: false, which refuses such a network.
    /// A network that was trained by another program counts as not trained.
    /// </summary>
    public bool FreezeHidden { get; init; }

    /// <summary>
    /// Whether the ridge regression pulls the output weights towards those that the network has at the start, A_0, in place of 0: for a
    /// network whose output weights were trained elsewhere, on rows that are not known here. Default: false.
    /// </summary>
    public bool KeepOutput { get; init; }

    /// <summary>Workers at the start, and when a matrix is factored anew. Default: the processors of this machine.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
