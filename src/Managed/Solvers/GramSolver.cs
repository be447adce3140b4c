using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// Solves (K + mu I) x = b, K the Gram matrix of a Jacobian with Khatri-Rao rows, in the way that was asked for or that costs least by
/// <see cref="SolverCosts"/>; an iteration that was not asked for and costs more than was expected gives way to the exact factor. The owner
/// of the Jacobian builds what the way needs, K (<see cref="Gram"/>), a sketch (<see cref="Sketch"/>) or both, and then tries dampings. For
/// a larger system of which K is an average it is the preconditioner.
/// </summary>
internal sealed class GramSolver : IPreconditioner, ILinearSystem, IDisposable
{
    /// <summary>How much larger than the recurrence's a residual may be.</summary>
    private const double MostDrift = 10;

    private readonly TeamKernels _kernels;
    private readonly SolverChoice _asked;
    private readonly ConjugateGradient _gradients = new();
    private readonly SketchedPreconditioner _sketched;
    private readonly LowRankPreconditioner _lowRank;
    private KhatriRaoSketch? _srht, _tensorSketch;
    private NativeBuffer<double> _solution = new(0), _left = new(0);
    private SystemSize? _size;
    private SolverChoice _cheapest;
    private double _mu;
    private bool _isLoaded, _isStiff;

    /// <param name="kernels">Verbs.</param>
    /// <param name="asked">The way to solve; Automatic for the cheapest.</param>
    public GramSolver(TeamKernels kernels, SolverChoice asked)
    {
        _kernels = kernels;
        _asked = asked;
        Choice = asked == SolverChoice.Automatic ? SolverChoice.Cholesky : asked;
        Gram = new DampedGram(kernels);
        _sketched = new SketchedPreconditioner(kernels);
        _lowRank = new LowRankPreconditioner(kernels);
    }

    /// <summary>The way that is taken since <see cref="Begin"/>; never Automatic.</summary>
    public SolverChoice Choice { get; private set; }

    /// <summary>K, where it is formed.</summary>
    public DampedGram Gram { get; }

    /// <summary>B, where the Jacobian is sketched; null elsewhere.</summary>
    public KhatriRaoSketch? Sketch { get; private set; }

    /// <summary>Whether K has to be formed. The sketched preconditioner of one output serves conjugate gradients on K itself.</summary>
    public bool NeedsGram { get; private set; } = true;

    /// <summary>Bytes held for a system.</summary>
    /// <param name="size">The system.</param>
    /// <param name="asked">The way to solve; Automatic for the cheapest.</param>
    /// <param name="relativeDamping">The least damping that is tried, relative to trace(K) / n.</param>
    public static Int128 BytesOf(SystemSize size, SolverChoice asked, double relativeDamping)
    {
        SolverChoice choice = ChoiceFor(size, asked);
        int n = size.Count;
        bool iterates = choice is SolverChoice.SketchedConjugateGradient or SolverChoice.LowRankConjugateGradient;
        Int128 bytes = 0;
        if (size.Outputs == 1)
            bytes += 2 * NativeBuffer<double>.BytesOf(n) + (iterates ? ConjugateGradient.BytesOf(n) : 0);
        if (FormsGram(choice, size.Outputs))
            bytes += DampedGram.BytesOf(n, choice == SolverChoice.Cholesky ? KernelSet.CholeskyBlock
                : size.Outputs == 1 ? TeamKernels.SymmetricSlices : 0);
        if (choice == SolverChoice.LowRankConjugateGradient)
            bytes += LowRankPreconditioner.BytesOf(n, SolverCosts.RankOf(n));
        if (!Sketches(choice))
            return bytes;
        long columns = SolverCosts.ColumnsOf(choice, n);
        bool isTensorSketch = PrefersTensorSketch(size, columns);
        return bytes + (isTensorSketch ? TensorSketch.BytesOf(size, columns) : TensorSrht.BytesOf(size, columns))
            + SketchedPreconditioner.BytesOf(
                n, isTensorSketch ? TensorSketch.ColumnsOf(columns) : columns, SketchedPreconditioner.MayRepeat(n, relativeDamping));
    }

