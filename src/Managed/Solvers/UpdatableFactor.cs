using Subquad.Simd;

namespace Subquad.Solvers;

/// <summary>
/// The factors of a positive definite matrix M = L D L^T that gains and loses rows in O(n^2): L is lower triangular with a diagonal of
/// ones. A row that is added appends a row to L. A row that is removed leaves a trailing part that is updated by one term of rank one with
/// a positive sign (Gill, Golub, Murray and Saunders 1974, method C1), so both ways are backward stable.
/// </summary>
/// <param name="kernels">Verbs.</param>
internal sealed class UpdatableFactor(KernelSet kernels)
{
    // L below the diagonal, D on it.
    private readonly TriangularRows _rows = new();
    private double[] _term = [], _share = [];

    /// <summary>Rows of M.</summary>
    public int Order => _rows.Order;

    /// <summary>Makes room; the only member that allocates.</summary>
    public void Reserve(int order)
    {
        _rows.Reserve(order);
        if (order <= _term.Length)
            return;
        int length = Math.Max(order, _term.Length + _term.Length / 2);
        (_term, _share) = (new double[length], new double[length]);
    }

    /// <summary>Takes the factor of a matrix over, after <see cref="DampedGram.Factor"/>; there must be room.</summary>
    public void Load(DampedGram gram)
    {
        int n = gram.Order;
        _rows.Resize(n);
        Span<double> diagonal = _term.AsSpan(0, n);
        for (int row = 0; row < n; row++)
        {
            ReadOnlySpan<double> source = gram.Spare.Slice((long)row * gram.Stride, row + 1);
            diagonal[row] = source[row];
            Span<double> own = _rows[row];
            for (int column = 0; column < row; column++)
                own[column] = source[column] / diagonal[column];
            own[row] = source[row] * source[row];
        }
    }

    /// <summary>The row of L that a new row of M would append.</summary>
    /// <param name="column">The new row of M without its diagonal element.</param>
    /// <param name="diagonal">That element.</param>
    /// <param name="row">The row of L without its diagonal element, overwritten.</param>
    /// <returns>The new element of D; M stays positive definite if it is positive.</returns>
    public double Border(ReadOnlySpan<double> column, double diagonal, Span<double> row)
    {
        column.CopyTo(row);
        SolveLower(row);
        double pivot = diagonal;
        for (int j = 0; j < row.Length; j++)
        {
            double scaled = row[j] / _rows[j][j];
            pivot -= row[j] * scaled;
            row[j] = scaled;
        }
        return pivot;
    }

    /// <summary>Appends what <see cref="Border"/> found; there must be room.</summary>
    public void Append(ReadOnlySpan<double> row, double pivot)
    {
        _rows.Resize(Order + 1);
        Span<double> own = _rows[Order - 1];
        row.CopyTo(own);
        own[^1] = pivot;
    }

    /// <summary>Removes a row and column of M.</summary>
    public void Remove(int index)
    {
        double weight = _rows[index][index];
        for (int row = index + 1; row < Order; row++)
        {
            ReadOnlySpan<double> from = _rows[row];
            Span<double> to = _rows[row - 1];
            from[..index].CopyTo(to);
            double rest = from[index], pivot = from[row];
            for (int column = index + 1; column < row; column++)
            {
                rest -= _term[column] * from[column];
                to[column - 1] = from[column] + _share[column] * rest;
            }
            double updated = pivot + weight * rest * rest;
            (_term[row], _share[row]) = (rest, weight * rest / updated);
            weight *= pivot / updated;
            to[row - 1] = updated;
        }
        _rows.Resize(Order - 1);
    }

    /// <summary>Solves M x = b in place.</summary>
    public void Solve(Span<double> vector)
    {
        SolveLower(vector);
        for (int row = 0; row < vector.Length; row++)
            vector[row] /= _rows[row][row];
        SolveUpper(vector);
    }

    /// <summary>Solves L^T x = b in place.</summary>
    public void SolveUpper(Span<double> vector)
    {
        for (int row = vector.Length - 1; row > 0; row--)
            kernels.Axpy(-vector[row], _rows[row][..row], vector[..row]);
    }

    /// <summary>Solves L x = b in place.</summary>
    private void SolveLower(Span<double> vector)
    {
        for (int row = 1; row < vector.Length; row++)
            vector[row] -= kernels.Dot(_rows[row][..row], vector[..row]);
    }
}
