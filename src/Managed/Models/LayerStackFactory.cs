using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Models;

/// <summary>Makes the layers of a network from their description: empty, drawn, or with the parameters of a model.</summary>
internal static class LayerStackFactory
{
    private const double OutputDeviation = 0.1;

    /// <summary>How elements of a weight matrix are stored.</summary>
    /// <exception cref="ArgumentException">The format is not defined.</exception>
    public static ElementFormat ElementsOf(WeightFormat format) => format switch
    {
        WeightFormat.Float32 => ElementFormat.Float32,
        WeightFormat.BFloat16 => ElementFormat.BFloat16,
        _ => throw new ArgumentException($"expected a defined format of weights, found {format}", nameof(format)),
    };

    /// <summary>Room for parameters: weights, also direct ones, are zero, thresholds those of the shifts.</summary>
    /// <param name="layers">Hidden layers, then the output layer.</param>
    /// <param name="shared">W of every hidden layer if they are shared; owned from now on.</param>
    /// <param name="format">How W of every hidden layer is stored unless it is shared.</param>
    public static LayerStack Allocate(
        IReadOnlyList<LayerDescription> layers, PanelMatrix[]? shared = null, WeightFormat format = WeightFormat.Float32)
    {
        var hidden = new List<Layer>();
        try
        {
            foreach (LayerDescription layer in layers.SkipLast(1))
                hidden.Add(Hidden(layer, shared?[hidden.Count], format));
            LayerDescription output = layers[^1];
            DirectWeights? direct = output is OutputDescription { DirectInputs: > 0 and int inputs } ? new(inputs, output.Width) : null;
            return new LayerStack([.. hidden], new PanelMatrix(output.Width, output.Inputs), direct);
        }
        catch
        {
            hidden.ForEach(layer => layer.Dispose());
            foreach (PanelMatrix matrix in shared ?? [])
                matrix.Dispose();
            throw;
        }
    }

    /// <summary>Layers with drawn weights: N(0, 2 / width) in hidden layers, the output matrix as asked for, direct ones 0.</summary>
    /// <param name="layers">Hidden layers, then the output layer.</param>
    /// <param name="initialisation">The seed, and how the output matrix is drawn.</param>
    /// <param name="kernels">Any set: the numbers are the same on all.</param>
    /// <param name="team">Workers.</param>
    /// <exception cref="OperationCanceledException">Cancellation was asked for; what was drawn is given back.</exception>
    public static LayerStack Draw(IReadOnlyList<LayerDescription> layers, Initialisation initialisation, KernelSet kernels, WorkerTeam team)
    {
        LayerStack stack = Allocate(layers);
        try
        {
            for (int layer = 0; layer < stack.Hidden.Length; layer++)
                Draw(stack.Hidden[layer], layer + 1, initialisation.Seed, kernels, team);
            Draw(stack.Output, stack.Hidden.Length + 1, initialisation, kernels);
            return stack;
        }
        catch
        {
            stack.Dispose();
            throw;
        }
    }

    /// <summary>Layers with the parameters of a checked model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="kernels">What rounds weights.</param>
    /// <param name="shared">W of every hidden layer, which are then not read; taken over.</param>
    /// <param name="format">How W of every hidden layer is stored unless it is shared.</param>
    /// <exception cref="InvalidDataException">A number is not finite; the message names the tensor.</exception>
    public static LayerStack Read(ModelDescription model, KernelSet kernels, PanelMatrix[]? shared, WeightFormat format)
    {
        LayerStack stack = Allocate(model.Layers, shared, format);
        try
        {
            ParameterTensors.Read(model, stack, kernels);
            return stack;
        }
        catch
        {
            stack.Dispose();
            throw;
        }
    }

    private static Layer Hidden(LayerDescription layer, PanelMatrix? shared, WeightFormat format)
    {
        if (layer is not ShiftedReluDescription relu)
            throw new ArgumentException($"expected a hidden layer, found {layer}");
        LowRankWeights weights = shared is null
            ? new LowRankWeights(new PanelMatrix(relu.Width, relu.Inputs, ElementsOf(format)))
            : new LowRankWeights(shared, isReadOnly: true);
        return Layer.ShiftedRelu(weights, relu.Shift, relu.IsNormalised);
    }

    private static void Draw(Layer hidden, int number, ulong seed, KernelSet kernels, WorkerTeam team) =>
        team.Run(hidden.Weights.Panels, (panel, worker) =>
        {
            Arena scratch = team.Scratch(worker);
            int elements = PanelMatrix.PanelRows * hidden.Inputs;
            scratch.Reserve((long)elements * sizeof(float));
            hidden.DrawPanel(panel, kernels, seed, number, scratch.Take<float>(elements));
        });

    private static void Draw(PanelMatrix output, int number, Initialisation initialisation, KernelSet kernels)
    {
        var row = new float[output.Columns];
        for (int c = 0; c < output.Rows; c++)
        {
            kernels.FillNormal(row, initialisation.Seed, (uint)c, (uint)number, OutputDeviation);
            if (initialisation.OutputWeights == OutputWeights.Signs)
                for (int i = 0; i < row.Length; i++)
                    row[i] = row[i] < 0 ? -1f : 1f;
            output.SetRows(c, 1, row);
        }
    }
}
