using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Activity;

/// <summary>
/// The exact active sets of one layer for one set of data, without computing every neuron. With h now, h' of the last accepted pass, dh = h
/// - h' and S the support of the last full pass,
/// <code>W h = W h' + W dh &lt;= upper + |w_r on S| |dh on S| + |w_r| |dh off S| + E</code>
/// where upper is carried from step to step (the steps' terms against h', plus what that may round away; then the bound itself where a
/// neuron was ruled out and its value where it was computed), the norms grow by how far the rows moved, and E bounds the rounding of the
/// chains that a pre-activation is computed by. A neuron whose bound stays below its threshold does not fire; all others are computed by
/// the very chains of the full pass, so sets and values are the same, bit for bit. Cauchy-Schwarz on the two parts of dh apart is what
/// makes it sharp: most of dh lies on S, where few of a row's weights are.
/// </summary>
internal sealed class CertifiedActivity : IDisposable
{
    private const int Chunk = 64;

    /// <summary>Neurons that are not ruled out, over those that fire: a guess for estimates.</summary>
    private const double ListedOverActive = 1.5;

    /// <summary>Roundings of the bound's own sum: five terms, none larger than a few norms, with room.</summary>
    private const double BoundRoundings = 40;

    /// <summary>
    /// Roundings of carrying an upper bound on by a step: of the terms, of their subtraction, of the allowance, and of the bound's own sum.
    /// </summary>
    private const double CarryRoundings = 20;

    /// <summary>More than all products of a chain can lose to underflow.</summary>
    private const float Underflow = 1e-37f;

    /// <summary>Inputs of this norm are left to full passes, which know how to overflow.</summary>
    private const double Largest = 1e15;

    private readonly TeamKernels _kernels;
    private readonly CertificateKernels _verbs;
    private readonly Layer _layer;
    private readonly float _gain;
    private readonly RowBounds _rows;
    private readonly CertificatePolicy _policy;
    private readonly TermProducts _carried;
    private readonly ActiveBatch _listed = new();
    private readonly Action<int, int> _measure;
    private ActivityReference _reference = new(), _spare = new();
    private PanelMatrix _upper = new(1, 1);
    private RowBound? _bound;
    private NativeBuffer<float> _sums = new(0);
    private ActiveBatch _inputs = null!;
    private bool _isRenewed;
    private double _spent, _active;
    private double[] _norms = [];

    /// <param name="kernels">Verbs.</param>
    /// <param name="layer">A shifted ReLU layer.</param>
    /// <param name="rows">Bounds of the layer's rows; shared by all sets of data.</param>
    /// <param name="carried">Scratch for products with the reference; may be shared by layers.</param>
    /// <param name="policy">When to renew.</param>
    public CertifiedActivity(TeamKernels kernels, Layer layer, RowBounds rows, TermProducts carried, CertificatePolicy policy)
    {
        _kernels = kernels;
        _verbs = new CertificateKernels(kernels);
        (_layer, _rows, _carried, _policy) = (layer, rows, carried, policy);
        _gain = ((ShiftedRelu)layer.Activation).Gain;
        _measure = (chunk, _) => Measure(chunk * Chunk, Math.Min(_inputs.Count, (chunk + 1) * Chunk));
    }

    /// <summary>Bytes held for the data of a layer once a reference was renewed; <see cref="RowBounds"/> and scratch are shared.</summary>
    public static Int128 BytesOf(LayerSize layer, int count)
    {
        Int128 listed = (Int128)Math.Ceiling(count * Math.Min(layer.Width, ListedOverActive * layer.Active));
        return 2 * ActivityReference.BytesOf(layer, count) + PanelMatrix.BlockBytesOf(layer.Width, count)
            + RowBound.BytesOf(layer.Width, count) + ActiveBatch.BytesOf(count, layer.Width, listed)
            + GrowOnlyBuffer.BytesOfList<float>(listed);
    }

    /// <summary>Share of the neurons that were computed by the last <see cref="TryFind"/>.</summary>
    public double Computed { get; private set; }

    /// <summary>Takes a full pass with the present weights as the reference.</summary>
    /// <param name="inputs">h of the pass.</param>
    /// <param name="sums">Its pre-activations.</param>
    /// <param name="active">Share of the neurons that fire.</param>
    public void Begin(ActiveBatch inputs, PanelMatrix sums, double active)
    {
        _rows.Release();
        Renew(inputs, sums);
        Accept();
        _active = active;
    }