    /// <summary>Bytes of scratch that a worker reserves for a system.</summary>
    /// <inheritdoc cref="BytesOf"/>
    public static Int128 ScratchOf(SystemSize size, SolverChoice asked, double relativeDamping)
    {
        SolverChoice choice = ChoiceFor(size, asked);
        if (!Sketches(choice))
            return 0;
        long columns = SolverCosts.ColumnsOf(choice, size.Count);
        Int128 rows = PrefersTensorSketch(size, columns) ? TensorSketch.ScratchOf(size, columns) : TensorSrht.ScratchOf(size, columns);
        return SketchedPreconditioner.MayRepeat(size.Count, relativeDamping)
            ? Int128.Max(rows, TeamKernels.SolveScratchOf(size.Count)) : rows;
    }

    /// <summary>Whether a way needs K, also where several outputs are averaged in it.</summary>
    public static bool FormsGram(SolverChoice choice, int outputs) =>
        !Sketches(choice) || choice == SolverChoice.SketchedConjugateGradient && outputs == 1;

    /// <summary>Whether a way sketches the Jacobian.</summary>
    public static bool Sketches(SolverChoice choice) =>
        choice is SolverChoice.SketchedConjugateGradient or SolverChoice.DirectSketch;

    /// <summary>The way that is taken for a system at first.</summary>
    public static SolverChoice ChoiceFor(SystemSize size, SolverChoice asked) =>
        asked == SolverChoice.Automatic ? SolverCosts.Cheapest(size) : asked;

    private bool Iterates => Choice is SolverChoice.SketchedConjugateGradient or SolverChoice.LowRankConjugateGradient;

    /// <summary>Whether the iteration was our own choice, and the exact factor may take its place.</summary>
    private bool MayTurn => _asked == SolverChoice.Automatic && Choice == SolverChoice.LowRankConjugateGradient;

    private IPreconditioner Preconditioner => Choice switch
    {
        SolverChoice.SketchedConjugateGradient or SolverChoice.DirectSketch => _sketched,
        SolverChoice.LowRankConjugateGradient => _lowRank,
        _ => Gram,
    };

    /// <summary>Begins a system: what it needs is empty then.</summary>
    public void Begin(SystemSize size)
    {
        Choice = _asked != SolverChoice.Automatic ? _asked : _isStiff ? SolverChoice.Cholesky : CheapestFor(size);
        bool sketches = Sketches(Choice);
        NeedsGram = FormsGram(Choice, size.Outputs);
        Sketch = null;
        if (NeedsGram)
            Gram.Reset(size.Count);
        if (sketches)
        {
            int columns = checked((int)SolverCosts.ColumnsOf(Choice, size.Count));
            Sketch = SolverCosts.PrefersTensorSketch(size, columns) ? _tensorSketch ??= new TensorSketch(_kernels)
                : _srht ??= new TensorSrht(_kernels);
            Sketch.Reset(size.Count, columns);
        }
        _isLoaded = false;
    }

    // More columns than an array can have are refused when the sketch is made.
    private static bool PrefersTensorSketch(SystemSize size, long columns) =>
        SolverCosts.PrefersTensorSketch(size, (int)Math.Min(columns, 1 << 30));

    /// <summary>Chosen once for a size: steps of one batch share it.</summary>
    private SolverChoice CheapestFor(SystemSize size)
    {
        if (!ReferenceEquals(size, _size))
            (_size, _cheapest) = (size, SolverCosts.Cheapest(size));
        return _cheapest;
    }

    /// <summary>Factors for a damping what is factored; false when that is not positive definite in float64.</summary>
    public bool Damp(double mu)
    {
        _mu = mu;
        if (!_isLoaded)
            Load();
        return Choice switch
        {
            SolverChoice.SketchedConjugateGradient or SolverChoice.DirectSketch => _sketched.Factor(mu),
            SolverChoice.LowRankConjugateGradient => _lowRank.Factor(mu),
            _ => Gram.Factor(mu),
        };
    }

