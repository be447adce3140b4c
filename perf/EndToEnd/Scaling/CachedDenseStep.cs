using static TorchSharp.torch;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary>
/// Algorithm A8 done dense, for one output: pre-activations P and K = V V^T are kept, W is never read; per step two products of n^2 m,
/// threshold and solve. Written with as few passes over n x m as the library allows: the threshold is subtracted once and for all, and
/// norms go to n x n matrices.
/// </summary>
sealed class CachedDenseStep(DenseNetwork network)
{
    readonly Tensor _sums = network.LastSums().sub_(network.Threshold), _products = network.LastProducts, _output = network.OutputWeights;
    readonly Tensor _active = zeros_like(network.LastCotangent), _cotangent = zeros_like(network.LastCotangent);

    public void Step()
    {
        using Tensor norms = Activate(), outputs = Outputs(norms);
        using Tensor residual = outputs - network.Targets, gram = zeros_like(_products), along = outputs / norms;

        // u = (D A - f h) / ||.||, but for the division.
        _cotangent.copy_(_active).sign_().mul_(_output).addcmul_(_active, along, -1);
        using Tensor scale = norms.mm(norms.t()), product = _cotangent.mm(_cotangent.t());
        gram.addcmul_(product, _products, 1).div_(scale);
        using Tensor alpha = DenseStep.Solved(gram, residual).div_(norms), scaled = _products * alpha.t();
        _sums.addmm_(scaled, _cotangent, beta: 1, alpha: -1);
    }

    public double ResidualNorm()
    {
        using Tensor norms = Activate(), outputs = Outputs(norms), residual = outputs - network.Targets;
        return Math.Sqrt(residual.square().sum().item<float>());
    }

    Tensor Activate()
    {
        _active.copy_(_sums).relu_();
        return _active.norm(1, keepdim: true).clamp_min_(1e-12);
    }

    Tensor Outputs(Tensor norms) => _active.mm(_output.t()).div_(norms);
}
