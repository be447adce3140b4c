using Subquad.Data;

namespace Subquad.Managed.Tests.Data;

internal static class DenseRows
{
    /// <summary>All numbers of rows, zeros included.</summary>
    public static float[] ToDense(this InputRows rows)
    {
        var dense = new float[rows.Count * rows.Width];
        for (int row = 0; row < rows.Count; row++)
            rows.CopyRow(row, dense.AsSpan(row * rows.Width, rows.Width));
        return dense;
    }
}
