namespace Subquad.Solvers;

/// <summary>
/// The lower triangle of a matrix that gains and loses rows. Each row is an array of its own, so that growing copies no element. An array
/// stays in its place when a row is removed: the elements move up, and the last array waits for the next row.
/// </summary>
internal sealed class TriangularRows
{
    private double[][] _rows = [];
    private int _held;

    /// <summary>Rows.</summary>
    public int Order { get; private set; }

    /// <summary>A row, up to and with its diagonal element.</summary>
    public Span<double> this[int row] => _rows[row].AsSpan(0, row + 1);

    /// <summary>Makes room; the only member that allocates.</summary>
    public void Reserve(int order)
    {
        if (order > _rows.Length)
            Array.Resize(ref _rows, Math.Max(order, _rows.Length + _rows.Length / 2));
        for (; _held < order; _held++)
            _rows[_held] = new double[_held + 1];
    }

    /// <summary>Sets the number of rows, for which there is room; the elements of rows that are added have no meaning.</summary>
    public void Resize(int order) => Order = order;

    /// <summary>Removes a row and its column.</summary>
    public void Remove(int index)
    {
        for (int row = index + 1; row < Order; row++)
        {
            ReadOnlySpan<double> from = this[row];
            Span<double> to = this[row - 1];
            from[..index].CopyTo(to);
            from[(index + 1)..].CopyTo(to[index..]);
        }
        Order--;
    }
}
