namespace Subquad;

/// <summary>How the hidden weights of a network lie in memory. Sums, inputs and the output matrix are float32 with either.</summary>
public enum WeightFormat
{
    /// <summary>As they were trained and are saved: 4 bytes a weight.</summary>
    Float32,

    /// <summary>
    /// For predictions: 2 bytes a weight, half the memory and half the traffic. Each weight w is rounded once, to nearest, ties to even, to
    /// the 8 significant bits of a bfloat16: w (1 + d) with
    /// |d| at most 2^-8 (for weights that are not denormal). A pre-activation g = W x is then off by at most 2^-8 sum |w_j x_j|, and as
    /// rounding errors go by about 2^-9 sqrt(sum (w_j x_j)^2), which may move a neuron over its threshold. Predictions are the same bits on
    /// all fused kernel sets but native-avx512bf16, which rounds the inputs of every hidden layer as well. Such a network can only predict
    /// and evaluate.
    /// </summary>
    BFloat16,
}
