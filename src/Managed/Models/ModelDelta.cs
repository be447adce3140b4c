using Subquad.Data;
using Subquad.Weights;

namespace Subquad.Models;

/// <summary>What a fine-tune changed in a model: terms beside the weights of its hidden layers, and the output layer.</summary>
internal sealed record ModelDelta
{
    /// <summary>The hash of the data of the model that it belongs to.</summary>
    public required string BaseHash { get; init; }

    /// <summary>The layers of that model.</summary>
    public required IReadOnlyList<LayerDescription> Layers { get; init; }

    /// <summary>s^2.</summary>
    public required float HiddenStepScale { get; init; }

    /// <summary>What makes probabilities of the scores of the fine-tuned model; null when it was not fitted.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>The kernel set that trained it.</summary>
    public required string TrainedBy { get; init; }

    /// <summary>The groups of terms of every hidden layer. The reader of a delta owns them.</summary>
    public required IReadOnlyList<IReadOnlyList<LowRankTerms>> Terms { get; init; }

    /// <summary>t^2 of direct weights; null without them.</summary>
    public float? DirectStepScale { get; init; }

    /// <summary>The parameters of the output layer, whole.</summary>
    public required IReadOnlyList<TensorSource> Output { get; init; }
}
