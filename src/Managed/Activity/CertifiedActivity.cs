using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Activity;

/// <summary>
/// The exact active sets of one layer for one set of data, without computing every neuron. A reference pass is kept; with h now, h' then, dh = h - h' and S' the support of h',
/// <code>W h = W h' + W dh &lt;= upper + |w_r on S'| |dh on S'| + |w_r| |dh off S'| + E</code>
/// where upper is carried on exactly from step to step (the steps' terms against h', plus what that may round away), the norms grow by how far the rows moved, and E bounds the rounding
/// of the chains that a pre-activation is computed by. A neuron whose bound stays below its threshold does not fire; all others are computed by the very chains of the full pass, so
/// sets and values are the same, bit for bit. Cauchy-Schwarz on the two parts of dh apart is what makes it sharp: most of dh lies on S', where few of a row's weights are.
/// </summary>
internal sealed class CertifiedActivity : IDisposable
{
    private const int Chunk = 64;

    /// <summary>Roundings of the bound's own sum: five terms, none larger than a few norms, with room.</summary>
    private const double BoundRoundings = 40;

    /// <summary>More than all products of a chain can lose to underflow.</summary>
    private const float Underflow = 1e-37f;

    private readonly TeamKernels _kernels;
    private readonly CertificateKernels _verbs;
    private readonly HiddenLayer _layer;
    private readonly RowBounds _rows;
    private readonly ActivityPolicy _policy;
    private readonly TermProducts _carried;
    private readonly ActiveBatch _listed = new();
    private readonly Action<int, int> _measure, _subtract;
    private ActivityReference _reference = new(), _spare = new();
    private PanelMatrix _upper = new(1, 1);
    private RowBound? _bound;
    private NativeBuffer<float> _sums = new(0), _terms = new(0);
    private ActiveBatch _inputs = null!;
    private float _scale;
    private bool _isRenewed;
    private double _spent, _active;
    private double[] _norms = [];

