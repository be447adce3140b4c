using Subquad.Engine;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;

namespace Subquad.Trainers;

/// <summary>
/// K = H_L H_L^T (if A is trained) + s^2 / (C P) sum over layers and probes of (U_p U_p^T) o (V_l V_l^T): the Gram matrix averaged over the outputs. A probe is one +-1 vector over the
/// outputs, the same for every datum, pulled back to all layers. With one output the only probe is +1 and K is the exact J J^T.
/// </summary>
internal sealed class ClassAveragedGram : IDisposable
{
    private const int Probes = 4;

    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly Jacobian _jacobian;
    private readonly PanelMatrix _rows = new(1, 1);
    private readonly OutputVector _probe = new();
    private readonly NativeBuffer<double>[] _inner;
    private ActiveBatch? _constantInputs;
    private int _constantCount;

    public ClassAveragedGram(TeamKernels kernels, LayerStack layers, Jacobian jacobian)
    {
        _kernels = kernels;
        _layers = layers;
        _jacobian = jacobian;
        Matrix = new DampedGram(kernels);
        _inner = new NativeBuffer<double>[layers.Hidden.Length - jacobian.From];
        for (int i = 0; i < _inner.Length; i++)
            _inner[i] = new NativeBuffer<double>(0);
    }

    /// <summary>K, and the factor of K + mu I.</summary>
    public DampedGram Matrix { get; }

    /// <summary>V V^T of every trained layer, into <see cref="Jacobian.ProductsOf"/> too. The lowest trained layer's inputs are constant, so its product is computed once per batch.</summary>
    public void MeasureInputs(BatchState state)
    {
        int n = state.Count, stride = DampedGram.StrideOf(n);
        for (int layer = _jacobian.From; layer < _layers.Hidden.Length; layer++)
        {
            ActiveBatch inputs = state.InputOf(layer);
            if (layer == _jacobian.From)
            {
                if (_constantInputs == inputs && _constantCount == n)
                    continue;
                (_constantInputs, _constantCount) = (inputs, n);
            }
            ref NativeBuffer<double> inner = ref _inner[layer - _jacobian.From];
            if (inner.Length < (long)n * stride)
            {
                inner.Dispose();
                inner = new NativeBuffer<double>((long)n * stride);
            }
            _kernels.Gram(_rows, inputs, inputs.Values, inner, stride);
            _kernels.NarrowSymmetric(inner, stride, n, _jacobian.ProductsOf(layer));
        }
    }

    /// <summary>Says that the inputs of the lowest trained layer are other ones.</summary>
    public void Forget() => _constantInputs = null;

    /// <summary>Builds K at the Jacobian's point.</summary>
    /// <param name="state">The point.</param>
    /// <param name="seed">Draws the probes.</param>
    /// <param name="metric">s^2; 0 when it is still to be chosen.</param>
    /// <param name="chooseMetric">Chooses s^2 from the traces of the hidden layers' part (with s = 1) and of A's.</param>
    /// <param name="clock">Told when pull-backs begin and end; null when nobody measures.</param>
    public void Build(BatchState state, ulong seed, float metric, Func<double, double, float> chooseMetric, StageClock? clock = null)
    {
        int outputs = _layers.Outputs, probes = outputs == 1 ? 1 : Probes;
        Matrix.Reset(state.Count);
        for (int probe = 0; probe < probes; probe++)
        {
            FillProbe(state.Count, outputs, seed, probe);
            clock?.Start(Stage.PullBack);
            _jacobian.PullBack(_probe);
            clock?.Start(Stage.Gram);
            for (int layer = _jacobian.From; layer < _layers.Hidden.Length; layer++)
            {
                _kernels.Gram(_rows, state.Of(layer).Sets.Active, _jacobian.CotangentOf(layer), Matrix.Spare, Matrix.Stride);
                Matrix.AddProduct(1.0 / (outputs * probes), Matrix.Spare, _inner[layer - _jacobian.From]);
            }
        }
        double hidden = Matrix.Trace, output = 0;
        if (_jacobian.TrainsOutput)
        {
            ActiveBatch last = state.Last.Sets.Active;
            _kernels.Gram(_rows, last, last.Values, Matrix.Spare, Matrix.Stride);
            for (int datum = 0; datum < state.Count; datum++)
                output += Matrix.Spare[(long)datum * Matrix.Stride + datum];
        }
        if (metric == 0)
            metric = chooseMetric(hidden, output);
        _jacobian.Metric = metric;
        if (metric != 1f)
            Matrix.Scale(metric);
        if (_jacobian.TrainsOutput)
            Matrix.Add(1.0, Matrix.Spare);
    }

    public void Dispose()
    {
        Matrix.Dispose();
        _rows.Dispose();
        _probe.Dispose();
        foreach (NativeBuffer<double> inner in _inner)
            inner.Dispose();
    }

    private void FillProbe(int count, int outputs, ulong seed, int probe)
    {
        if (_probe.Count != count || _probe.Outputs != outputs)
            _probe.Reshape(count, outputs);
        var bits = new Data.SplitMix64(seed + (ulong)probe);
        Span<double> first = _probe[0];
        for (int c = 0; c < outputs; c++)
            first[c] = outputs == 1 || (bits.Next() & 1) == 0 ? 1 : -1;
        for (int datum = 1; datum < count; datum++)
            first.CopyTo(_probe[datum]);
    }
}