    /// <summary>Finds the sets under a pending step.</summary>
    /// <param name="inputs">h now.</param>
    /// <param name="transposed">The same transposed, with values.</param>
    /// <param name="terms">The pending step; <see cref="RowBounds"/> holds it too.</param>
    /// <param name="stepped">What the terms add for these inputs: data x neurons.</param>
    /// <param name="sets">Takes the sets.</param>
    /// <returns>False when too little was ruled out: then the caller makes a full pass and calls <see cref="Renew"/>.</returns>
    public bool TryFind(ActiveBatch inputs, TransposedBatch transposed, PendingTerms terms, PanelMatrix stepped, ActiveSets sets)
    {
        _isRenewed = false;
        RowBound bound = Fit(inputs.Count);
        if (!MeasureInputs(inputs))
            return false;
        FillRows(bound, inputs.Longest());
        CarryOn(bound, terms);
        for (int datum = 0; datum < inputs.Count; datum++)
            bound.Sizes[datum] = Up(Math.Max(_reference.Sizes[datum], _norms[datum]) * _policy.MarginScale);
        _verbs.RaiseAndCountUncertain(_upper, _reference.SupportNorms, bound, _listed);
        Computed = _listed.Density;
        if (!ActivityCosts.Keeps(_policy, _layer, inputs, Computed, _active, _kernels.Team.Degree, ref _spent))
            return false;
        _verbs.ListUncertain(_upper, bound, _listed);
        Compute(inputs, transposed, terms, stepped);
        _verbs.ThresholdListed(_listed, _sums, _layer.Thresholds, _gain, sets.Active);
        sets.Finish(preActivations: null, _layer);
        _active = sets.Active.Density;
        FillAllowances(bound, _norms);
        _verbs.SetListed(_listed, _sums, bound.Slack, bound.Sizes, _upper);
        return true;
    }

    /// <summary>Takes a full pass under the pending step as the next reference, should the step be accepted.</summary>
    /// <param name="inputs">h of the pass.</param>
    /// <param name="sums">Its pre-activations.</param>
    public void Renew(ActiveBatch inputs, PanelMatrix sums)
    {
        RowBound bound = Fit(inputs.Count);
        _spare.Reshape(_layer.Width, inputs.Count);
        _spare.Inputs.CopyFrom(inputs);
        _spare.Supports.CopyFrom(inputs);
        SparseNorms.Of(inputs, _spare.Sizes);
        // The norms are those of the base; what is held beside it has moved the rows since.
        _rows.DriftOfBase.CopyTo(_spare.DriftThen);
        int longest = inputs.Longest();
        _verbs.SupportNorms(_layer.Weights, inputs, (float)(1 + RowBounds.Gamma(longest + 4)), _spare.SupportNorms);
        FillErrors(bound, longest);
        FillAllowances(bound, _spare.Sizes);
        _verbs.Raise(sums, bound.Slack, bound.Sizes, _spare.Upper);
        _isRenewed = true;
    }

    /// <summary>Says that the step of the last pass became part of the weights.</summary>
    public void Accept()
    {
        if (_isRenewed)
        {
            (_reference, _spare) = (_spare, _reference);
            _spent = 0;
        }
        else
        {
            (_reference.Upper, _upper) = (_upper, _reference.Upper);
            _reference.Inputs.CopyFrom(_inputs);
            _norms.CopyTo(_reference.Sizes, 0);
        }
        _isRenewed = false;
    }

    public void Dispose()
    {
        _reference.Dispose();
        _spare.Dispose();
        _upper.Dispose();
        _listed.Dispose();
        _bound?.Dispose();
        _sums.Dispose();
    }

    /// <summary>A float that is at least x, for x of 0 or more.</summary>
    private static float Up(double x) => MathF.BitIncrement((float)(x * (1 + 16 * RowBounds.Roundoff)));

    private RowBound Fit(int data)
    {
        if (_bound is not null && _bound.On.Length == data)
            return _bound;
        _bound?.Dispose();
        _norms = new double[data];
        return _bound = new RowBound(_layer.Width, data);
    }

    /// <summary>
    /// How far the inputs moved, on and off the reference's supports; false when something is not finite, or so large that a bound might
    /// overflow.
    /// </summary>
    private bool MeasureInputs(ActiveBatch inputs)
    {
        _inputs = inputs;
        _kernels.Team.Run((inputs.Count + Chunk - 1) / Chunk, _measure);
        for (int datum = 0; datum < inputs.Count; datum++)
            if (!(_bound!.On[datum] < Largest) || !(_bound.Off[datum] < Largest) || !(_norms[datum] < Largest)
                || !(_reference.Sizes[datum] < Largest))
                return false;
        return true;
    }

