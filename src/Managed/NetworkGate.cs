namespace Subquad;

/// <summary>
/// The gate of a <see cref="Network"/>: predictions, evaluation and saving share it; a fit, a save that adds held terms to the weights, and
/// applying a delta have it alone.
/// </summary>
internal sealed class NetworkGate : CallGate
{
    protected override Type Owner => typeof(Network);

    protected override string InsideOwnFit =>
        "expected Dispose outside the fit that uses the network, found it called from that fit's own progress callback; cancel the fit " +
        "there and dispose the network when Fit returned";

    protected override string Busy(AloneOperation operation, bool isInCallback) => (operation, isInCallback) switch
    {
        (_, true) => "expected a call that a progress callback may make (Predict, Classify, PredictAll, Evaluate, DeltaRanks, Save, " +
            "SaveDelta, SavePanels), "
            + "found one that changes the network; make it when Fit returned",
        (AloneOperation.Fit, _) =>
            "expected a network that nobody changes, found a fit going on; wait for it to end, or predict with the Published network of " +
            "its trainer (GaussNewtonOptions.PublishEvery)",
        (AloneOperation.Save, _) =>
            "expected a network that nobody changes, found a Save going on that adds held terms to the weights; wait for it to end",
        (AloneOperation.ApplyDelta, _) => "expected a network that nobody changes, found an ApplyDelta going on; wait for it to end",
        (AloneOperation.ApplyLearned, _) =>
            "expected a network that nobody changes, found an Apply of an OnlineLearner going on; wait for it to end, or predict with " +
            "the learner",
        _ => "expected a network that nobody changes, found one that is being overwritten; wait for that to end",
    };
}

/// <summary>The gate of a <see cref="GaussNewtonTrainer"/>: one fit at a time.</summary>
internal sealed class TrainerGate : CallGate
{
    protected override Type Owner => typeof(GaussNewtonTrainer);

    protected override string InsideOwnFit =>
        "expected Dispose outside the trainer's fit, found it called from that fit's own progress callback; cancel the fit there and " +
        "dispose the trainer when Fit returned";

    protected override string Busy(AloneOperation operation, bool isInCallback) => isInCallback
        ? "expected a trainer without a fit, found Fit called from the progress callback of the trainer's own fit; use another trainer, " +
            "and another network"
        : "expected a trainer without a fit, found one whose fit is going on; one trainer serves one fit at a time, so wait for it to " +
            "end or use another trainer";
}
