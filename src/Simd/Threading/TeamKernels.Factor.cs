using Subquad.Simd.Memory;

namespace Subquad.Simd.Threading;

/// <content>Dense float64: outer products, triangular solves and products with a symmetric matrix. Workers own rows of a result or
/// right-hand sides, or slices that depend on the order alone.</content>
internal sealed partial class TeamKernels
{
    /// <summary>
    /// The most right-hand sides that one worker solves together: 256 of them make the copy of a block of L worth its time.
    /// </summary>
    private const int MostSolveColumns = 256;

    private const int GroupColumns = 16;

    /// <summary>
    /// The most slices of <see cref="MultiplySymmetric"/>, whatever the team: <c>partial</c> has room for n elements of each.
    /// </summary>
    public const int SymmetricSlices = 16;

    private const int RowsOfSlice = 256;

    private Action<int, int>? _packRows, _outerProduct, _solveLower, _solveUpper, _multiplySlice, _addPartial;
    private NativeBuffer<double> _right = null!, _result = null!;
    private int _rightStride, _columnTo, _solveColumns;

    /// <summary>Bytes of scratch that a worker reserves for a triangular solve of several right-hand sides: a copy of its own.</summary>
    /// <param name="n">Order.</param>
    public static Int128 SolveScratchOf(int n) => (Int128)n * MostSolveColumns * sizeof(double) + NativeBuffer<byte>.Alignment;

    /// <summary>gram += B B^T in the lower triangle; see <see cref="KernelSet.AddOuterProduct"/>.</summary>
    /// <param name="rows">B: n x rowStride, row-major.</param>
    /// <param name="rowStride">Elements from row to row of B.</param>
    /// <param name="n">Rows of B.</param>
    /// <param name="columns">Columns of B.</param>
    /// <param name="gram">n x stride, row-major.</param>
    /// <param name="stride">A multiple of 16.</param>
    /// <param name="panel">Scratch: at least (n + 16) * min(columns, <see cref="KernelSet.OuterProductBlock"/>) elements.</param>
    public void AddOuterProduct(
        NativeBuffer<double> rows, int rowStride, int n, int columns, NativeBuffer<double> gram, int stride,
        NativeBuffer<double> panel)
    {
        (_right, _rightStride, _order, _first, _matrix, _stride, _panel) = (rows, rowStride, n, 0, gram, stride, panel);
        _chunks = (n + RowChunk - 1) / RowChunk;
        for (_column = 0; _column < columns; _column = _columnTo)
        {
            _columnTo = Math.Min(columns, _column + KernelSet.OuterProductBlock);
            KernelSet.CheckPacking(rows, rowStride, _column, _columnTo, panel, 0, n);
            KernelSet.CheckOuterProduct(panel, _columnTo - _column, gram, stride, 0, n);
            Team.Run(_chunks, _packRows ??= (chunk, _) => Kernels.PackRowsUnchecked(
                _right, _rightStride, _column, _columnTo, _panel, Row(chunk), Row(chunk + 1)));
            // The last rows are the longest: they go first.
            Team.Run(_chunks, _outerProduct ??= (chunk, _) => Kernels.AddOuterProductUnchecked(
                _panel, _columnTo - _column, _matrix, _stride, Row(_chunks - 1 - chunk), Row(_chunks - chunk)));
        }
    }

    /// <summary>
    /// Solves L X = B in place; see
    /// <see cref="KernelSet.SolveLower(NativeBuffer{double}, int, int, NativeBuffer{double}, int, int, int, Arena)"/>.
    /// </summary>
    /// <param name="factor">L: n x stride, row-major.</param>
    /// <param name="stride">Elements from row to row of L.</param>
    /// <param name="n">Order.</param>
    /// <param name="right">B, then X: n x rightStride, row-major.</param>
    /// <param name="rightStride">A multiple of 16.</param>
    /// <param name="columns">Right-hand sides; those that fill up the last sixteen are solved too.</param>
    public void SolveLower(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columns) =>
        Team.Run(HoldSolve(factor, stride, n, right, rightStride, columns), _solveLower ??= (chunk, worker) => Kernels.SolveLowerUnchecked(
            _matrix, _stride, _order, _right, _rightStride, chunk * _solveColumns, Math.Min(_columnTo, (chunk + 1) * _solveColumns),
            Team.Scratch(worker)));

