using Subquad.Data;
using Subquad.Layers;
using Subquad.Models;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>Builds a network with the parameters of a model.</summary>
    /// <param name="model">The model, from a file or made in memory.</param>
    /// <param name="kernels">Default: <see cref="KernelSets.Best"/>.</param>
    /// <param name="weights">How the hidden weights lie in memory.</param>
    /// <param name="share">Gives W of every hidden layer where others keep it; null reads it from the model.</param>
    /// <exception cref="InvalidDataException">The parts of the model do not fit each other, or its data are damaged.</exception>
    /// <exception cref="InsufficientMemoryException">The weights do not fit.</exception>
    internal static Network Build(
        ModelDescription model, KernelSet? kernels = null, WeightFormat weights = WeightFormat.Float32, Func<PanelMatrix[]>? share = null)
    {
        kernels ??= KernelSets.Best;
        model.Check();
        NetworkShape shape = NetworkShape.Of(model);
        RefuseTooLarge(shape, share is not null, weights);
        string? hash = model.DataHash?.Invoke();
        LayerStack layers = LayerStackFactory.Read(model, kernels, share?.Invoke(), weights);
        if (layers.Direct is { } direct)
            direct.StepScale = model.DirectStepScale;
        string[] classNames = [.. model.ClassNames];
        // Models of LIBSVM text with several targets were of labels before models said so.
        bool hasLabels = model.Target.Kind == TargetKind.Values && model.FirstIndex is not null && model.Outputs > 1;
        TargetTransform target = hasLabels ? model.Target.WithLabels() : model.Target;
        return new Network(shape, model.Initialisation.Seed, layers, model.Input, target, classNames, model.Schema, kernels)
        {
            WeightFormat = weights,
            HiddenStepScale = model.HiddenStepScale,
            TrainedBy = model.TrainedBy,
            FirstIndex = model.FirstIndex,
            BaseHash = hash,
            Calibration = model.Calibration,
        };
    }

    /// <summary>The network as a model, whose tensors are read from the weights as they are then.</summary>
    internal ModelDescription Describe() => new()
    {
        Layers = Shape.Layers(),
        Initialisation = Shape.InitialisationBy(Seed),
        Input = Input,
        Target = Target,
        ClassNames = ClassNames,
        Schema = Table,
        FirstIndex = FirstIndex,
        HiddenStepScale = HiddenStepScale,
        Calibration = Calibration,
        DirectStepScale = Layers.Direct?.StepScale ?? 0,
        TrainedBy = Kernels.Name,
        Tensors = ParameterTensors.Of(Layers, Kernels.IsFused),
    };
}
