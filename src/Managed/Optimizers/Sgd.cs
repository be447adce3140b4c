using Subquad.Data;
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
internal sealed class Sgd : IOptimizer
{
    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly SgdSettings _settings;
    private readonly Loss _loss;
    private readonly Jacobian _jacobian;
    private readonly PendingForward _pending;
    private readonly OutputVector _cotangent = new();

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="settings">How it trains.</param>
    /// <param name="loss">What is lowered.</param>
    public Sgd(TeamKernels kernels, LayerStack layers, SgdSettings settings, Loss loss)
    {
        (_kernels, _layers, _settings, _loss) = (kernels, layers, settings, loss);
        Clock = new StageClock(kernels);
        // There is one pull-back a step, so packing the active blocks does not pay.
        _jacobian = new Jacobian(kernels, layers, settings.TrainFrom, settings.TrainsOutput, packedLimit: -1);
        _pending = new PendingForward(kernels, _jacobian, certificates: null, FlushPolicy.Immediate);
    }

    public StageClock Clock { get; }

    public Tape NewTape() => new(_kernels, _layers, _settings.TrainFrom, _loss);

    public void KeepData(Tape tape)
    {
    }

    public void MoveToOtherData()
    {
    }

    public StepOutcome Step(int number, Tape tape, Tape? heldOut)
    {
        Clock.Start(Stage.PullBack);
        MeasureGradient(tape);
        // The weights change whole or not at all, and the tapes with them.
        using var shield = new CancellationShield(_kernels.Team);
        Clock.Start(Stage.Update);
        _pending.StageStep();
        _pending.Commit(tape.State, tape.TransposedFeatures);
        Clock.Start(Stage.Forward);
        tape.Refresh();
        Clock.Start(Stage.Validation);
        heldOut?.Refresh();
        Clock.Stop();
        return new(IsTaken: true, IsAccepted: true);
    }

    public StepReport Complete(StepReport common, Tape tape) => common;

    public void Finish() => _pending.Finish();

    public void Dispose()
    {
        _pending.Dispose();
        _jacobian.Dispose();
        _cotangent.Dispose();
    }

    /// <summary>Stages eta / n times the gradient of the loss: it is linear in the cotangent, so that is scaled.</summary>
    private void MeasureGradient(Tape tape)
    {
        _cotangent.Reshape(tape.Data.Count, tape.Data.Outputs);
        tape.Cotangent(_cotangent);
        double scale = _settings.LearningRate / tape.Data.Count;
        foreach (ref double value in _cotangent.Span)
            value *= scale;
        _jacobian.MoveTo(tape.State);
        _jacobian.PullBack(_cotangent);
        _jacobian.StageStep();
    }
}
