using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Losses;
using Subquad.Simd.Threading;

namespace Subquad.Optimizers;

/// <summary>
/// A step of first order: the cotangent of the loss, averaged over the data of the step, is pulled back, and the parameters are updated
/// from it. Every step is accepted.
/// </summary>
internal abstract class FirstOrder : IOptimizer
{
    private readonly Loss _loss;
    private readonly int _from;
    private readonly OutputVector _cotangent = new();

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="trainsOutput">Whether the output matrix is trained.</param>
    /// <param name="loss">What is lowered.</param>
    protected FirstOrder(TeamKernels kernels, LayerStack layers, int from, bool trainsOutput, Loss loss)
    {
        (Kernels, Layers, _from, _loss) = (kernels, layers, from, loss);
        Clock = new StageClock(kernels);
        // There is one pull-back a step, so packing the active blocks does not pay.
        Jacobian = new Jacobian(kernels, layers, from, trainsOutput, packedLimit: -1);
    }

    public StageClock Clock { get; }

    public LeftOutRows? LeftOut => null;

    protected TeamKernels Kernels { get; }
    protected LayerStack Layers { get; }

    /// <summary>Holds the cotangents of the step.</summary>
    protected Jacobian Jacobian { get; }

    /// <summary>Multiplies the cotangent: a step that is linear in it takes its learning rate here.</summary>
    protected virtual double Rate => 1;

    public Tape NewTape() => new(Kernels, Layers, _from, _loss);

    public void KeepData(Tape tape)
    {
    }

    public void MoveToOtherData()
    {
    }

    public StepOutcome Step(int number, Tape tape, Tape? heldOut)
    {
        Clock.Start(Stage.PullBack);
        _cotangent.Reshape(tape.Data.Count, tape.Data.Outputs);
        tape.Cotangent(_cotangent);
        double scale = Rate / tape.Data.Count;
        foreach (ref double value in _cotangent.Span)
            value *= scale;
        Jacobian.MoveTo(tape.State);
        Jacobian.PullBack(_cotangent);
        StageStep();
        // The weights change whole or not at all, and the tapes with them.
        using var shield = new CancellationShield(Kernels.Team);
        Clock.Start(Stage.Update);
        Update(tape);
        Clock.Start(Stage.Forward);
        tape.Refresh();
        Clock.Start(Stage.Validation);
        heldOut?.Refresh();
        Clock.Stop();
        return new(IsTaken: true, IsAccepted: true);
    }

    public StepReport Complete(StepReport common, Tape tape) => common;

    public abstract void Finish();

    public virtual void Dispose()
    {
        Jacobian.Dispose();
        _cotangent.Dispose();
    }

    /// <summary>Holds what <see cref="Update"/> needs of the pull-back; may be cancelled.</summary>
    protected abstract void StageStep();

    /// <summary>Changes the parameters.</summary>
    /// <param name="tape">The data of the step, at the weights before it.</param>
    protected abstract void Update(Tape tape);
}
