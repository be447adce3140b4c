using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// Ridge regression in its dual form, for rows that are learned and forgotten one by one: coefficients B = (K + mu I)^-1 Y of n rows with
/// Gram matrix K, the factor of K + mu I and the diagonal of its inverse. A call costs O(n^2 + n C) for C outputs. Each call also refines
/// the coefficients of one output, in turn, so rounding does not add up over calls. Source of the leave-one-out residual
/// e_i = b_i / [(K + mu I)^-1]_ii: deletion of row i by the block inverse.
/// </summary>
internal sealed class DualRidge
{
    /// <summary>
    /// A correction above this share of the coefficients, or of the inverse's diagonal, means that the factor is worn; where even a new
    /// factor needs larger corrections, above so many times those.
    /// </summary>
    private const double WornShare = 1e-7, WornFactor = 100;

    private readonly TeamKernels _kernels;
    private readonly TriangularRows _gram = new();
    private readonly UpdatableFactor _factor;
    private readonly double[][] _targets, _coefficients;
    private double[] _inverse = [], _row = [], _solved = [], _residual = [];
    private int _refined;
    private bool _isWorn;
    private double _tolerance = WornShare;

    /// <param name="kernels">Verbs; the team works only while the matrix is factored anew.</param>
    /// <param name="outputs">C.</param>
    public DualRidge(TeamKernels kernels, int outputs)
    {
        _kernels = kernels;
        _factor = new UpdatableFactor(kernels.Kernels);
        _targets = new double[outputs][];
        _coefficients = new double[outputs][];
        Array.Fill(_targets, []);
        Array.Fill(_coefficients, []);
    }

    /// <summary>Bytes of <see cref="Factor"/> for so many rows, with what stays.</summary>
    public static Int128 BytesOf(int count, int outputs) =>
        2 * sizeof(double) * ((Int128)count * (count + 1) / 2) + 2 * sizeof(double) * (Int128)count * outputs
        + DampedGram.BytesOf(count, Simd.KernelSet.CholeskyBlock) + InverseDiagonal.BytesOf(count);

    /// <summary>n.</summary>
    public int Count => _gram.Order;

    /// <summary>C.</summary>
    public int Outputs => _targets.Length;

    /// <summary>mu, above 0.</summary>
    public double Damping { get; private set; }

    /// <summary>How often the matrix was factored as a whole.</summary>
    public int Factorisations { get; private set; }

    /// <summary>K, to be filled between <see cref="Resize"/> and <see cref="Factor"/>.</summary>
    public TriangularRows Gram => _gram;

    /// <summary>The targets of an output, to be filled as <see cref="Gram"/> is.</summary>
    public Span<double> TargetsOf(int output) => _targets[output].AsSpan(0, Count);

    /// <summary>The coefficients of an output.</summary>
    public ReadOnlySpan<double> CoefficientsOf(int output) => _coefficients[output].AsSpan(0, Count);

    /// <summary>Makes room; nothing else allocates but <see cref="Factor"/>.</summary>
    public void Reserve(int count)
    {
        _gram.Reserve(count);
        _factor.Reserve(count);
        if (count <= _inverse.Length)
            return;
        int length = Math.Max(count, _inverse.Length + _inverse.Length / 2);
        foreach (double[][] vectors in (ReadOnlySpan<double[][]>)[_targets, _coefficients])
            for (int output = 0; output < vectors.Length; output++)
                Array.Resize(ref vectors[output], length);
        (_row, _solved, _residual) = (new double[length], new double[length], new double[length]);
        // The last one: its length says how much room there is.
        Array.Resize(ref _inverse, length);
    }

    /// <summary>Sets the number of rows; their elements, targets and factor have no meaning until they are set.</summary>
    public void Resize(int count)
    {
        Reserve(count);
        _gram.Resize(count);
    }

    /// <summary>Factors K + mu I and solves for the coefficients; false when it is not positive definite in float64.</summary>
    public bool Factor(double damping)
    {
        using var gram = new DampedGram(_kernels);
        gram.Reset(Count);
        for (int row = 0; row < Count; row++)
            _gram[row].CopyTo(gram.Elements.Slice((long)row * gram.Stride, row + 1));
        if (!gram.Factor(damping))
            return false;
        using var inverse = new InverseDiagonal(_kernels);
        inverse.Compute(gram).CopyTo(_inverse);
        _factor.Load(gram);
        Damping = damping;
        Factorisations++;
        double largest = 0;
        for (int output = 0; output < Outputs; output++)
        {
            Span<double> coefficients = _coefficients[output].AsSpan(0, Count);
            TargetsOf(output).CopyTo(coefficients);
            _factor.Solve(coefficients);
            largest = Math.Max(largest, Refine(output));
        }
        _tolerance = Math.Max(WornShare, WornFactor * largest);
        return true;
    }

