using Subquad.Activity;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// What the certificates of all sets of data share: bounds of the rows of each layer above the lowest trained one, carried from step to
/// step, and scratch.
/// </summary>
internal sealed class Certificates(TeamKernels kernels, LayerStack layers, int from, CertificatePolicy policy) : IDisposable
{
    private readonly RowBounds?[] _rows = new RowBounds?[layers.Hidden.Length];
    private readonly TermProducts _carried = new(kernels);
    private readonly PanelMatrix _auditSums = new(1, 1);
    private ActiveSets? _audit;

    /// <summary>Whether a layer is expected to have certificates for so many data.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="count">Data.</param>
    /// <param name="policy">When a certificate is used.</param>
    /// <param name="threads">Workers.</param>
    public static bool Covers(LayerSize layer, int count, CertificatePolicy policy, int threads) =>
        count > 0 && (!policy.FollowsCosts || ActivityCosts.CertificatePays(layer, count, threads));

    /// <summary>Bytes of what all sets of data share.</summary>
    /// <param name="network">The network.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="count">Data of a step, which are its terms.</param>
    /// <param name="heldOut">Held-out data that steps are tried on too.</param>
    /// <param name="policy">When a certificate is used.</param>
    /// <param name="threads">Workers.</param>
    public static Int128 BytesOf(NetworkSize network, int from, int count, int heldOut, CertificatePolicy policy, int threads)
    {
        int data = Math.Max(count, heldOut);
        return network.Sum(from + 1, layer => IsCovered(layer) ? RowBounds.BytesOf(layer.Width) : 0)
            + network.Most(from + 1, network.Hidden.Length, layer => IsCovered(layer)
                ? TermProducts.BytesOf(data, count, layer.Width, layer.Inputs) + GrowOnlyBuffer.BytesOfList<float>(layer.EntriesOf(data))
                : 0);

        bool IsCovered(LayerSize layer) => Covers(layer, count, policy, threads) || Covers(layer, heldOut, policy, threads);
    }

    /// <summary>Whether certified passes are compared with full ones.</summary>
    public bool Audits => policy.Audits;

    /// <summary>
    /// Begins one certificate for each layer of a state that just made a full pass with the present weights; none where the full pass is
    /// the cheaper one.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <param name="certified">By layer; filled in place, so that nothing is lost when this is cancelled.</param>
    public void Begin(BatchState state, CertifiedActivity?[] certified)
    {
        for (int layer = from + 1; layer < layers.Hidden.Length; layer++)
        {
            Layer hidden = layers.Hidden[layer];
            ActiveBatch active = state.Of(layer).Sets.Active;
            // Only a threshold leaves neurons to be ruled out.
            if (hidden.Activation is not ShiftedRelu)
                continue;
            var size = new LayerSize(
                hidden.Width, ActivityCosts.PerDatum(active), hidden.Inputs, ActivityCosts.PerDatum(state.InputOf(layer)));
            if (policy.FollowsCosts && !ActivityCosts.CertificatePays(size, active.Count, kernels.Team.Degree))
            {
                certified[layer]?.Dispose();
                certified[layer] = null;
                continue;
            }
            if (_rows[layer] is null)
                (_rows[layer] = new RowBounds(kernels, hidden.LowRank)).Measure();
            certified[layer] ??= new CertifiedActivity(kernels, hidden, _rows[layer]!, _carried, policy);
            certified[layer]!.Begin(state.InputOf(layer), state.Of(layer).PreActivations, active.Density);
        }
    }

    /// <summary>Bounds the step that the Jacobian holds.</summary>
    public void Stage(Jacobian jacobian)
    {
        for (int layer = from + 1; layer < _rows.Length; layer++)
            _rows[layer]?.Stage(jacobian.TermsOf(layer));
    }

    /// <summary>Says that the held step became part of the weights.</summary>
    public void Accept()
    {
        foreach (RowBounds? rows in _rows)
            rows?.Accept();
    }

    /// <summary>Makes the full pass beside a certified one and throws when sets, values or norms differ in a bit.</summary>
    /// <param name="state">The state after the certified pass.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="stepped">What the pending terms add.</param>
    /// <param name="scale">Their scale.</param>
    public void Audit(BatchState state, int layer, PanelMatrix stepped, float scale)
    {
        _audit ??= new ActiveSets(kernels);
        Layer hidden = layers.Hidden[layer];
        hidden.LowRank.Query(_carried, state.InputOf(layer), _auditSums);
        kernels.SubtractTransposed(_auditSums, stepped, scale, _auditSums);
        _audit.Find(_auditSums, hidden);
        ActiveSets found = state.Of(layer).Sets;
        if (!found.Active.SameEntries(_audit.Active))
            throw new InvalidOperationException($"the certificate of hidden layer {layer + 1} is wrong: {found.Active.EntryCount} " +
                $"neurons fire under it, {_audit.Active.EntryCount} in the full pass");
        int entries = checked((int)found.Active.EntryCount);
        if (!found.Active.Values.Slice(0, entries).SequenceEqual(_audit.Active.Values.Slice(0, entries))
            || !found.Norms.SequenceEqual(_audit.Norms))
            throw new InvalidOperationException($"the certified pass of hidden layer {layer + 1} has other values than the full pass");
    }

    public void Dispose()
    {
        foreach (RowBounds? rows in _rows)
            rows?.Dispose();
        _carried.Dispose();
        _auditSums.Dispose();
        _audit?.Dispose();
    }
}
