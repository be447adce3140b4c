namespace Subquad.Models;

/// <summary>A parameter of a layer as a tensor.</summary>
/// <param name="Name">Its name, unique in a model.</param>
/// <param name="Shape">Sizes.</param>
internal sealed record ParameterDescription(string Name, params long[] Shape);

/// <summary>
/// What a layer is and how large, without its parameters. Another kind of layer is another record here, its parameters in
/// <see cref="ParameterTensors"/>, and a case in <see cref="LayerStackFactory"/>.
/// </summary>
/// <param name="Inputs">Numbers that it reads.</param>
/// <param name="Width">Numbers that it gives.</param>
internal abstract record LayerDescription(int Inputs, int Width)
{
    /// <summary>The most neurons of a layer.</summary>
    private const int MaxWidth = 1 << 24;

    /// <summary>Its parameters in the order of a file.</summary>
    /// <param name="number">Which layer it is, from 1.</param>
    public abstract IReadOnlyList<ParameterDescription> Parameters(int number);

    /// <summary>Hidden layers of shifted ReLU neurons and an output layer.</summary>
    /// <param name="inputs">Inputs of the first layer.</param>
    /// <param name="hidden">Widths of the hidden layers.</param>
    /// <param name="outputs">Outputs of the last layer.</param>
    /// <param name="isNormalised">Whether every hidden layer divides h by its norm.</param>
    /// <param name="initialisation">What the shifts follow from.</param>
    /// <param name="hasDirect">Whether weights go from the input straight to the outputs.</param>
    /// <exception cref="ArgumentException">Such layers cannot be built; the message names the field of a network's shape.</exception>
    public static LayerDescription[] Chain(
        int inputs, IReadOnlyList<int> hidden, int outputs, bool isNormalised, Initialisation initialisation, bool hasDirect = false)
    {
        if (hidden.Count == 0)
            throw new ArgumentException("Hidden: expected at least one hidden layer, found none");
        foreach (int width in hidden)
            if (width is < 1 or > MaxWidth)
                throw new ArgumentException($"Hidden: expected widths from 1 to {MaxWidth}, found {width}");
        if (inputs < 1)
            throw new ArgumentException($"Inputs: expected 1 or more, found {inputs}");
        if (outputs < 1)
            throw new ArgumentException($"Outputs: expected 1 or more, found {outputs}");
        initialisation.Check(hidden.Count);
        int directInputs = hasDirect ? inputs : 0;
        var layers = new LayerDescription[hidden.Count + 1];
        for (int layer = 0; layer < hidden.Count; layer++)
        {
            layers[layer] = new ShiftedReluDescription(inputs, hidden[layer], initialisation.Shift(layer, hidden[layer]), isNormalised);
            inputs = hidden[layer];
        }
        layers[^1] = new OutputDescription(inputs, outputs, directInputs);
        return layers;
    }
}

/// <summary>
/// A hidden layer h = gamma max(0, W x - theta), divided by its norm where it is normalised. A ReLU layer with biases is one with shift 0,
/// not normalised, and theta = -bias: its gamma is 1.
/// </summary>
/// <param name="Inputs">Numbers that it reads.</param>
/// <param name="Width">Neurons.</param>
/// <param name="Shift">b; gamma follows from it, and so does theta where nothing else is given.</param>
/// <param name="IsNormalised">Whether h is divided by its norm.</param>
internal sealed record ShiftedReluDescription(int Inputs, int Width, double Shift, bool IsNormalised) : LayerDescription(Inputs, Width)
{
    /// <summary>The name of W.</summary>
    public static string Weights(int number) => $"W.{number}";

    /// <summary>The name of theta.</summary>
    public static string Thresholds(int number) => $"theta.{number}";

    public override IReadOnlyList<ParameterDescription> Parameters(int number) =>
        [new(Weights(number), Width, Inputs), new(Thresholds(number), Width)];
}

/// <summary>
/// The output layer f = A^T h, with direct weights from the input x f = A^T h + B^T x. A has one row per neuron, B one per number of x.
/// </summary>
/// <param name="Inputs">Numbers that it reads of h.</param>
/// <param name="Width">Outputs.</param>
/// <param name="DirectInputs">Numbers of x; 0 without direct weights.</param>
internal sealed record OutputDescription(int Inputs, int Width, int DirectInputs = 0) : LayerDescription(Inputs, Width)
{
    /// <summary>The name of A.</summary>
    public const string Weights = "A";

    /// <summary>The name of B.</summary>
    public const string DirectWeights = "B";

    public override IReadOnlyList<ParameterDescription> Parameters(int number) => DirectInputs == 0
        ? [new(Weights, Inputs, Width)]
        : [new(Weights, Inputs, Width), new(DirectWeights, DirectInputs, Width)];
}
