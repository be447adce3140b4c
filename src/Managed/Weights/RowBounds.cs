using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>
/// Upper bounds of how long the rows of a layer's weights are and how far they have moved, kept from step to step without reading the
/// weights: a step moves row r by at most scale * sum of |u_i[r]| |v_i|, and folding it in rounds at most once per term and element. What
/// folding may round is allowed for when a step is accepted, whether it is folded then, later or never, so a flush changes nothing here.
/// </summary>
internal sealed class RowBounds(TeamKernels kernels, LowRankWeights weights) : IDisposable
{
    /// <summary>Unit roundoff of float32.</summary>
    public const double Roundoff = 1.0 / (1 << 24);

    private readonly CertificateKernels _verbs = new(kernels);
    private readonly NativeBuffer<double> _norms = new(weights.Rows), _drift = new(weights.Rows), _driftOfBase = new(weights.Rows),
        _held = new(weights.Rows);
    private readonly NativeBuffer<double> _change = new(weights.Rows), _folding = new(weights.Rows);
    private readonly int[] _terms = new int[weights.Rows];
    private double[] _inputNorms = [];
    private double _productRoundings, _subtractionRoundings;
    private int _longestHeldRow, _longestHeldInput;

    /// <summary>Bytes held for a matrix of so many rows.</summary>
    public static Int128 BytesOf(int rows) => 6 * NativeBuffer<double>.BytesOf(rows);

    /// <summary>|w_r| now.</summary>
    public ReadOnlySpan<double> Norms => _norms.Span;

    /// <summary>The sum of all movements since <see cref="Measure"/>.</summary>
    public ReadOnlySpan<double> Drift => _drift.Span;

    /// <summary>The part of it that is in the base: how far rows had moved when nothing was held last.</summary>
    public ReadOnlySpan<double> DriftOfBase => _driftOfBase.Span;

    /// <summary>How far the pending step would move a row; 0 when none is.</summary>
    public ReadOnlySpan<double> Change => _change.Span;

    /// <summary>The norm of the rounding errors when that step is folded in.</summary>
    public ReadOnlySpan<double> Folding => _folding.Span;

    /// <summary>
    /// What the products of the held terms may be off, for an input of norm 1: each chain, and the scaling, by the norms of the terms, and
    /// each subtraction by that of the row. Terms are joined as they come, so the longest row of a group is at most the sum of those of the
    /// steps.
    /// </summary>
    public double ErrorOfHeld(int row) => _productRoundings * _held[row] + _subtractionRoundings * _norms[row];

    /// <summary>The most terms of a row in that step: the length of a chain over terms.</summary>
    public int LongestRow { get; private set; }

    /// <summary>The most entries of an input of that step: the length of an inner product with it.</summary>
    public int LongestInput { get; private set; }

    /// <summary>
    /// gamma_n = n u / (1 - n u): the relative error of a chain of n multiply-adds, fused or not (Higham, Accuracy and Stability, section
    /// 3.1), with room for its own rounding.
    /// </summary>
    public static double Gamma(double roundings) => 1.001 * (roundings + 1) * Roundoff / (1 - (roundings + 1) * Roundoff);

    /// <summary>What a float32 norm of n numbers may lose because their squares underflow: each loses at most 2^-150.</summary>
    public static double LostSquares(int numbers) => Math.Sqrt(numbers) * Math.ScaleB(1, -75);

    /// <summary>Reads the norms from the weights: one pass, at the start of a run.</summary>
    public void Measure()
    {
        using var norms = new NativeBuffer<float>((long)weights.Base.Panels * PanelMatrix.PanelRows);
        _verbs.RowNorms(weights.Base, (float)(1 + Gamma(weights.Columns)), norms);
        for (int row = 0; row < weights.Rows; row++)
            _norms[row] = norms[row] + LostSquares(weights.Columns);
        _drift.Clear();
        _driftOfBase.Clear();
        ForgetHeld();
        foreach (LowRankTerms terms in weights.Terms)
        {
            NormsOf(terms.Inputs);
            terms.ChangeNorms(_inputNorms, _change.Span, _terms);
            Bound(terms.Inputs);
            Move(isHeld: true);
        }
        Release();
    }

    /// <summary>Bounds a step that is only pending.</summary>
    public void Stage(PendingTerms terms)
    {
        NormsOf(terms.Inputs);
        terms.ChangeNorms(_inputNorms, _change.Span, _terms);
        Bound(terms.Inputs);
    }

    /// <summary>Says that no step is held.</summary>
    public void Release()
    {
        _change.Clear();
        _folding.Clear();
        LongestRow = LongestInput = 0;
    }

    /// <summary>Makes the pending step part of the weights, which have taken it over: into their base or beside it.</summary>
    public void Accept()
    {
        Move(weights.HasTerms);
        if (!weights.HasTerms)
        {
            ForgetHeld();
            _drift.Span.CopyTo(_driftOfBase.Span);
        }
        Release();
    }

    public void Dispose()
    {
        foreach (NativeBuffer<double> buffer in (ReadOnlySpan<NativeBuffer<double>>)[_norms, _drift, _driftOfBase, _held, _change,
            _folding])
            buffer.Dispose();
    }

    private void NormsOf(ActiveBatch inputs)
    {
        if (_inputNorms.Length < inputs.Count)
            _inputNorms = new double[inputs.Count];
        SparseNorms.Of(inputs, _inputNorms);
    }

    /// <summary>Bounds what follows from the change of the rows.</summary>
    private void Bound(ActiveBatch inputs)
    {
        LongestInput = inputs.Longest();
        LongestRow = 0;
        for (int row = 0; row < _terms.Length; row++)
        {
            LongestRow = Math.Max(LongestRow, _terms[row]);
            // Each term is rounded once when it is scaled, once as a product where the set does not fuse, and the element once per term.
            _folding[row] = Gamma(_terms[row]) * (_norms[row] + _change[row]) + 3 * Roundoff * _change[row];
        }
    }

    private void Move(bool isHeld)
    {
        for (int row = 0; row < _terms.Length; row++)
        {
            double moved = _change[row] + _folding[row];
            _norms[row] += moved;
            _drift[row] += moved;
            if (isHeld)
                _held[row] += _change[row];
        }
        if (!isHeld)
            return;
        _longestHeldRow += LongestRow;
        _longestHeldInput = Math.Max(_longestHeldInput, LongestInput);
        _productRoundings = Gamma(_longestHeldInput) + Gamma(_longestHeldRow) + 8 * Roundoff;
        _subtractionRoundings = 2 * weights.Terms.Count * Roundoff;
    }

    private void ForgetHeld()
    {
        _held.Clear();
        _longestHeldRow = _longestHeldInput = 0;
        _productRoundings = _subtractionRoundings = 0;
    }
}
