using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// A symmetric n x n matrix K in float64, built as a sum of Hadamard products of Gram matrices or of outer products, and the Cholesky
/// factor of K + mu I. Only lower triangles count. Two matrices are held, the second from when it is needed: K stays as it is so that
/// another mu needs no rebuilding.
/// </summary>
internal sealed class DampedGram : IPreconditioner, IDisposable
{
    private const int RowChunk = 64;

    private readonly TeamKernels _kernels;
    private readonly Action<int, int> _addProduct, _add, _scaleRows, _multiplyRows, _copyDamped;
    private NativeBuffer<double> _matrix = new(0), _factor = new(0), _panel = new(0);
    private NativeBuffer<double> _left = null!, _right = null!;
    private double _scale;

    public DampedGram(TeamKernels kernels)
    {
        _kernels = kernels;
        _addProduct = (chunk, _) => AddProductRows(chunk);
        _add = (chunk, _) => AddRows(chunk);
        _scaleRows = (chunk, _) => ScaleRows(chunk);
        _multiplyRows = (chunk, _) => MultiplyRows(chunk);
        _copyDamped = (chunk, _) => CopyDampedRows(chunk);
    }

    /// <summary>n.</summary>
    public int Order { get; private set; }

    /// <summary>Elements from row to row: n padded to two panels, as the Gram verb writes them.</summary>
    public int Stride => StrideOf(Order);

    /// <summary>K: n x Stride, row-major, for those who build or read it whole.</summary>
    public NativeBuffer<double> Elements => _matrix;

    /// <summary>Room for another n x Stride matrix that nobody needs until the next <see cref="Factor"/>, which leaves L there.</summary>
    public NativeBuffer<double> Spare => GrowOnlyBuffer.EnsureCapacity(ref _factor, LengthOf(Order));

    /// <summary>The sum of the diagonal.</summary>
    public double Trace
    {
        get
        {
            double trace = 0;
            for (int row = 0; row < Order; row++)
                trace += Row(_matrix, row)[row];
            return trace;
        }
    }

    /// <summary>
    /// The ratio of L's largest to its smallest pivot, squared: at most the condition of K + mu I, and near it where pivots fall off as
    /// eigenvalues do.
    /// </summary>
    public double PivotRatio
    {
        get
        {
            double largest = 0, smallest = double.PositiveInfinity;
            for (int row = 0; row < Order; row++)
            {
                double pivot = Row(_factor, row)[row];
                (largest, smallest) = (Math.Max(largest, pivot), Math.Min(smallest, pivot));
            }
            return Order == 0 ? 1 : largest / smallest * (largest / smallest);
        }
    }

    /// <summary>See <see cref="Stride"/>.</summary>
    public static int StrideOf(int n) => (int)PaddedOf(n);

    /// <summary>Elements of an n x Stride matrix.</summary>
    public static long LengthOf(int n) => n * PaddedOf(n);

    /// <summary>Bytes held for n data once K was factored.</summary>
    /// <param name="n">Data.</param>
    /// <param name="scratch">Elements per row of the scratch of the verbs that are used.</param>
    public static Int128 BytesOf(int n, int scratch) =>
        2 * NativeBuffer<double>.BytesOf(LengthOf(n)) + NativeBuffer<double>.BytesOf(PanelLengthOf(n, scratch));

    /// <summary>Starts anew with K = 0.</summary>
    public void Reset(int n)
    {
        Order = n;
        long wanted = LengthOf(n);
        GrowOnlyBuffer.EnsureCapacity(ref _matrix, wanted).Clear(wanted);
    }

    /// <summary>K += scale * left o right, element by element.</summary>
    public void AddProduct(double scale, NativeBuffer<double> left, NativeBuffer<double> right)
    {
        (_scale, _left, _right) = (scale, left, right);
        RunRows(_addProduct);
    }

    /// <summary>K += scale * matrix.</summary>
    public void Add(double scale, NativeBuffer<double> matrix)
    {
        (_scale, _left) = (scale, matrix);
        RunRows(_add);
    }

    /// <summary>K += B B^T.</summary>
    /// <param name="rows">B: Order x stride, row-major.</param>
    /// <param name="stride">Elements from row to row of B.</param>
    /// <param name="columns">Columns of B.</param>
    public void AddOuterProduct(NativeBuffer<double> rows, int stride, int columns) =>
        _kernels.AddOuterProduct(rows, stride, Order, columns, _matrix, Stride, Panel(KernelSet.OuterProductBlock));

    /// <summary>K = K o other, element by element.</summary>
    public void MultiplyBy(NativeBuffer<double> other)
    {
        _left = other;
        RunRows(_multiplyRows);
    }

    /// <summary>result = (K + mu I) x; neither may be the other.</summary>
    public void Multiply(double mu, NativeBuffer<double> x, NativeBuffer<double> result)
    {
        _kernels.MultiplySymmetric(_matrix, Stride, Order, x, result, Panel(TeamKernels.SymmetricSlices));
        _kernels.Kernels.Axpy(mu, x.Slice(0, Order), result.Slice(0, Order));
    }