    /// <param name="kernels">Verbs.</param>
    /// <param name="layer">Parameters.</param>
    /// <param name="rows">Bounds of the layer's rows; shared by all sets of data.</param>
    /// <param name="carried">Scratch for products with the reference; may be shared by layers.</param>
    /// <param name="policy">When to renew.</param>
    public CertifiedActivity(TeamKernels kernels, HiddenLayer layer, RowBounds rows, TermProducts carried, ActivityPolicy policy)
    {
        _kernels = kernels;
        _verbs = new CertificateKernels(kernels);
        (_layer, _rows, _carried, _policy) = (layer, rows, carried, policy);
        _measure = (chunk, _) => Measure(chunk * Chunk, Math.Min(_inputs.Count, (chunk + 1) * Chunk));
        _subtract = (chunk, _) => Subtract(chunk * (long)(1 << 16));
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
    /// <param name="turned">The same turned round, with values.</param>
    /// <param name="terms">The pending step; <see cref="RowBounds"/> holds it too.</param>
    /// <param name="stepped">What the terms add for these inputs: data x neurons.</param>
    /// <param name="sets">Takes the sets.</param>
    /// <param name="gain">The layer's gain.</param>
    /// <param name="normalised">Whether h is divided by its norm.</param>
    /// <returns>False when too little was ruled out: then the caller makes a full pass and calls <see cref="Renew"/>.</returns>
    public bool TryFind(ActiveBatch inputs, TransposedBatch turned, PendingTerms terms, PanelMatrix stepped, ActiveSets sets, float gain, bool normalised)
    {
        _isRenewed = false;
        RowBound bound = Fit(inputs.Count);
        if (!MeasureInputs(inputs))
            return false;
        FillRows(bound, inputs.Longest());
        CarryOn(bound, terms);
        for (int datum = 0; datum < inputs.Count; datum++)
            bound.Sizes[datum] = Up(Math.Max(_reference.Sizes[datum], _norms[datum]) * _policy.MarginScale);
        _verbs.CountUncertain(_upper, _reference.Support, bound, _listed);
        Computed = _listed.Density;
        if (!_policy.Keeps(_layer, inputs, Computed, _active, _kernels.Team.Degree, ref _spent))
            return false;
        _verbs.ListUncertain(_upper, _reference.Support, bound, _listed);
        Compute(turned, terms, stepped);
        _verbs.ThresholdListed(_listed, _sums, _layer.Thresholds, gain, sets.Active);
        sets.Finish(normalised);
        _active = sets.Active.Density;
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
        SparseNorms.Of(inputs, _spare.Sizes);
        _rows.Drift.CopyTo(_spare.DriftThen);
        int longest = inputs.Longest();
        _verbs.SupportNorms(_layer.Weights, inputs, (float)(1 + RowBounds.Gamma(longest + 4)), _spare.Support);
        FillErrors(bound, longest);
        for (int row = 0; row < _layer.Width; row++)
            bound.Slack[row] = Up(bound.Errors[row] + _rows.Folding[row]);
        for (int datum = 0; datum < inputs.Count; datum++)
            bound.Sizes[datum] = Up(_spare.Sizes[datum]);
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
        _terms.Dispose();
    }

    /// <summary>A float that is at least x, for x of 0 or more.</summary>
    private static float Up(double x) => (float)(x * (1 + 4 * RowBounds.Roundoff));

    private RowBound Fit(int data)
    {
        if (_bound is not null && _bound.On.Length == data)
            return _bound;
        _bound?.Dispose();
        _norms = new double[data];
        return _bound = new RowBound(_layer.Width, data);
    }

    /// <summary>How far the inputs moved, on and off the reference's supports; false when something is not finite.</summary>
    private bool MeasureInputs(ActiveBatch inputs)
    {
        _inputs = inputs;
        _kernels.Team.Run((inputs.Count + Chunk - 1) / Chunk, _measure);
        for (int datum = 0; datum < inputs.Count; datum++)
            if (!float.IsFinite(_bound!.On[datum]) || !float.IsFinite(_bound.Off[datum]) || !double.IsFinite(_norms[datum]))
                return false;
        return true;
    }

    private void Measure(int from, int to)
    {
        ActiveBatch then = _reference.Inputs;
        for (int datum = from; datum < to; datum++)
        {
            double on = 0, off = 0, squares = 0;
            for (int block = 0; block < _inputs.Blocks; block++)
            {
                (long start, int length) = _inputs.Run(block, datum);
                (long startThen, int lengthThen) = then.Run(block, datum);
                ReadOnlySpan<ushort> ids = _inputs.OffsetsAt(start, length), idsThen = then.OffsetsAt(startThen, lengthThen);
                ReadOnlySpan<float> values = _inputs.Values.Slice(start, length), valuesThen = then.Values.Slice(startThen, lengthThen);
                int next = 0;
                for (int entry = 0; entry < length; entry++)
                {
                    double value = values[entry];
                    squares += value * value;
                    for (; next < lengthThen && idsThen[next] < ids[entry]; next++)
                        on += (double)valuesThen[next] * valuesThen[next];
                    if (next < lengthThen && idsThen[next] == ids[entry])
                    {
                        double moved = value - valuesThen[next++];
                        on += moved * moved;
                    }
                    else
                    {
                        off += value * value;
                    }
                }
                for (; next < lengthThen; next++)
                    on += (double)valuesThen[next] * valuesThen[next];
            }
            _bound!.On[datum] = Up(Math.Sqrt(on) * _policy.MarginScale);
            _bound.Off[datum] = Up(Math.Sqrt(off) * _policy.MarginScale);
            _norms[datum] = Math.Sqrt(squares);
        }
    }

    /// <summary>The parts of the bound that belong to rows. Rounding: a chain of n terms is off by gamma_n times the norms; the bound itself is summed in float32.</summary>
    private void FillRows(RowBound bound, int longest)
    {
        ReadOnlySpan<double> norms = _rows.Norms, drift = _rows.Drift, change = _rows.Change, folding = _rows.Folding;
        double product = RowBounds.Gamma(_rows.LongestInput) + RowBounds.Gamma(_rows.LongestRow) + 8 * RowBounds.Roundoff;
        FillErrors(bound, longest);
        for (int row = 0; row < norms.Length; row++)
        {
            bound.Growth[row] = Up(drift[row] - _reference.DriftThen[row] + change[row]);
            bound.Norms[row] = Up(norms[row] + change[row]);
            bound.Slack[row] = Up(product * change[row] + 4 * RowBounds.Roundoff * (norms[row] + change[row]) + folding[row]);
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
            bound.Errors[row] = Up(chain * norms[row] + product * change[row]);
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
    private void Compute(TransposedBatch turned, PendingTerms terms, PanelMatrix stepped)
    {
        Grow(ref _sums, _listed.Entries);
        Grow(ref _terms, _listed.Entries);
        _kernels.PushForward(_layer.Weights, _listed, _sums, turned, turned.Lists.Values);
        _kernels.GatherActive(stepped, _listed, dataInRows: true, _terms);
        _scale = terms.Scale;
        _kernels.Team.Run((int)((_listed.Entries + (1 << 16) - 1) >> 16), _subtract);
    }

    private void Subtract(long from)
    {
        int length = (int)Math.Min(1 << 16, _listed.Entries - from);
        Span<float> sums = _sums.Slice(from, length), terms = _terms.Slice(from, length);
        for (int i = 0; i < length; i++)
            sums[i] -= _scale * terms[i];
    }

    private static void Grow(ref NativeBuffer<float> buffer, long length)
    {
        if (buffer.Length >= length)
            return;
        buffer.Dispose();
        buffer = new NativeBuffer<float>(length + length / 4);
    }
}
