using static TorchSharp.torch;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>Algorithm A8 done dense: pre-activations P and K = V V^T are kept, W is never read; per step two products of n^2 m, threshold and solve.</summary>
sealed class CachedDenseStep(DenseNetwork network)
{
    static readonly int s_last = Runs.ScalingCase.Layers - 1;

    readonly Tensor _one = ones(1, 1);

    /// <summary>P.</summary>
    public Tensor Sums { get; } = network.LastSums();

    public void Step()
    {
        network.ForwardFrom(Sums);
        network.PullBack(_one, s_last);
        Tensor products = network.ProductsOf(s_last);
        using Tensor gram = zeros_like(products), residual = network.Outputs - network.Targets;
        network.AddGram(gram, s_last, 1);
        using Tensor alpha = DenseStep.Solved(gram, residual), scaled = products * alpha.t();
        Sums.addmm_(scaled, network.CotangentOf(s_last), beta: 1, alpha: -1);
    }
}