    /// <summary>Learns a row; false, with nothing changed, when K + mu I would not be positive definite in float64.</summary>
    /// <param name="column">Its dot products with the rows, in their order.</param>
    /// <param name="diagonal">Its squared norm.</param>
    /// <param name="targets">C targets.</param>
    public bool TryLearn(ReadOnlySpan<double> column, double diagonal, ReadOnlySpan<double> targets)
    {
        int n = Count;
        Reserve(n + 1);
        FactorIfWorn();
        Span<double> row = _row.AsSpan(0, n), solved = _solved.AsSpan(0, n);
        double pivot = _factor.Border(column, diagonal + Damping, row);
        // The exact pivot is mu plus a squared distance.
        if (!(pivot > Damping / 2))
        {
            if (!Factor(Damping))
                return false;
            pivot = _factor.Border(column, diagonal + Damping, row);
            if (!(pivot > Damping / 2))
                return false;
        }
        row.CopyTo(solved);
        _factor.SolveUpper(solved);
        for (int output = 0; output < Outputs; output++)
        {
            Span<double> coefficients = _coefficients[output].AsSpan(0, n);
            double added = (targets[output] - _kernels.Kernels.Dot(column, coefficients)) / pivot;
            _kernels.Kernels.Axpy(-added, solved, coefficients);
            (_coefficients[output][n], _targets[output][n]) = (added, targets[output]);
        }
        Span<double> inverse = _inverse.AsSpan(0, n);
        _kernels.Kernels.AddProduct(1 / pivot, solved, solved, inverse);
        _inverse[n] = 1 / pivot;
        _factor.Append(row, pivot);
        _gram.Resize(n + 1);
        column.CopyTo(_gram[n]);
        _gram[n][n] = diagonal;
        RefineNext();
        return true;
    }

    /// <summary>Forgets a row; later rows move up.</summary>
    public void Forget(int row)
    {
        FactorIfWorn();
        int n = Count;
        Span<double> solved = _solved.AsSpan(0, n), inverse = _inverse.AsSpan(0, n);
        solved.Clear();
        solved[row] = 1;
        _factor.Solve(solved);
        double own = solved[row];
        _isWorn = !(Math.Abs(inverse[row] - own) <= _tolerance * own);
        for (int output = 0; output < Outputs; output++)
        {
            double[] coefficients = _coefficients[output];
            _kernels.Kernels.Axpy(-coefficients[row] / own, solved, coefficients.AsSpan(0, n));
            RemoveFrom(coefficients, row);
            RemoveFrom(_targets[output], row);
        }
        _kernels.Kernels.AddProduct(-1 / own, solved, solved, inverse);
        RemoveFrom(_inverse, row);
        _factor.Remove(row);
        _gram.Remove(row);
        RefineNext();
    }

    /// <summary>The estimate of an output: sum of k_i b_i.</summary>
    /// <param name="column">Dot products with the rows.</param>
    /// <param name="output">Which output.</param>
    public double Predict(ReadOnlySpan<double> column, int output) => _kernels.Kernels.Dot(column, CoefficientsOf(output));

    /// <summary>Solves (K + mu I) u = k for <see cref="LeaveOneOut"/>, in place.</summary>
    public void Solve(Span<double> column) => _factor.Solve(column);

    /// <summary>
    /// The estimates of all fits without one row, f_-i = f - u_i e_i, less and plus the leave-one-out residual |e_i|.
    /// </summary>
    /// <param name="estimate">f.</param>
    /// <param name="solved">u of <see cref="Solve"/>.</param>
    /// <param name="output">Which output.</param>
    /// <param name="lower">f_-i - |e_i| per row, overwritten.</param>
    /// <param name="upper">f_-i + |e_i| per row, overwritten.</param>
    public void LeaveOneOut(double estimate, ReadOnlySpan<double> solved, int output, Span<double> lower, Span<double> upper)
    {
        ReadOnlySpan<double> coefficients = CoefficientsOf(output);
        for (int row = 0; row < coefficients.Length; row++)
        {
            double residual = coefficients[row] / _inverse[row], without = estimate - solved[row] * residual;
            (lower[row], upper[row]) = (without - Math.Abs(residual), without + Math.Abs(residual));
        }
    }

    private void RefineNext()
    {
        int output = _refined;
        _refined = (_refined + 1) % Outputs;
        _isWorn |= !(Refine(output) <= _tolerance);
    }

    /// <summary>Done before anything of a call changes, for it may run out of memory.</summary>
    private void FactorIfWorn()
    {
        if (!_isWorn)
            return;
        // A matrix that cannot be factored keeps its factor, which still serves as the preconditioner of the refinement.
        Factor(Damping);
        _isWorn = false;
    }

    /// <summary>B += (K + mu I)^-1 (Y - (K + mu I) B) for one output; returns the share that the correction is of B.</summary>
    private double Refine(int output)
    {
        int n = Count;
        Span<double> coefficients = _coefficients[output].AsSpan(0, n), residual = _residual.AsSpan(0, n);
        TargetsOf(output).CopyTo(residual);
        for (int row = 0; row < n; row++)
        {
            ReadOnlySpan<double> left = _gram[row][..row];
            residual[row] -= _kernels.Kernels.Dot(left, coefficients[..row]) + (_gram[row][row] + Damping) * coefficients[row];
            _kernels.Kernels.Axpy(-coefficients[row], left, residual[..row]);
        }
        _factor.Solve(residual);
        _kernels.Kernels.Axpy(1, residual, coefficients);
        double correction = _kernels.Kernels.Dot(residual, residual), size = _kernels.Kernels.Dot(coefficients, coefficients);
        return correction == 0 ? 0 : Math.Sqrt(correction / size);
    }

    private void RemoveFrom(double[] vector, int index) => Array.Copy(vector, index + 1, vector, index, Count - index - 1);
}
