using NUnit.Framework;
using Subquad;
using Subquad.Activity;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;
using Subquad.Weights;

namespace Subquad.Managed.Tests.Activity;

/// <summary>
/// One layer, its certificate, and the same layer by full passes: inputs drift and weights move as a test says, and after every pass the
/// two are compared bit for bit.
/// </summary>
internal sealed class CertifiedLayer : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly TeamKernels _kernels;
    private readonly RowBounds _rows;
    private readonly TermProducts _carried, _stepped, _queried;
    private readonly PanelMatrix _sums = new(1, 1);
    private readonly ActiveSets _found, _full;
    private readonly PendingTerms _terms;
    private readonly ActiveBatch _inputs = new(), _outputs = new(), _termInputs = new();
    private readonly TransposedBatch _transposed = new(), _transposedOutputs = new(), _transposedTermInputs = new();

    /// <summary>By default on one thread: in thousands of steps of little work threads mostly wait for each other.</summary>
    public CertifiedLayer(
        KernelSet kernels, int inputs, int width, double shift, bool normalised, CertificatePolicy? policy = null, int threads = 1)
    {
        _team = new WorkerTeam(threads);
        _kernels = new TeamKernels(kernels, _team);
        Layer = Layer.ShiftedRelu(new LowRankWeights(new PanelMatrix(width, inputs)), shift, normalised);
        float[] rows = new float[PanelMatrix.PanelRows * inputs];
        for (int panel = 0; panel < Layer.Weights.Panels; panel++)
            Layer.DrawPanel(panel, kernels, seed: 5, layer: 1, rows);
        _rows = new RowBounds(_kernels, Layer.LowRank);
        (_carried, _stepped, _queried, _terms) = (new(_kernels), new(_kernels), new(_kernels), new(_kernels));
        (_found, _full) = (new(_kernels), new(_kernels));
        Certificate = new CertifiedActivity(
            _kernels, Layer, _rows, _carried, policy ?? new CertificatePolicy { FollowsCosts = false, PassesBeforeRenewal = 1e4 });
    }

    public Layer Layer { get; }
    public CertifiedActivity Certificate { get; }

    /// <summary>Passes that the certificate served, of all.</summary>
    public int Certified { get; private set; }

    /// <summary>Share of the neurons that certified passes computed although they do not fire, added up.</summary>
    public double Uncertain { get; private set; }

    /// <summary>The last full pass's pre-activations.</summary>
    public PanelMatrix PreActivations => _sums;

    /// <summary>Measures the rows again and takes these inputs (data x inputs, row after row) as the reference.</summary>
    public void Begin(float[] inputs)
    {
        SetInputs(inputs);
        _rows.Measure();
        Layer.LowRank.Query(_stepped, _inputs, _sums);
        _full.Find(_sums, Layer);
        Certificate.Begin(_inputs, _sums, _full.Active.Density);
    }

    /// <summary>A pass of these inputs under the pending step -scale * sum of u v^T.</summary>
    public void Try(float[] inputs, float[] u, float[] v, float scale)
    {
        SetInputs(inputs);
        int terms = u.Length / Layer.Width;
        _outputs.FillNonZero(u, terms, Layer.Width);
        _termInputs.FillNonZero(v, terms, Layer.Inputs);
        _transposedOutputs.Build(_outputs);
        _transposedTermInputs.Build(_termInputs);
        _terms.Set(_outputs, _outputs.Values, _transposedOutputs, _termInputs, scale);
        _rows.Stage(_terms);
        PanelMatrix stepped = _stepped.Of(_inputs, _terms);
        bool certified = Certificate.TryFind(_inputs, _transposed, _terms, stepped, _found);

        Layer.LowRank.Query(_queried, _inputs, _sums);
        _kernels.SubtractTransposed(_sums, stepped, scale, _sums);
        _full.Find(_sums, Layer);
        if (!certified)
        {
            Certificate.Renew(_inputs, _sums);
            return;
        }
        Certified++;
        Uncertain += Certificate.Computed - _full.Active.Density;
        Assert.That(_found.Active.SameEntries(_full.Active), "the certified pass has other active sets than the full one");
        int entries = (int)_full.Active.Entries;
        Numbers.SameBits(_found.Active.Values.Slice(0, entries), _full.Active.Values.Slice(0, entries), "h");
        Numbers.SameBits(_found.Norms, _full.Norms, "norms");
    }

    /// <summary>Folds the step of the last pass in, or holds it beside the base and perhaps flushes.</summary>
    public void Accept(bool holds = false, bool flushes = false)
    {
        if (holds)
            Layer.LowRank.Append(_terms);
        else
            _terms.FoldInto(Layer.Weights, _transposedTermInputs);
        if (flushes)
            Flush();
        _rows.Accept();
        Certificate.Accept();
    }

    /// <summary>Adds what is held to the base, between two passes.</summary>
    public void Flush() => Layer.LowRank.Flush(_kernels);

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[Layer, Certificate, _rows, _carried, _stepped, _queried, _terms, _sums, _found, _full,
            _inputs, _outputs, _termInputs, _transposed,
            _transposedOutputs, _transposedTermInputs, _team])
            part.Dispose();
    }

    private void SetInputs(float[] inputs)
    {
        _inputs.FillNonZero(inputs, inputs.Length / Layer.Inputs, Layer.Inputs);
        _transposed.Build(_inputs);
    }
}
