using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;

namespace Subquad.Optimizers.GaussNewton;

/// <summary>
/// K = H_L H_L^T (if A is trained) + t^2 X X^T (with direct weights) + s^2 / (C P) sum over layers and probes of (U_p U_p^T) o (V_l V_l^T):
/// the Gram matrix averaged over the outputs. A probe is one +-1 vector over the outputs, the same for every datum, pulled back to all
/// layers. With one output the only probe is +1 and K is the exact J J^T. Builds what the solver needs of it: K, a sketch B with B B^T near
/// K from the same rows u (x) v, or both.
/// </summary>
internal sealed class ClassAveragedGram : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly Jacobian _jacobian;
    private readonly PanelMatrix _rows = new(1, 1);
    private readonly OutputVector _probe = new();
    private readonly NativeBuffer<double>[] _inner;
    private readonly ActiveBatch _one = new();
    private readonly DirectGram? _direct;
    private ActiveBatch? _constantInputs;
    private int _constantCount;
    private SystemSize? _size;
    private ulong _sketches;

    public ClassAveragedGram(TeamKernels kernels, LayerStack layers, Jacobian jacobian, SolverChoice solver = SolverChoice.Cholesky)
    {
        _kernels = kernels;
        _layers = layers;
        _jacobian = jacobian;
        Solver = new GramSolver(kernels, solver);
        _inner = new NativeBuffer<double>[layers.Hidden.Length - jacobian.From];
        for (int i = 0; i < _inner.Length; i++)
            _inner[i] = new NativeBuffer<double>(0);
        if (layers.Direct is not null)
            _direct = new DirectGram(kernels);
    }

    /// <summary>Bytes held for the data of a step.</summary>
    /// <param name="network">The network.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="count">Data.</param>
    /// <param name="trainsOutput">Whether A is trained.</param>
    /// <param name="solver">What solves.</param>
    /// <param name="relativeDamping">The least damping that is tried, relative to trace(K) / n.</param>
    public static Int128 BytesOf(
        NetworkSize network, int from, int count, bool trainsOutput, SolverChoice solver, double relativeDamping)
    {
        SystemSize size = SizeOf(network, from, count);
        SolverChoice choice = GramSolver.ChoiceFor(size, solver);
        bool formsGram = GramSolver.FormsGram(choice, size.Outputs);
        Int128 rows = network.Most(from, network.Hidden.Length, layer => PanelMatrix.BlockBytesOf(
            count, formsGram ? Math.Max(layer.Inputs, layer.Width) : layer.Inputs));
        return Int128.Max(rows, DirectGram.SpreadOf(network, from, count)) + DirectGram.BytesOf(network, from, count)
            + OutputVector.BytesOf(count, network.Outputs)
            + size.Layers.Length * NativeBuffer<double>.BytesOf(DampedGram.LengthOf(count))
            + ((trainsOutput || network.HasDirect) && GramSolver.Sketches(choice) ? ActiveBatch.BytesOf(count, 1, count) : 0)
            + GramSolver.BytesOf(size, solver, relativeDamping);
    }

    /// <summary>Bytes of scratch that a worker reserves.</summary>
    /// <inheritdoc cref="BytesOf"/>
    public static Int128 ScratchOf(NetworkSize network, int from, int count, SolverChoice solver, double relativeDamping) =>
        GramSolver.ScratchOf(SizeOf(network, from, count), solver, relativeDamping);

    /// <summary>Solves with K, or with what stands for it.</summary>
    public GramSolver Solver { get; }

    /// <summary>K, where the solver forms it.</summary>
    public DampedGram Matrix => Solver.Gram;

    /// <summary>The trace of K, also where K is not formed.</summary>
    public double Trace { get; private set; }

    /// <summary>
    /// V V^T of every trained layer, into <see cref="Jacobian.ProductsOf"/> too. The lowest trained layer's inputs are constant, so its
    /// product is computed once per batch.
    /// </summary>
    public void MeasureInputs(BatchState state)
    {
        int n = state.Count;
        for (int layer = _jacobian.From; layer < _layers.Hidden.Length; layer++)
        {
            ActiveBatch inputs = state.InputOf(layer);
            if (layer == _jacobian.From)
            {
                if (_constantInputs == inputs && _constantCount == n)
                    continue;
                (_constantInputs, _constantCount) = (inputs, n);
                if (layer > 0)
                    _direct?.Measure(state.Rows, state.TransposedRows!, _rows);
            }
            ref NativeBuffer<double> inner = ref _inner[layer - _jacobian.From];
            GrowOnlyBuffer.EnsureCapacity(ref inner, DampedGram.LengthOf(n));
            _kernels.Gram(_rows, inputs, inputs.Values, inner, DampedGram.StrideOf(n));
            if (layer == 0)
                _direct?.Take(inner);
            _kernels.NarrowSymmetric(inner, DampedGram.StrideOf(n), n, _jacobian.ProductsOf(layer));
        }
    }

    /// <summary>Says that the inputs of the lowest trained layer are other ones.</summary>
    public void Forget() => _constantInputs = null;

    /// <summary>Builds K, its sketch or both at the Jacobian's point.</summary>
    /// <param name="state">The point.</param>
    /// <param name="seed">Draws the probes and the sketches; these are other ones at every call, as the theory asks.</param>
    /// <param name="hiddenStepScale">s^2; 0 when it is still to be chosen.</param>
    /// <param name="chooseScale">Chooses s^2 from the traces of the hidden layers' part (with s = 1) and of A's.</param>
    /// <param name="clock">Told when pull-backs begin and end; null when nobody measures.</param>
    public void Build(
        BatchState state, ulong seed, float hiddenStepScale, Func<double, double, float> chooseScale, StageClock? clock = null)
    {
        SystemSize size = SizeOf(state.Count);
        Solver.Begin(size);
        double hidden = 0, share = 1.0 / (size.Outputs * size.Probes);
        for (int probe = 0; probe < size.Probes; probe++)
        {
            FillProbe(state.Count, size.Outputs, seed, probe);
            clock?.Start(Stage.PullBack);
            _jacobian.PullBack(_probe);
            clock?.Start(Stage.Gram);
            for (int layer = _jacobian.From; layer < _layers.Hidden.Length; layer++)
                hidden += AddHidden(state, layer, share, seed);
        }
        if (Solver.NeedsGram)
            hidden = Matrix.Trace;
        double output = _jacobian.TrainsOutput ? MeasureOutput(state.Last.Sets.Active) : 0;
        if (hiddenStepScale == 0)
            hiddenStepScale = chooseScale(hidden, output);
        _jacobian.HiddenStepScale = hiddenStepScale;
        ScaleHidden(hiddenStepScale);
        if (_jacobian.TrainsOutput)
            AddOutput(state.Last.Sets.Active, seed);
        Trace = Solver.NeedsGram ? Matrix.Trace : hiddenStepScale * hidden + output;
        if (_direct is not null)
            Trace += AddDirect(_direct, _layers.Direct!, state.Rows, seed);
    }

    public void Dispose()
    {
        Solver.Dispose();
        _rows.Dispose();
        _probe.Dispose();
        _one.Dispose();
        _direct?.Dispose();
        foreach (NativeBuffer<double> inner in _inner)
            inner.Dispose();
    }

    /// <summary>Adds the cotangents at hand of one layer; returns the trace of what was added.</summary>
    private double AddHidden(BatchState state, int layer, double share, ulong seed)
    {
        ActiveBatch active = state.Of(layer).Sets.Active, inputs = state.InputOf(layer);
        NativeBuffer<float> cotangent = _jacobian.CotangentOf(layer);
        if (Solver.NeedsGram)
        {
            _kernels.Gram(_rows, active, cotangent, Matrix.Spare, Matrix.Stride);
            Matrix.AddProduct(share, Matrix.Spare, _inner[layer - _jacobian.From]);
        }
        if (Solver.Sketch is not { } sketch)
            return 0;
        sketch.Add(Math.Sqrt(share), active, cotangent, inputs, NextSketch(seed));
        double trace = 0;
        for (int datum = 0; datum < active.Count; datum++)
            trace += SquaredNorm(active, cotangent, datum) * SquaredNorm(inputs, inputs.Values, datum);
        return share * trace;
    }

    private void ScaleHidden(float hiddenStepScale)
    {
        if (hiddenStepScale == 1f)
            return;
        if (Solver.NeedsGram)
            Matrix.Scale(hiddenStepScale);
        Solver.Sketch?.Scale(Math.Sqrt(hiddenStepScale));
    }

    /// <summary>The trace of H_L H_L^T, which waits in the spare matrix where K is formed.</summary>
    private double MeasureOutput(ActiveBatch last)
    {
        double trace = 0;
        if (!Solver.NeedsGram)
        {
            for (int datum = 0; datum < last.Count; datum++)
                trace += SquaredNorm(last, last.Values, datum);
            return trace;
        }
        _kernels.Gram(_rows, last, last.Values, Matrix.Spare, Matrix.Stride);
        for (int datum = 0; datum < last.Count; datum++)
            trace += Matrix.Spare[(long)datum * Matrix.Stride + datum];
        return trace;
    }

    /// <summary>Adds H_L H_L^T, or its rows h (x) 1, after <see cref="MeasureOutput"/>.</summary>
    private void AddOutput(ActiveBatch last, ulong seed)
    {
        if (Solver.NeedsGram)
            Matrix.Add(1.0, Matrix.Spare);
        Solver.Sketch?.Add(1, last, last.Values, Ones(last.Count), NextSketch(seed));
    }

    /// <summary>
    /// Adds t^2 X X^T, or its rows t x (x) 1, after all other parts. The first step of a network chooses t^2 so that direct weights
    /// carry as much of the trace as all other weights together. Returns the trace of what was added.
    /// </summary>
    private double AddDirect(DirectGram direct, DirectWeights weights, ActiveBatch rows, ulong seed)
    {
        double own = direct.TraceOf(rows.Count);
        if (weights.StepScale == 0)
            weights.StepScale = Trace > 0 && own > 0 ? (float)(Trace / own) : 1f;
        _jacobian.Direct!.StepScale = weights.StepScale;
        if (Solver.NeedsGram)
            Matrix.Add(weights.StepScale, direct.Products);
        Solver.Sketch?.Add(Math.Sqrt(weights.StepScale), rows, rows.Values, Ones(rows.Count), NextSketch(seed));
        return weights.StepScale * own;
    }

    /// <summary>A row 1 per datum, which completes rows that have one factor only.</summary>
    private ActiveBatch Ones(int count)
    {
        if (_one.Count != count)
        {
            var ones = new float[count];
            Array.Fill(ones, 1f);
            _one.FillDense(ones, count, 1);
        }
        return _one;
    }

    private ulong NextSketch(ulong seed) => unchecked(seed + (++_sketches << 32));

    private double SquaredNorm(ActiveBatch rows, NativeBuffer<float> values, int datum)
    {
        double sum = 0;
        foreach (ActiveSegment segment in rows.SegmentsOf(datum))
            sum += _kernels.Kernels.SquaredNorm(segment.In(values));
        return sum;
    }

    private SystemSize SizeOf(int count)
    {
        if (_size?.Count == count)
            return _size;
        var hidden = new LayerSize[_layers.Hidden.Length];
        for (int i = 0; i < hidden.Length; i++)
        {
            Layer layer = _layers.Hidden[i];
            hidden[i] = new(layer.Width, Expected(layer), layer.Inputs, i == 0 ? layer.Inputs : Expected(_layers.Hidden[i - 1]));
        }
        return _size = SizeOf(new(hidden, _layers.Outputs, _layers.Direct is not null), _jacobian.From, count);
    }

    /// <summary>The size by which a solver is chosen. It counts whole inputs: zeros of the data change nothing.</summary>
    private static SystemSize SizeOf(NetworkSize network, int from, int count)
    {
        var factors = new FactorSize[network.Hidden.Length - from];
        for (int i = 0; i < factors.Length; i++)
        {
            LayerSize layer = network.Hidden[from + i];
            factors[i] = new(layer.Width, layer.Active, layer.Inputs, from + i == 0 ? layer.Inputs : layer.ActiveInputs);
        }
        return new(count, network.Outputs, factors);
    }

    private static double Expected(Layer layer) => layer.Width * layer.ExpectedDensity;

    private void FillProbe(int count, int outputs, ulong seed, int probe)
    {
        if (_probe.Count != count || _probe.Outputs != outputs)
            _probe.Reshape(count, outputs);
        var bits = new SplitMix64(seed + (ulong)probe);
        Span<double> first = _probe[0];
        for (int c = 0; c < outputs; c++)
            first[c] = outputs == 1 || (bits.Next() & 1) == 0 ? 1 : -1;
        for (int datum = 1; datum < count; datum++)
            first.CopyTo(_probe[datum]);
    }
}
