using Subquad.Data;

namespace Subquad.Models;

/// <summary>
/// A model apart from any file and any network: what every format reads and writes, and what a network is built from. Parameters are
/// tensors that are produced in chunks, so that a large network is never in memory twice.
/// </summary>
internal sealed record ModelDescription
{
    /// <summary>What messages call it.</summary>
    public string Source { get; init; } = "the model";

    /// <summary>Hidden layers, first to last, then the output layer.</summary>
    public required IReadOnlyList<LayerDescription> Layers { get; init; }

    /// <summary>How the parameters were drawn.</summary>
    public required Initialisation Initialisation { get; init; }

    /// <summary>From a raw row to the inputs of the first layer.</summary>
    public required InputTransform Input { get; init; }

    /// <summary>Between targets and outputs.</summary>
    public required TargetTransform Target { get; init; }

    /// <summary>The classes in the order of the outputs; empty unless the outputs score classes.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>The columns of the training table; null when the rows had no names.</summary>
    public TableSchema? Schema { get; init; }

    /// <summary>The index of the first feature in LIBSVM text; null for other data.</summary>
    public int? FirstIndex { get; init; }

    /// <summary>s^2; 0 before the first training.</summary>
    public float HiddenStepScale { get; init; }

    /// <summary>What makes probabilities of scores; null before it was fitted.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>t^2 of direct weights; 0 before the first training.</summary>
    public float DirectStepScale { get; init; }

    /// <summary>The kernel set that trained it.</summary>
    public required string TrainedBy { get; init; }

    /// <summary>The parameters, in the order of a file.</summary>
    public required IReadOnlyList<TensorSource> Tensors { get; init; }

    /// <summary>The SHA-256 of the data of all tensors; null when it has no file that could name one.</summary>
    public Func<string>? DataHash { get; init; }

    /// <summary>The hidden layers.</summary>
    public IEnumerable<ShiftedReluDescription> Hidden => Layers.OfType<ShiftedReluDescription>();

    /// <summary>Inputs of the first layer.</summary>
    public int Inputs => Layers[0].Inputs;

    /// <summary>Outputs of the last layer.</summary>
    public int Outputs => Layers[^1].Width;

    /// <summary>Whether the hidden layers divide h by its norm.</summary>
    public bool IsNormalised => Hidden.Any(layer => layer.IsNormalised);

    /// <summary>Whether weights go from the input straight to the outputs.</summary>
    public bool HasDirect => Layers[^1] is OutputDescription { DirectInputs: > 0 };

    /// <summary>A parameter.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor.</exception>
    public TensorSource Tensor(string name) =>
        Tensors.FirstOrDefault(tensor => tensor.Name == name)
        ?? throw new InvalidDataException($"{Source}: expected a tensor '{name}', found none");

    /// <summary>Refuses parts that do not fit each other. Looks at no element of a tensor.</summary>
    /// <exception cref="InvalidDataException">The message names the field or the tensor.</exception>
    public void Check()
    {
        CheckLayers();
        Expect("inputs", Inputs, Input.Width);
        Expect("outputs", Outputs, Target.Width);
        if (Target.Kind == TargetKind.Classes)
            Expect("class names", ClassNames.Count, Target.Width);
        for (int layer = 0; layer < Layers.Count; layer++)
            foreach (ParameterDescription parameter in Layers[layer].Parameters(layer + 1))
                Tensor(parameter.Name).Expect(Source, parameter.Shape);
    }

    // The layers that a network can be built from today are those of a chain.
    private void CheckLayers()
    {
        if (Layers.Count == 0)
            throw new InvalidDataException($"{Source}: expected layers, found none");
        LayerDescription[] chain;
        try
        {
            int[] hidden = [.. Layers.SkipLast(1).Select(layer => layer.Width)];
            chain = LayerDescription.Chain(Inputs, hidden, Outputs, IsNormalised, Initialisation, HasDirect);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"{Source}: {fault.Message}", fault);
        }
        for (int layer = 0; layer < chain.Length; layer++)
            if (Layers[layer] != chain[layer])
                throw new InvalidDataException($"{Source}: layer {layer + 1}: expected {chain[layer]}, found {Layers[layer]}");
    }

    private void Expect(string what, int expected, int found)
    {
        if (expected != found)
            throw new InvalidDataException($"{Source}: {what}: expected {expected}, found {found}");
    }
}
