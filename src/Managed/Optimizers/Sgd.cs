using Subquad.Engine;
using Subquad.Layers;
using Subquad.Losses;
using Subquad.Simd.Threading;

namespace Subquad.Optimizers;

/// <summary>How <see cref="Sgd"/> trains.</summary>
/// <param name="LearningRate">eta, above 0.</param>
/// <param name="TrainFrom">The first hidden layer that is trained, from 0.</param>
/// <param name="TrainsOutput">Whether the output matrix is trained.</param>
internal sealed record SgdSettings(double LearningRate, int TrainFrom, bool TrainsOutput);

/// <summary>
/// Stochastic gradient descent: W -= eta dL / dW, with the loss averaged over the data of the step. The gradient of a layer is a sum of
/// rank-one terms u v^T, one per datum, on the neurons that fire: the same terms that Gauss-Newton adds, so a step costs a pull-back, a
/// scatter and a forward pass, and touches no other weight.
/// </summary>
internal sealed class Sgd : FirstOrder
{
    private readonly SgdSettings _settings;
    private readonly PendingForward _pending;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="settings">How it trains.</param>
    /// <param name="loss">What is lowered.</param>
    public Sgd(TeamKernels kernels, LayerStack layers, SgdSettings settings, Loss loss)
        : base(kernels, layers, settings.TrainFrom, settings.TrainsOutput, loss)
    {
        _settings = settings;
        _pending = new PendingForward(kernels, Jacobian, certificates: null, FlushPolicy.Immediate);
    }

    protected override double Rate => _settings.LearningRate;

    public override void Finish() => _pending.Finish();

    public override void Dispose()
    {
        _pending.Dispose();
        base.Dispose();
    }

    protected override void StageStep() => Jacobian.StageStep();

    protected override void Update(Tape tape)
    {
        _pending.StageStep();
        _pending.Commit(tape.State, tape.TransposedFeatures);
    }
}