    /// <inheritdoc cref="IPreconditioner.Solve"/>
    public void Solve(NativeBuffer<double> right, int stride) => Preconditioner.Solve(right, stride);

    /// <summary>Solves for one right-hand side; element i is at i * stride.</summary>
    /// <param name="x">The solution.</param>
    /// <param name="left">b on entry; b - (K + mu I) x on exit, as far as the way knows: zero where it is exact or does not form K.</param>
    /// <param name="stride">Elements from one to the next.</param>
    public IterationResult Solve(Span<double> x, Span<double> left, int stride)
    {
        int n = (left.Length + stride - 1) / stride;
        Span<double> solution = GrowOnlyBuffer.EnsureCapacity(ref _solution, n).Slice(0, n),
            residual = GrowOnlyBuffer.EnsureCapacity(ref _left, n).Slice(0, n);
        for (int i = 0; i < n; i++)
            residual[i] = solution[i] = left[i * stride];
        IterationResult result = Iterates ? Iterate(left, stride, residual) : new(0, IterationEnd.Tolerance);
        if (MayTurn && result.End != IterationEnd.Tolerance)
        {
            // The spectrum of K does not fall as it was expected to, and damping will not grow in later steps: the exact factor from now
            // on.
            (Choice, _isStiff) = (SolverChoice.Cholesky, true);
            if (!Gram.Factor(_mu))
                return result;
            for (int i = 0; i < n; i++)
                solution[i] = left[i * stride];
            result = result with { End = IterationEnd.Tolerance };
        }
        if (!Iterates)
        {
            if (Choice == SolverChoice.DirectSketch)
                DirectSketchedSolve.Solve(_sketched, _solution, 1);
            else
                Gram.Solve(_solution, 1);
            residual.Clear();
        }
        for (int i = 0; i < n; i++)
            (x[i * stride], left[i * stride]) = (solution[i], residual[i]);
        return result;
    }

    void ILinearSystem.Apply(NativeBuffer<double> x, NativeBuffer<double> result) => Gram.Multiply(_mu, x, result);

    void ILinearSystem.Precondition(NativeBuffer<double> residual) => Solve(residual, 1);

    public void Dispose()
    {
        Gram.Dispose();
        _gradients.Dispose();
        _sketched.Dispose();
        _lowRank.Dispose();
        _srht?.Dispose();
        _tensorSketch?.Dispose();
        _solution.Dispose();
        _left.Dispose();
    }

    /// <summary>Conjugate gradients on K.</summary>
    private IterationResult Iterate(ReadOnlySpan<double> right, int stride, Span<double> residual)
    {
        int most = MayTurn ? SolverCosts.IterationsWorthFactor(residual.Length) : SolverCosts.OneOutputIterations;
        IterationResult result =
            _gradients.Solve(_kernels.Kernels, this, _solution, _left, residual.Length, SolverCosts.OneOutputTolerance, most);
        return result.End == IterationEnd.Tolerance
            && !IsSolved(right, stride, residual) ? result with { End = IterationEnd.Rounding } : result;
    }

    /// <summary>
    /// Computes the residual anew: of a system that is singular within rounding, the recurrence can promise one that the solution does not
    /// have.
    /// </summary>
    private bool IsSolved(ReadOnlySpan<double> right, int stride, Span<double> residual)
    {
        Gram.Multiply(_mu, _solution, _left);
        double size = 0;
        for (int i = 0; i < residual.Length; i++)
        {
            residual[i] = right[i * stride] - residual[i];
            size += right[i * stride] * right[i * stride];
        }
        return _kernels.Kernels.Dot(
            residual, residual) <= MostDrift * MostDrift * SolverCosts.OneOutputTolerance * SolverCosts.OneOutputTolerance * size;
    }

    private void Load()
    {
        if (Sketch is not null)
            _sketched.Load(Sketch);
        else if (Choice == SolverChoice.LowRankConjugateGradient)
            _lowRank.Load(Gram, SolverCosts.RankOf(Gram.Order));
        _isLoaded = true;
    }
}
