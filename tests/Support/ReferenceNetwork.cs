using Subquad.Layers;
using Subquad.Simd.Memory;

namespace Subquad.Support;

/// <summary>
/// A network in float64: dense, plain, and one datum at a time. Its parameters are those of a real one, so that only the arithmetic
/// differs.
/// </summary>
internal sealed class ReferenceNetwork
{
    private readonly bool _normalised;
    private readonly double[] _gains;
    private readonly double[][] _thresholds;

    /// <summary>Copies the parameters of a network.</summary>
    public ReferenceNetwork(Network network)
    {
        LayerStack layers = network.Layers;
        ShiftedRelu[] activations = [.. layers.Hidden.Select(layer => (ShiftedRelu)layer.Activation)];
        _normalised = activations[0].IsNormalised;
        _gains = [.. activations.Select(activation => (double)activation.Gain)];
        _thresholds =
            [.. layers.Hidden.Select(layer => Array.ConvertAll(layer.Thresholds.Slice(0, layer.Width).ToArray(), theta => (double)theta))];
        Widths = [layers.Inputs, .. layers.Hidden.Select(layer => layer.Width)];
        Weights = [.. layers.Hidden.Select(
            layer => Array.ConvertAll(Samples.ToArray(layer.LowRank, network.Kernels.IsFused), value => (double)value))];
        Output = ToDouble(layers.Output);
        Direct = layers.Direct is { } direct ? ToDouble(direct.Matrix) : [];
        Outputs = layers.Outputs;
    }

    /// <summary>The inputs, then the width of every hidden layer.</summary>
    public int[] Widths { get; }

    /// <summary>Hidden layers.</summary>
    public int Depth => Weights.Length;

    /// <summary>C.</summary>
    public int Outputs { get; }

    /// <summary>W of every hidden layer, row after row.</summary>
    public double[][] Weights { get; }

    /// <summary>A^T, an output after another.</summary>
    public double[] Output { get; }

    /// <summary>B^T, an output after another; empty without direct weights.</summary>
    public double[] Direct { get; }

    /// <summary>All that can be trained: W of every layer, A^T, B^T.</summary>
    public double[] Parameters() => [.. Weights.SelectMany(weights => weights), .. Output, .. Direct];

    /// <summary>Overwrites what <see cref="Parameters"/> gives.</summary>
    public void Set(ReadOnlySpan<double> parameters)
    {
        foreach (double[] matrix in (double[][])[.. Weights, Output, Direct])
        {
            parameters[..matrix.Length].CopyTo(matrix);
            parameters = parameters[matrix.Length..];
        }
    }

    /// <summary>Runs one row through all layers.</summary>
    /// <param name="input">What enters the first layer.</param>
    /// <param name="fires">Per layer which neurons count as firing; null means those strictly above their thresholds. (In float32 a neuron
    /// may fall on the other side of its threshold by rounding; the derivative there is a matter of choice.)</param>
    public ReferencePoint Forward(ReadOnlySpan<float> input, bool[][]? fires = null)
    {
        var point = new ReferencePoint(Depth) { Outputs = new double[Outputs] };
        point.Hidden[0] = Array.ConvertAll(input.ToArray(), x => (double)x);
        for (int layer = 0; layer < Depth; layer++)
        {
            double[] theta = _thresholds[layer], sums = Multiply(Weights[layer], point.Hidden[layer], Widths[layer + 1]),
                hidden = new double[sums.Length];
            point.PreActivations[layer] = sums;
            point.Fires[layer] = fires?[layer] ?? [.. sums.Select((g, r) => g > theta[r])];
            for (int r = 0; r < hidden.Length; r++)
                if (point.Fires[layer][r])
                    hidden[r] = _gains[layer] * (sums[r] - theta[r]);
            point.Norms[layer] = Math.Sqrt(hidden.Sum(h => h * h));
            point.Hidden[layer + 1] = _normalised && point.Norms[layer] > 0 ? [.. hidden.Select(h => h / point.Norms[layer])] : hidden;
        }
        point.Outputs = Multiply(Output, point.Hidden[Depth], Outputs);
        if (Direct.Length > 0)
            point.Outputs = [.. point.Outputs.Zip(Multiply(Direct, point.Hidden[0], Outputs), (deep, wide) => deep + wide)];
        return point;
    }

    /// <summary>
    /// u of every hidden layer for one cotangent per output (algorithm.md 1.2; 1.5 for normalised layers): the derivative of the weighted
    /// outputs by W_l is u_l h_(l-1)^T.
    /// </summary>
    public double[][] PullBack(ReferencePoint point, ReadOnlySpan<double> cotangent)
    {
        var result = new double[Depth][];
        double[] pulled = MultiplyTransposed(Output, cotangent, Widths[Depth]);
        for (int layer = Depth - 1; layer >= 0; layer--)
        {
            result[layer] = ThroughActivation(point, layer, pulled);
            pulled = MultiplyTransposed(Weights[layer], result[layer], Widths[layer]);
        }
        return result;
    }

    private double[] ThroughActivation(ReferencePoint point, int layer, double[] pulled)
    {
        var u = new double[pulled.Length];
        double[] h = point.Hidden[layer + 1];
        double along = _normalised ? ReferenceBatch.Dot(pulled, h) : 0;
        double factor = _normalised ? (point.Norms[layer] > 0 ? 1 / point.Norms[layer] : 0) : 1;
        for (int r = 0; r < u.Length; r++)
            if (point.Fires[layer][r])
                u[r] = _gains[layer] * (pulled[r] - along * h[r]) * factor;
        return u;
    }

    private static double[] Multiply(double[] matrix, double[] vector, int rows)
    {
        var result = new double[rows];
        for (int r = 0; r < rows; r++)
            result[r] = ReferenceBatch.Dot(matrix.AsSpan(r * vector.Length, vector.Length), vector);
        return result;
    }

    private static double[] MultiplyTransposed(double[] matrix, ReadOnlySpan<double> vector, int columns)
    {
        var result = new double[columns];
        for (int r = 0; r < vector.Length; r++)
            if (vector[r] != 0)
                for (int j = 0; j < columns; j++)
                    result[j] += vector[r] * matrix[r * columns + j];
        return result;
    }

    private static double[] ToDouble(PanelMatrix matrix) => Array.ConvertAll(Samples.ToArray(matrix), value => (double)value);
}

/// <summary>What one datum leaves behind on its way through a <see cref="ReferenceNetwork"/>.</summary>
internal sealed class ReferencePoint(int depth)
{
    /// <summary>h_0 (the input) to h_L.</summary>
    public double[][] Hidden { get; } = new double[depth + 1][];

    /// <summary>Pre-activations of every hidden layer.</summary>
    public double[][] PreActivations { get; } = new double[depth][];

    /// <summary>Which neurons fire, per hidden layer.</summary>
    public bool[][] Fires { get; } = new bool[depth][];

    /// <summary>||h|| before normalisation, per hidden layer.</summary>
    public double[] Norms { get; } = new double[depth];

    /// <summary>f.</summary>
    public required double[] Outputs { get; set; }
}
