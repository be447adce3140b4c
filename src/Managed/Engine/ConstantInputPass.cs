using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// The pass of the lowest trained layer. Its inputs are constant, so its pre-activations under a step are only corrected (algorithm A8: P -
/// s^2 K U) and its weights are not read. While the data stay, its change may be kept as coefficients of these inputs.
/// </summary>
internal sealed class ConstantInputPass(TeamKernels kernels, LayerStack layers, int number, long packedLimit, PanelMatrix product)
    : HiddenPass(kernels, layers, number, packedLimit, product)
{
    private ConstantInputWeights? _implicit;
    private SteppedWeights? _weights;
    private TransposedBatch? _transposedInputs;

    /// <summary>Bytes that the pass takes, beside those of a pass, while the data stay.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="count">Data.</param>
    /// <param name="stepsWeights">Whether searches read the weights under each step.</param>
    /// <param name="flush">When steps are added to the base of the weights.</param>
    public static Int128 KeptBytesOf(LayerSize layer, int count, bool stepsWeights, FlushPolicy flush) => stepsWeights
        ? PanelMatrix.BlockBytesOf(layer.Width, layer.Inputs)
        : ConstantInputWeights.BytesOf(
            count, layer.Width, layer.Active, layer.Inputs, layer.ActiveInputs, keepsTerms: flush == FlushPolicy.Never);

    /// <summary>Gives searches over the rows of the weights the weights as they would be after each step.</summary>
    /// <param name="transposedInputs">What enters the layer, transposed.</param>
    public void StepWeights(TransposedBatch transposedInputs)
    {
        _transposedInputs = transposedInputs;
        _weights = new SteppedWeights(Kernels, Weights);
    }

    /// <summary>
    /// Keeps the layer's change beside its weights from now on, as coefficients of its constant inputs;
    /// <see cref="LayerStack.ApplyPending"/> folds it in.
    /// </summary>
    /// <param name="transposedInputs">What enters the layer, transposed.</param>
    /// <param name="active">Its active neurons.</param>
    /// <param name="flush">When a step is added to the base of the weights.</param>
    public void KeepImplicit(TransposedBatch transposedInputs, ActiveBatch active, FlushPolicy flush)
    {
        Contract.Holds(Layers.PendingChange is null, "a network has one fit at a time");
        _implicit = new ConstantInputWeights(Kernels, Weights, transposedInputs, keepsTerms: KeepsTerms(flush));
        _implicit.Reserve(active);
        Layers.PendingChange = _implicit.Materialise;
    }

    public override void StageTrial() => _weights?.Step(Terms, _transposedInputs!);

    public override void ForwardUnder(in Trial trial)
    {
        BatchState target = trial.Target;
        HiddenState own = target.Of(Number);
        if (target.Finder is { } finder)
        {
            if (!finder.ReadsWeights)
                Correct(trial, own);
            finder.Find(Terms, own.PreActivations, _weights?.Matrix ?? Layer.Weights, own.Sets);
            own.Changed(finder.Computed);
        }
        else if (Layer.Activation is ShiftedRelu relu)
        {
            Terms.Correct(
                trial.Products, trial.Stepped.Sums, trial.PreActivations, own.PreActivations, Layer.Thresholds, relu.Gain, own.Sets.Active);
            own.Sets.Finish(own.PreActivations, Layer);
            own.Changed(reevaluated: 0);
        }
        else
        {
            Correct(trial, own);
            target.Activate(Number, reevaluated: 0);
        }
    }

    public override void Commit(BatchState state, TransposedBatch constantInputs, FlushPolicy flush)
    {
        if (_implicit is not null)
            _implicit.Append(Terms);
        else
            Append(state.InputOf(Number), constantInputs, flush);
    }

    public override void Finish(FlushPolicy flush)
    {
        Layers.ApplyPending();
        base.Finish(flush);
    }

    public override void Dispose()
    {
        // Later calls must not ask a fit that has ended.
        if (_implicit is not null && Layers.PendingChange?.Target == _implicit)
            Layers.PendingChange = null;
        _implicit?.Dispose();
        _weights?.Dispose();
        base.Dispose();
    }

    private void Correct(in Trial trial, HiddenState own) =>
        Kernels.SubtractTransposed(trial.PreActivations, trial.Stepped.Of(trial.Products, Terms), Terms.Scale, own.PreActivations);
}