    /// <summary>K *= scale.</summary>
    public void Scale(double scale)
    {
        _scale = scale;
        RunRows(_scaleRows);
    }

    /// <summary>Factors K + mu I; false when it is not positive definite in float64.</summary>
    public bool Factor(double mu)
    {
        _scale = mu;
        (_left, _right) = (_matrix, Spare);
        RunRows(_copyDamped);
        return _kernels.Factor(_factor, Stride, Order, Panel(KernelSet.CholeskyBlock));
    }

    /// <summary>Solves (K + mu I) X = B in place, after <see cref="Factor"/>.</summary>
    /// <param name="right">Order x stride, row-major.</param>
    /// <param name="stride">1, or a multiple of 16.</param>
    public void Solve(NativeBuffer<double> right, int stride)
    {
        if (stride == 1)
            _kernels.Kernels.SolveFactored(_factor, Stride, right.Slice(0, Order));
        else
            _kernels.Kernels.SolveFactored(_factor, Stride, Order, right, stride);
    }

    /// <summary>Solves L X = B in place, after <see cref="Factor"/>: the first half of <see cref="Solve"/>.</summary>
    /// <param name="right">Order x stride, row-major.</param>
    /// <param name="stride">1, or a multiple of 16.</param>
    public void SolveLower(NativeBuffer<double> right, int stride)
    {
        if (stride == 1)
            _kernels.Kernels.SolveLower(_factor, Stride, right.Slice(0, Order));
        else
            _kernels.SolveLower(_factor, Stride, Order, right, stride, stride);
    }

    /// <summary>Solves L^T X = B in place: the second half.</summary>
    public void SolveUpper(NativeBuffer<double> right, int stride)
    {
        if (stride == 1)
            _kernels.Kernels.SolveUpper(_factor, Stride, right.Slice(0, Order));
        else
            _kernels.SolveUpper(_factor, Stride, Order, right, stride, stride);
    }

    /// <summary>Solves M^T X = B in place, with M the first rows and columns of L.</summary>
    /// <param name="right">order x stride, row-major.</param>
    /// <param name="stride">A multiple of 16.</param>
    /// <param name="order">How many rows and columns.</param>
    public void SolveLeadingUpper(NativeBuffer<double> right, int stride, int order) =>
        _kernels.SolveUpper(_factor, Stride, order, right, stride, stride);

    public void Dispose()
    {
        _matrix.Dispose();
        _factor.Dispose();
        _panel.Dispose();
    }

    /// <summary>Scratch of the verbs: so many elements for every row.</summary>
    private NativeBuffer<double> Panel(int elementsOfRow) => GrowOnlyBuffer.EnsureCapacity(ref _panel, PanelLengthOf(Order, elementsOfRow));

    private static long PaddedOf(long n) => (n + 2 * PanelMatrix.PanelRows - 1) / (2 * PanelMatrix.PanelRows) * (2 * PanelMatrix.PanelRows);

    private static long PanelLengthOf(int n, int elementsOfRow) => elementsOfRow == 0 ? 0 : (n + 16L) * elementsOfRow;

    /// <summary>The lower part of a row.</summary>
    private Span<double> Row(NativeBuffer<double> matrix, int row) => matrix.Slice((long)row * Stride, row + 1);

    private void RunRows(Action<int, int> body) => _kernels.Team.Run((Order + RowChunk - 1) / RowChunk, body);

    private int RowTo(int chunk) => Math.Min(Order, (chunk + 1) * RowChunk);

    private void AddProductRows(int chunk)
    {
        for (int row = chunk * RowChunk; row < RowTo(chunk); row++)
            _kernels.Kernels.AddProduct(_scale, Row(_left, row), Row(_right, row), Row(_matrix, row));
    }

    private void AddRows(int chunk)
    {
        for (int row = chunk * RowChunk; row < RowTo(chunk); row++)
            _kernels.Kernels.Axpy(_scale, Row(_left, row), Row(_matrix, row));
    }

    private void ScaleRows(int chunk)
    {
        for (int row = chunk * RowChunk; row < RowTo(chunk); row++)
            foreach (ref double value in Row(_matrix, row))
                value *= _scale;
    }

    private void MultiplyRows(int chunk)
    {
        for (int row = chunk * RowChunk; row < RowTo(chunk); row++)
        {
            Span<double> own = Row(_matrix, row), other = Row(_left, row);
            for (int column = 0; column < own.Length; column++)
                own[column] *= other[column];
        }
    }

    private void CopyDampedRows(int chunk)
    {
        for (int row = chunk * RowChunk; row < RowTo(chunk); row++)
        {
            Row(_left, row).CopyTo(Row(_right, row));
            Row(_right, row)[row] += _scale;
        }
    }
}
