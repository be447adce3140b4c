using Subquad.Activity;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// The forward pass of any batch under a step that is only pending: the terms' part comes from inner products of the batch's inputs with
/// the terms' inputs. The first trained layer has constant inputs, so its pre-activations are only corrected (algorithm A8: P - s^2 K U)
/// and its weights are not read.
/// </summary>
internal sealed class PendingForward : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly Jacobian _jacobian;
    private readonly Certificates? _certificates;
    private readonly FlushPolicy _flush;
    private readonly TermProducts _stepped;
    private readonly PanelMatrix _output = new(1, 1);

    private ConstantInputWeights? _implicit;
    private SteppedWeights? _weights;
    private TransposedBatch? _transposedInputs;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="jacobian">Holds the step.</param>
    /// <param name="certificates">What bounds passes of the same data; null when nothing does.</param>
    /// <param name="flush">When accepted steps are added to the bases of the weights.</param>
    public PendingForward(TeamKernels kernels, LayerStack layers, Jacobian jacobian, Certificates? certificates, FlushPolicy flush)
    {
        (_kernels, _layers, _jacobian, _certificates, _flush) = (kernels, layers, jacobian, certificates, flush);
        _stepped = new TermProducts(kernels);
    }

    /// <summary>Gives searches over the rows of the lowest trained layer its weights as they would be after each step.</summary>
    /// <param name="transposedInputs">What enters that layer, transposed.</param>
    public void StepWeights(TransposedBatch transposedInputs)
    {
        _transposedInputs = transposedInputs;
        _weights = new SteppedWeights(_kernels, _layers.Weights[_jacobian.From]);
    }

    /// <summary>
    /// Keeps the lowest trained layer's change beside its weights from now on, as coefficients of its constant inputs;
    /// <see cref="LayerStack.ApplyPending"/> folds it in.
    /// </summary>
    /// <param name="transposedInputs">What enters that layer, transposed.</param>
    /// <param name="active">Its active neurons.</param>
    public void KeepImplicit(TransposedBatch transposedInputs, ActiveBatch active)
    {
        Contract.Holds(_layers.PendingChange is null, "a network has one fit at a time");
        LowRankWeights weights = _layers.Weights[_jacobian.From];
        _implicit = new ConstantInputWeights(_kernels, weights, transposedInputs, keepsTerms: KeepsTerms(weights));
        _implicit.Reserve(active);
        _layers.PendingChange = _implicit.Materialise;
    }

    /// <summary>Readies what a trial needs of the step that the Jacobian holds: the output matrix A - dA and the rows' bounds.</summary>
    public void StageStep()
    {
        _certificates?.Stage(_jacobian);
        _weights?.Step(_jacobian.TermsOf(_jacobian.From), _transposedInputs!);
        if (!_jacobian.TrainsOutput)
            return;
        _output.CopyFrom(_layers.Output);
        for (int panel = 0; panel < _output.Panels; panel++)
            _kernels.Kernels.Axpy(-1f, _jacobian.OutputStep.Panel(panel), _output.Panel(panel));
    }

    /// <summary>Runs the layers of <paramref name="target"/> as if the step had been taken.</summary>
    /// <param name="target">Its inputs are set; the rest is overwritten.</param>
    /// <param name="sums">Pre-activations of the first trained layer on the same data before the step.</param>
    /// <param name="products">Inner products of the batch's inputs with the terms' inputs in that layer: data x terms.</param>
    /// <param name="certified">The data's certificates by layer; empty without any.</param>
    public void Run(BatchState target, PanelMatrix sums, PanelMatrix products, CertifiedActivity?[] certified)
    {
        int lowest = target.From;
        PendingTerms terms = _jacobian.TermsOf(lowest);
        HiddenState own = target.Of(lowest);
        HiddenLayer first = _layers.Hidden[lowest];
        if (target.Finder is { } search)
        {
            if (!search.ReadsWeights)
                _kernels.SubtractTransposed(sums, _stepped.Of(products, terms), terms.Scale, own.PreActivations);
            search.Find(terms, own.PreActivations, _weights?.Matrix ?? first.Weights, own.Sets, _layers.GainOf(lowest), _layers.Normalised);
            own.Changed(search.Computed);
        }
        else
        {
            terms.Correct(products, _stepped.Sums, sums, own.PreActivations, first.Thresholds, _layers.GainOf(lowest), own.Sets.Active);
            own.Sets.Finish(_layers.Normalised);
            own.Changed(reevaluated: 0);
        }
        for (int layer = lowest + 1; layer < _layers.Hidden.Length; layer++)
            RunLayer(target, layer, certified.Length > 0 ? certified[layer] : null);
        _kernels.Forward(_jacobian.TrainsOutput ? _output : _layers.Output, target.Last.Sets.Active, target.Outputs);
    }

    /// <summary>products[i, j] = the inner product of row i of <paramref name="data"/> and row j of <paramref name="terms"/>.</summary>
    public void InnerProducts(ActiveBatch data, ActiveBatch terms, PanelMatrix products) => _stepped.InnerProducts(data, terms, products);

    /// <summary>Makes the step part of the weights: of their bases or beside them, as the policy says.</summary>
    /// <param name="state">The point that the step was computed at.</param>
    /// <param name="inputs">What enters the first trained layer there, transposed.</param>
    public void Commit(BatchState state, TransposedBatch inputs)
    {
        for (int layer = state.From; layer < _layers.Hidden.Length; layer++)
        {
            PendingTerms terms = _jacobian.TermsOf(layer);
            if (layer == state.From && _implicit is not null)
                _implicit.Append(terms);
            else
                Append(_layers.Hidden[layer], state.InputOf(layer), terms, layer == state.From ? inputs : state.Of(layer - 1).Transposed);
        }
        _certificates?.Accept();
        if (_jacobian.TrainsOutput)
            _layers.Output.CopyFrom(_output);
    }

    /// <summary>Adds what is kept beside the weights to them, as the policy says.</summary>
    public void Finish()
    {
        _layers.ApplyPending();
        for (int layer = _jacobian.From; layer < _layers.Hidden.Length; layer++)
        {
            if (!KeepsTerms(_layers.Weights[layer]))
                _layers.Weights[layer].Flush(_kernels);
            _layers.Weights[layer].Trim();
        }
    }

    public void Dispose()
    {
        // Later calls must not ask a fit that has ended.
        if (_implicit is not null && _layers.PendingChange?.Target == _implicit)
            _layers.PendingChange = null;
        _implicit?.Dispose();
        _weights?.Dispose();
        _stepped.Dispose();
        _output.Dispose();
    }

    private bool KeepsTerms(LowRankWeights weights) => weights.IsReadOnly || _flush == FlushPolicy.Never;

    private void Append(HiddenLayer layer, ActiveBatch inputs, PendingTerms terms, TransposedBatch transposed)
    {
        LowRankWeights weights = layer.LowRank;
        int most = weights.IsReadOnly ? int.MaxValue : _flush.MostRank ?? MostRank(layer, inputs);
        if (!weights.HasTerms && terms.Outputs.Count > most)
        {
            weights.Fold(_kernels, terms.Outputs, terms.OutputValues, transposed, terms.Scale);
            return;
        }
        weights.Append(terms);
        if (weights.Rank > most)
            weights.Flush(_kernels);
    }

    /// <summary>The cost model's choice, from the shares of neurons that were meant to fire, not from those that do.</summary>
    private int MostRank(HiddenLayer layer, ActiveBatch inputs)
    {
        int number = Array.IndexOf(_layers.Hidden, layer);
        double activeInputs = number == 0 ? layer.Inputs : layer.Inputs * _layers.Hidden[number - 1].ExpectedDensity;
        return FlushCosts.MostRank(layer.Width, layer.Inputs, layer.Width * layer.ExpectedDensity, activeInputs, inputs.Count, _layers.Outputs);
    }

    private void RunLayer(BatchState target, int layer, CertifiedActivity? certificate)
    {
        PendingTerms terms = _jacobian.TermsOf(layer);
        ActiveBatch inputs = target.InputOf(layer);
        HiddenState own = target.Of(layer);
        PanelMatrix stepped = _stepped.Of(inputs, terms);
        if (certificate is not null && certificate.TryFind(inputs, target.Of(layer - 1).Transposed, terms, stepped, own.Sets, _layers.GainOf(layer), _layers.Normalised))
        {
            own.Changed(certificate.Computed);
            if (_certificates!.Audits)
                _certificates.Audit(target, layer, stepped, terms.Scale);
            return;
        }
        target.Accumulate(layer);
        _kernels.SubtractTransposed(own.PreActivations, stepped, terms.Scale, own.PreActivations);
        target.Activate(layer, reevaluated: 1);
        certificate?.Renew(inputs, own.PreActivations);
    }
}
