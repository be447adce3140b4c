using Subquad.Engine;
using Subquad.Simd.Memory;

namespace Subquad.Optimizers;

/// <summary>What changes the weights of a network, step by step. The loop that calls it knows no more of it.</summary>
internal interface IOptimizer : IDisposable
{
    /// <summary>Seconds, multiply-adds and lines by stage.</summary>
    StageClock Clock { get; }

    /// <summary>
    /// What the model that the last step aimed at gives for each row when it is fitted without it; null where that is not computed.
    /// </summary>
    LeftOutRows? LeftOut { get; }

    /// <summary>A tape for data that this optimizer follows; the caller owns it.</summary>
    Tape NewTape();

    /// <summary>Says that a tape keeps its data for the whole training.</summary>
    void KeepData(Tape tape);

    /// <summary>Says that the tape has other data than at the last step.</summary>
    void MoveToOtherData();

    /// <summary>Takes one step: the weights change and the tapes move to them, or all stays as it was.</summary>
    /// <param name="number">The number of the step, from 1, for messages.</param>
    /// <param name="tape">The data that the step lowers the loss of.</param>
    /// <param name="heldOut">Data to follow, which may veto the step; null without any.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the weights are as before the step.</exception>
    StepOutcome Step(int number, Tape tape, Tape? heldOut);

    /// <summary>Completes a report with what only this optimizer knows of its last step.</summary>
    /// <param name="common">What every optimizer reports.</param>
    /// <param name="tape">The data of the step.</param>
    StepReport Complete(StepReport common, Tape tape);

    /// <summary>Adds what is kept beside the weights to them, as the flush policy says. Every training ends with this call.</summary>
    void Finish();
}

/// <summary>Predictions of rows by models that were fitted without them.</summary>
/// <param name="Outputs">Outputs x data.</param>
/// <param name="Loss">Their loss, summed over the data.</param>
internal readonly record struct LeftOutRows(PanelMatrix Outputs, double Loss);
