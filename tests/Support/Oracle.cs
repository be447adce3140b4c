namespace Subquad.Support;

/// <summary>Every verb by its formula, in float64 and as the promised float32 chain; see <see cref="Chain"/>.</summary>
public static class Oracle
{
    /// <summary>sums[r, i], datum after datum: inputs ascending.</summary>
    public static Chain[] Forward(Problem problem, bool fused)
    {
        var sums = new Chain[problem.Data * problem.Rows];
        for (int datum = 0; datum < problem.Data; datum++)
            for (int column = 0; column < problem.Columns; column++)
            {
                float x = problem.X[datum * problem.Columns + column];
                if (x == 0f)
                    continue;
                for (int row = 0; row < problem.Rows; row++)
                    sums[datum * problem.Rows + row].Add(problem[row, column], x, fused);
            }
        return sums;
    }

    /// <summary>t_i[j], datum after datum: outputs ascending; untouched where the input is inactive.</summary>
    public static Chain[] PullBack(Problem problem, bool fused)
    {
        var pulled = new Chain[problem.Data * problem.Columns];
        ForEachPair(problem, (datum, row, column) =>
            pulled[datum * problem.Columns + column].Add(problem[row, column], problem.U[datum * problem.Rows + row], fused));
        return pulled;
    }

    /// <summary>g_i[r], datum after datum: inputs ascending; untouched where the output is inactive.</summary>
    public static Chain[] PushForward(Problem problem, bool fused)
    {
        var pushed = new Chain[problem.Data * problem.Rows];
        ForEachPair(problem, (datum, row, column) =>
            pushed[datum * problem.Rows + row].Add(problem[row, column], problem.X[datum * problem.Columns + column], fused));
        return pushed;
    }

    /// <summary>W + scale * sum of u x, column after column: data ascending, scale * x rounded first.</summary>
    public static Chain[] Scatter(Problem problem, float scale, bool fused)
    {
        Chain[] weights = [.. problem.W.Select(Chain.From)];
        ForEachPair(problem, (datum, row, column) =>
        {
            ref Chain weight = ref weights[column * problem.Rows + row];
            weight.Add(problem.U[datum * problem.Rows + row], scale * problem.X[datum * problem.Columns + column], fused);
            weight.AddRoundings(1);
        });
        return weights;
    }

    /// <summary>
    /// The dot product as if in twice the precision of float64 (Ogita, Rump, Oishi 2005), and the sum of the absolute products.
    /// </summary>
    public static (double Value, double Magnitude) Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double sum = 0, rest = 0, magnitude = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double product = x[i] * y[i];
            double productError = Math.FusedMultiplyAdd(x[i], y[i], -product);
            double next = sum + product, part = next - sum;
            rest += sum - (next - part) + (product - part) + productError;
            sum = next;
            magnitude += Math.Abs(product);
        }
        return (sum + rest, magnitude);
    }

    /// <summary>The dot product of float32 vectors in float64, where every product is exact.</summary>
    public static (double Value, double Magnitude) Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0, magnitude = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += (double)x[i] * y[i];
            magnitude += Math.Abs((double)x[i] * y[i]);
        }
        return (sum, magnitude);
    }

    private static void ForEachPair(Problem problem, Action<int, int, int> visit)
    {
        var rows = new List<int>();
        for (int datum = 0; datum < problem.Data; datum++)
        {
            rows.Clear();
            for (int row = 0; row < problem.Rows; row++)
                if (problem.U[datum * problem.Rows + row] != 0f)
                    rows.Add(row);
            for (int column = 0; column < problem.Columns; column++)
                if (problem.X[datum * problem.Columns + column] != 0f)
                    foreach (int row in rows)
                        visit(datum, row, column);
        }
    }
}
