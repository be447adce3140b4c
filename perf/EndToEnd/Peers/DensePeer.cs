using Subquad.Perf.Reports;
using static TorchSharp.torch;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>The dense layer's work in libtorch. Everything is written in place: allocation is not timed.</summary>
static class DensePeer
{
    public static Row Run(DenseCase layer)
    {
        set_num_threads(layer.Threads);
        using IDisposable noGradients = no_grad();
        (long m, long n) = (layer.Width, layer.Batch);
        using Tensor weights = randn(m, m).mul_(Math.Sqrt(2.0 / m)), inputs = randn(n, m), cotangents = randn(n, m), results = zeros(n, m);
        using Tensor weightsTransposed = weights.t(), cotangentsTransposed = cotangents.t();
        // A small step, so that repeated updates do not drive the weights to infinity.
        return layer.Time("libtorch", TorchVersion(),
            forward: () => results.addmm_(inputs, weightsTransposed, beta: 0, alpha: 1),
            pullback: () => results.addmm_(cotangents, weights, beta: 0, alpha: 1),
            update: () => weights.addmm_(cotangentsTransposed, inputs, beta: 1, alpha: -1e-6f));
    }

    public static string TorchVersion() => $"libtorch {Version.Parse(__version__).ToString(3)} (TorchSharp)";
}