    private void Measure(int from, int to)
    {
        for (int datum = from; datum < to; datum++)
        {
            double on = 0, off = 0, squares = 0;
            for (int block = 0; block < _inputs.Blocks; block++)
            {
                ActiveSegment inputs = _inputs.Segment(block, datum), inputsThen = _reference.Inputs.Segment(block, datum);
                ReadOnlySpan<float> values = inputs.Values, valuesThen = inputsThen.Values;
                ReadOnlySpan<ushort> ids = inputs.Offsets, idsThen = inputsThen.Offsets,
                    support = _reference.Supports.Segment(block, datum).Offsets;
                for (int now = 0, then = 0, place = 0; now < ids.Length || then < idsThen.Length;)
                {
                    int id = Math.Min(now < ids.Length ? ids[now] : int.MaxValue, then < idsThen.Length ? idsThen[then] : int.MaxValue);
                    double value = now < ids.Length && ids[now] == id ? values[now++] : 0;
                    double moved = value - (then < idsThen.Length && idsThen[then] == id ? valuesThen[then++] : 0);
                    while (place < support.Length && support[place] < id)
                        place++;
                    squares += value * value;
                    if (place < support.Length && support[place] == id)
                        on += moved * moved;
                    else
                        off += moved * moved;
                }
            }
            _bound!.On[datum] = Up(Math.Sqrt(on) * _policy.MarginScale);
            _bound.Off[datum] = Up(Math.Sqrt(off) * _policy.MarginScale);
            _norms[datum] = Math.Sqrt(squares);
        }
    }

    /// <summary>
    /// The parts of the bound that belong to rows. Rounding: a chain of n terms is off by gamma_n times the norms; the bound itself is
    /// summed in float32.
    /// </summary>
    private void FillRows(RowBound bound, int longest)
    {
        ReadOnlySpan<double> norms = _rows.Norms, drift = _rows.Drift, change = _rows.Change, folding = _rows.Folding;
        double product = RowBounds.Gamma(_rows.LongestInput) + RowBounds.Gamma(_rows.LongestRow) + 8 * RowBounds.Roundoff;
        FillErrors(bound, longest);
        for (int row = 0; row < norms.Length; row++)
        {
            bound.Growth[row] =
                Up(drift[row] - _reference.DriftThen[row] + change[row] + folding[row] + RowBounds.LostSquares(_layer.Inputs));
            bound.Norms[row] = Up(norms[row] + change[row] + folding[row]);
            bound.Slack[row] = Up(product * change[row] + CarryRoundings * RowBounds.Roundoff * (norms[row] + change[row]) + folding[row]);
            bound.Limits[row] = _layer.Thresholds[row] - Underflow;
        }
    }

    /// <summary>What a pre-activation and its bound may be off by rounding, for inputs of norm 1.</summary>
    private void FillErrors(RowBound bound, int longest)
    {
        ReadOnlySpan<double> norms = _rows.Norms, change = _rows.Change;
        double chain = RowBounds.Gamma(longest) + BoundRoundings * RowBounds.Roundoff;
        double product = RowBounds.Gamma(_rows.LongestInput) + RowBounds.Gamma(_rows.LongestRow) + BoundRoundings * RowBounds.Roundoff;
        for (int row = 0; row < norms.Length; row++)
            bound.Errors[row] = Up(chain * norms[row] + product * change[row] + _rows.ErrorOfHeld(row));
    }

    /// <summary>What a computed pre-activation may be below W h, also once the step is folded in.</summary>
    private void FillAllowances(RowBound bound, ReadOnlySpan<double> sizes)
    {
        ReadOnlySpan<double> folding = _rows.Folding;
        for (int row = 0; row < folding.Length; row++)
            bound.Slack[row] = Up(bound.Errors[row] + folding[row]);
        for (int datum = 0; datum < sizes.Length; datum++)
            bound.Sizes[datum] = Up(sizes[datum]);
    }

    /// <summary>The upper bounds of the reference under the pending step.</summary>
    private void CarryOn(RowBound bound, PendingTerms terms)
    {
        PanelMatrix carried = _carried.Of(_reference.Inputs, terms);
        _kernels.SubtractTransposed(_reference.Upper, carried, terms.Scale, _upper);
        for (int datum = 0; datum < _inputs.Count; datum++)
            bound.Sizes[datum] = Up(_reference.Sizes[datum]);
        _verbs.Raise(_upper, bound.Slack, bound.Sizes, _upper);
    }

    /// <summary>Pre-activations of the listed neurons, by the chains of the full pass: W h, then less the terms' part.</summary>
    private void Compute(ActiveBatch inputs, TransposedBatch transposed, PendingTerms terms, PanelMatrix stepped)
    {
        GrowOnlyBuffer.EnsureListCapacity(ref _sums, _listed.EntryCount);
        _layer.LowRank.Query(_carried, _listed, _sums, transposed, transposed.Lists.Values, inputs, inputs.Values);
        _carried.Subtract(stepped, terms.Scale, _listed, _sums);
    }
}
