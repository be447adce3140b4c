using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// R of the thin QR factorisation [B^T; sqrt(mu) I] = Q R of a sketched Jacobian (algorithm A4): (R^T R)^-1 approximates (G + mu I)^-1, and
/// the condition of what is left is ((1 + q) / (1 - q))^2, q = sqrt(n / s), whatever G is. R is found by Cholesky factorisation of B B^T +
/// mu I, and once more of Q^T Q where one pass would leave Q visibly skew (Cholesky-QR2: Yamamoto et al., ETNA 2015). Only triangular
/// systems are solved, nothing is inverted.
/// </summary>
internal sealed class SketchedPreconditioner : IPreconditioner, IDisposable
{
    /// <summary>One pass leaves ||Q^T Q - I|| near the condition of B B^T + mu I times 1e-16; above this it is repeated.</summary>
    private const double MostRatioOfOnePass = 1e10;

    /// <summary>Columns of the identity that are orthogonalised at once.</summary>
    private const int Strip = 512;

    private readonly DampedGram _first, _second;
    private NativeBuffer<double> _orthogonal = new(0);
    private KhatriRaoSketch _sketch = null!;

    public SketchedPreconditioner(TeamKernels kernels)
    {
        _first = new DampedGram(kernels);
        _second = new DampedGram(kernels);
    }

    /// <summary>Bytes held for n data.</summary>
    /// <param name="n">Data.</param>
    /// <param name="columns">Columns of the sketch.</param>
    /// <param name="repeats">Whether the factorisation may have to be repeated; see <see cref="MayRepeat"/>.</param>
    public static Int128 BytesOf(int n, long columns, bool repeats)
    {
        Int128 gram = DampedGram.BytesOf(n, KernelSet.OuterProductBlock);
        return repeats ? 2 * gram + KhatriRaoSketch.BytesOf(n, columns) : gram;
    }

    /// <summary>
    /// Whether B B^T + mu I may be conditioned so badly that the factorisation is repeated. The largest eigenvalue of B B^T is at most its
    /// trace, so the condition is at most near n over the relative damping.
    /// </summary>
    /// <param name="n">Data.</param>
    /// <param name="relativeDamping">mu relative to trace / n.</param>
    public static bool MayRepeat(int n, double relativeDamping) => n >= relativeDamping * MostRatioOfOnePass;

    /// <summary>Whether R is a product of two factors.</summary>
    public bool IsRepeated { get; private set; }

    /// <summary>Takes a sketch; it must stay as it is while dampings are tried.</summary>
    public void Load(KhatriRaoSketch sketch)
    {
        _sketch = sketch;
        _first.Reset(sketch.Count);
        _first.AddOuterProduct(sketch.Rows, sketch.Stride, sketch.Columns);
    }

    /// <summary>Factors for a damping; false when B B^T + mu I is not positive definite in float64.</summary>
    public bool Factor(double mu)
    {
        IsRepeated = false;
        if (!_first.Factor(mu))
            return false;
        if (!(_first.PivotRatio > MostRatioOfOnePass))
            return true;
        IsRepeated = true;
        return Repeat(mu);
    }

    /// <summary>Overwrites B with (R^T R)^-1 B.</summary>
    public void Solve(NativeBuffer<double> right, int stride)
    {
        if (!IsRepeated)
        {
            _first.Solve(right, stride);
            return;
        }
        _first.SolveLower(right, stride);
        _second.Solve(right, stride);
        _first.SolveUpper(right, stride);
    }

    /// <summary>Overwrites B with R^-T B: R^T is the lower factor.</summary>
    /// <param name="right">n x stride, row-major.</param>
    /// <param name="stride">1, or a multiple of 16.</param>
    public void SolveLower(NativeBuffer<double> right, int stride)
    {
        _first.SolveLower(right, stride);
        if (IsRepeated)
            _second.SolveLower(right, stride);
    }

    /// <summary>Overwrites B with R^-1 B.</summary>
    public void SolveUpper(NativeBuffer<double> right, int stride)
    {
        if (IsRepeated)
            _second.SolveUpper(right, stride);
        _first.SolveUpper(right, stride);
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _orthogonal.Dispose();
    }

    /// <summary>Q^T = L^-1 [B, sqrt(mu) I], and the factor of Q^T Q: I but for the rounding of the first pass.</summary>
    private bool Repeat(double mu)
    {
        int n = _sketch.Count;
        _second.Reset(n);
        GrowOnlyBuffer.EnsureCapacity(ref _orthogonal, (long)n * _sketch.Stride);
        for (int row = 0; row < n; row++)
            _sketch.Rows.Slice((long)row * _sketch.Stride, _sketch.Stride)
                .CopyTo(_orthogonal.Slice((long)row * _sketch.Stride, _sketch.Stride));
        AddOrthogonal(_sketch.Stride, _sketch.Columns);
        double root = Math.Sqrt(mu);
        for (int from = 0; mu > 0 && from < n; from += Strip)
        {
            int columns = Math.Min(Strip, n - from), stride = (columns + 15) / 16 * 16;
            GrowOnlyBuffer.EnsureCapacity(ref _orthogonal, (long)n * stride);
            _orthogonal.Clear((long)n * stride);
            for (int column = 0; column < columns; column++)
                _orthogonal[(long)(from + column) * stride + column] = root;
            AddOrthogonal(stride, columns);
        }
        return _second.Factor(0);
    }

    private void AddOrthogonal(int stride, int columns)
    {
        _first.SolveLower(_orthogonal, stride);
        _second.AddOuterProduct(_orthogonal, stride, columns);
    }
}
