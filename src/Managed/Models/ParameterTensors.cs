using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad.Models;

/// <summary>The parameters of a stack of layers as named tensors, written and read in chunks.</summary>
internal static class ParameterTensors
{
    private const int ChunkFloats = 1 << 20;

    /// <summary>Every parameter, in the order of a file. What is held beside the weights is added on the way.</summary>
    /// <param name="layers">The parameters; must not change until the tensors are read.</param>
    /// <param name="isFused">Whether the kernel set that would add has a multiply-add that rounds once.</param>
    public static List<TensorSource> Of(LayerStack layers, bool isFused)
    {
        var tensors = new List<TensorSource>();
        foreach (Layer hidden in layers.Hidden)
        {
            int number = tensors.Count / 2 + 1;
            string weights = ShiftedReluDescription.Weights(number), thresholds = ShiftedReluDescription.Thresholds(number);
            tensors.Add(new(weights, [hidden.Width, hidden.Inputs], (start, chunk) => hidden.LowRank.CopyRowMajor(start, chunk, isFused)));
            tensors.Add(new(thresholds, [hidden.Width], (start, chunk) => hidden.Thresholds.Slice(start, chunk.Length).CopyTo(chunk)));
        }
        tensors.AddRange(OfOutput(layers));
        return tensors;
    }

    /// <summary>The parameters of the output layer.</summary>
    public static IReadOnlyList<TensorSource> OfOutput(LayerStack layers)
    {
        TensorSource output = OfTransposed(OutputDescription.Weights, layers.Output);
        return layers.Direct is { } direct ? [output, OfTransposed(OutputDescription.DirectWeights, direct.Matrix)] : [output];
    }

    /// <summary>Reads every parameter of a checked model, but for weights that must not be written.</summary>
    /// <exception cref="InvalidDataException">A number is not finite; the message names the tensor.</exception>
    public static void Read(ModelDescription model, LayerStack layers, KernelSet kernels)
    {
        var chunk = new float[ChunkFloats];
        for (int layer = 0; layer < layers.Hidden.Length; layer++)
        {
            Layer hidden = layers.Hidden[layer];
            TensorSource weights = model.Tensor(ShiftedReluDescription.Weights(layer + 1));
            if (hidden.Weights.Format == ElementFormat.BFloat16)
                ReadRounded(weights, model.Source, chunk, hidden.Weights, kernels);
            else if (!hidden.Weights.IsReadOnly)
                weights.Read(model.Source, chunk, hidden.Weights.SetRowMajor);
            model.Tensor(ShiftedReluDescription.Thresholds(layer + 1))
                .Read(model.Source, chunk, (start, values) => values.CopyTo(hidden.Thresholds.Slice(start, values.Length)));
        }
        ReadOutput(model.Tensors, model.Source, chunk, layers);
    }

    /// <summary>Overwrites the parameters of the output layer.</summary>
    /// <param name="output">Those of <see cref="OfOutput"/> are among them.</param>
    /// <param name="source">What messages call the model.</param>
    /// <param name="layers">Its owner.</param>
    /// <exception cref="InvalidDataException">A number is not finite.</exception>
    public static void ReadOutput(IReadOnlyList<TensorSource> output, string source, LayerStack layers) =>
        ReadOutput(output, source, new float[ChunkFloats], layers);

    private static void ReadOutput(IReadOnlyList<TensorSource> output, string source, float[] chunk, LayerStack layers)
    {
        ReadTransposed(output.Single(tensor => tensor.Name == OutputDescription.Weights), source, chunk, layers.Output);
        if (layers.Direct is { } direct)
            ReadTransposed(output.Single(tensor => tensor.Name == OutputDescription.DirectWeights), source, chunk, direct.Matrix);
    }

    // A and B are stored as the paper writes A, one row per neuron or feature; in memory they are transposed.
    private static TensorSource OfTransposed(string name, PanelMatrix matrix)
    {
        int outputs = matrix.Rows;
        return new(name, [matrix.Columns, outputs], (start, chunk) =>
        {
            for (int i = 0; i < chunk.Length; i++)
                chunk[i] = matrix[(int)((start + i) % outputs), (int)((start + i) / outputs)];
        });
    }

    private static void ReadTransposed(TensorSource tensor, string source, float[] chunk, PanelMatrix matrix) =>
        tensor.Read(source, chunk, (start, values) =>
        {
            for (int i = 0; i < values.Length; i++)
                matrix[(int)((start + i) % matrix.Rows), (int)((start + i) / matrix.Rows)] = values[i];
        });

    /// <summary>Reads a matrix a pair of panels at a time, so that its float32 elements are never there all at once.</summary>
    private static void ReadRounded(TensorSource source, string model, float[] chunk, PanelMatrix target, KernelSet kernels)
    {
        const int PairRows = 2 * PanelMatrix.PanelRows;
        using var pair = new PanelMatrix(Math.Min(PairRows, target.Rows), target.Columns);
        for (int row = 0; row < target.Rows; row += PairRows)
        {
            int rows = Math.Min(PairRows, target.Rows - row);
            pair.SetShape(rows, target.Columns);
            if (rows < PairRows)
                pair.Clear();
            long first = (long)row * target.Columns, elements = (long)rows * target.Columns;
            for (long start = 0; start < elements; start += chunk.Length)
            {
                Span<float> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, elements - start));
                source.Read(model, first + start, part);
                pair.SetRowMajor(start, part);
            }
            kernels.Round(pair, target, row / PanelMatrix.PanelRows);
        }
    }
}