    /// <summary>Solves L^T X = B in place; otherwise as <see cref="SolveLower"/>.</summary>
    public void SolveUpper(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columns) =>
        Team.Run(HoldSolve(factor, stride, n, right, rightStride, columns), _solveUpper ??= (chunk, worker) => Kernels.SolveUpperUnchecked(
            _matrix, _stride, _order, _right, _rightStride, chunk * _solveColumns, Math.Min(_columnTo, (chunk + 1) * _solveColumns),
            Team.Scratch(worker)));

    /// <summary>
    /// Solves L L^T X = B in place; otherwise as <see cref="SolveLower"/>. One right-hand side takes a path of its own, which reads L twice
    /// and does nothing for its padding.
    /// </summary>
    public void SolveFactored(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columns)
    {
        if (columns > 1)
        {
            SolveLower(factor, stride, n, right, rightStride, columns);
            SolveUpper(factor, stride, n, right, rightStride, columns);
            return;
        }
        Arena scratch = Team.Scratch(0);
        scratch.Reserve((long)n * sizeof(double) + NativeBuffer<byte>.Alignment);
        Span<double> vector = scratch.Take<double>(n);
        for (int row = 0; row < n; row++)
            vector[row] = right[(long)row * rightStride];
        Kernels.SolveFactored(factor, stride, vector);
        for (int row = 0; row < n; row++)
            right[(long)row * rightStride] = vector[row];
    }

    /// <summary>
    /// y = M x from the lower triangle of M, each element of which is read once. The order of the sums depends on n alone.
    /// </summary>
    /// <param name="matrix">M: n x stride, row-major; only the lower triangle counts.</param>
    /// <param name="stride">Elements from row to row.</param>
    /// <param name="n">Order.</param>
    /// <param name="x">n elements.</param>
    /// <param name="y">n elements, overwritten; not x.</param>
    /// <param name="partial">Scratch: at least <see cref="SymmetricSlices"/> * n elements.</param>
    public void MultiplySymmetric(
        NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> x, NativeBuffer<double> y, NativeBuffer<double> partial)
    {
        KernelSet.CheckSquare(matrix, stride, n);
        (_matrix, _stride, _order, _right, _result, _panel) = (matrix, stride, n, x, y, partial);
        _rows = Math.Clamp(n / RowsOfSlice, 1, SymmetricSlices);
        Team.Run(_rows, _multiplySlice ??= (slice, _) => Kernels.MultiplySymmetricUnchecked(
            _matrix, _stride, _right.Slice(0, _order), _result.Slice(0, _order),
            _panel.Slice((long)slice * _order, SliceRow(slice + 1)), SliceRow(slice), SliceRow(slice + 1)));
        Team.Run((n + RowsOfSlice - 1) / RowsOfSlice, _addPartial ??= (chunk, _) =>
            AddPartial(chunk * RowsOfSlice, Math.Min(_order, (chunk + 1) * RowsOfSlice)));
    }

    private int HoldSolve(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columns)
    {
        int groups = (columns + GroupColumns - 1) / GroupColumns;
        KernelSet.CheckSolve(factor, stride, n, right, rightStride, 0, groups * GroupColumns);
        (_matrix, _stride, _order, _right, _rightStride, _columnTo) = (factor, stride, n, right, rightStride, groups * GroupColumns);
        _solveColumns = Math.Clamp((groups + Team.Degree - 1) / Team.Degree * GroupColumns, GroupColumns, MostSolveColumns);
        return (_columnTo + _solveColumns - 1) / _solveColumns;
    }

    private void AddPartial(int from, int to)
    {
        for (int slice = 0; slice < _rows; slice++)
            if (SliceRow(slice + 1) is var end && end > from)
                Kernels.Axpy(
                    1.0, _panel.Slice((long)slice * _order + from, Math.Min(end, to) - from),
                    _result.Slice(from, Math.Min(end, to) - from));
    }

    /// <summary>Slices of equal area: the triangle above row r holds r^2 of n^2.</summary>
    private int SliceRow(int slice) => slice == _rows ? _order : (int)(_order * Math.Sqrt((double)slice / _rows)) & ~3;
}
