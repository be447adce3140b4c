namespace Subquad.Support;

/// <summary>
/// J J^T, the loss and the damped Gauss-Newton step of some data in a <see cref="ReferenceNetwork"/>, everything dense. Unknown i * C + c
/// belongs to output c of datum i.
/// </summary>
/// <param name="network">The network; <see cref="Step"/> and <see cref="Move"/> change it.</param>
/// <param name="points">The data at its present weights.</param>
/// <param name="from">The first trained hidden layer, from 0.</param>
/// <param name="trainsOutput">Whether A is trained.</param>
/// <param name="hiddenStepScale">s^2 of the hidden layers.</param>
/// <param name="directStepScale">t^2 of direct weights.</param>
internal sealed class ReferenceBatch(
    ReferenceNetwork network, ReferencePoint[] points, int from, bool trainsOutput, double hiddenStepScale, double directStepScale = 0)
{
    private readonly double[][][] _cotangents = [.. points.SelectMany(
        point => Enumerable.Range(0, network.Outputs).Select(c => network.PullBack(point, UnitVector(network.Outputs, c))))];

    private int Outputs => network.Outputs;

    /// <summary>J J^T: s^2 sum over layers of (U U^T) o (V V^T), and h_L . h_L + t^2 x . x between equal outputs.</summary>
    public double[,] Gram()
    {
        int unknowns = points.Length * Outputs;
        var gram = new double[unknowns, unknowns];
        for (int a = 0; a < unknowns; a++)
            for (int b = 0; b <= a; b++)
            {
                ReferencePoint p = points[a / Outputs], q = points[b / Outputs];
                double hidden = 0;
                for (int layer = from; layer < network.Depth; layer++)
                    hidden += Dot(_cotangents[a][layer], _cotangents[b][layer]) * Dot(p.Hidden[layer], q.Hidden[layer]);
                double output = (trainsOutput ? Dot(p.Hidden[^1], q.Hidden[^1]) : 0) + directStepScale * Dot(p.Hidden[0], q.Hidden[0]);
                gram[a, b] = gram[b, a] = hiddenStepScale * hidden + (a % Outputs == b % Outputs ? output : 0);
            }
        return gram;
    }

    /// <summary>The average of the diagonal blocks of J J^T, an n x n matrix per output.</summary>
    public double[,] AveragedGram()
    {
        double[,] gram = Gram();
        int n = points.Length;
        var average = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                for (int c = 0; c < Outputs; c++)
                    average[i, j] += gram[i * Outputs + c, j * Outputs + c] / Outputs;
        return average;
    }

    /// <summary>f - y.</summary>
    public double[] Residual(ReadOnlySpan<float> targets)
    {
        double[] residual = [.. points.SelectMany(point => point.Outputs)];
        for (int i = 0; i < residual.Length; i++)
            residual[i] -= targets[i];
        return residual;
    }

    /// <summary>||f - y||^2 / (2 n C).</summary>
    public double Loss(ReadOnlySpan<float> targets) => Residual(targets).Sum(r => r * r) / (2.0 * points.Length * Outputs);

    /// <summary>
    /// Solves (J J^T + mu I) alpha = r and takes the step of <see cref="Move"/>. Returns alpha.
    /// </summary>
    public double[] Step(ReadOnlySpan<float> targets, double mu)
    {
        double[] alpha = Solve(Gram(), mu, Residual(targets));
        Move(alpha);
        return alpha;
    }

    /// <summary>Takes the step W_l -= s^2 sum alpha u_l v_l^T, A -= sum alpha h_L, B -= t^2 sum alpha x.</summary>
    public void Move(double[] alpha)
    {
        for (int unknown = 0; unknown < alpha.Length; unknown++)
        {
            ReferencePoint point = points[unknown / Outputs];
            for (int layer = from; layer < network.Depth; layer++)
                AddOuter(network.Weights[layer], -hiddenStepScale * alpha[unknown], _cotangents[unknown][layer], point.Hidden[layer]);
            if (trainsOutput)
                AddOuter(network.Output, -alpha[unknown], UnitVector(Outputs, unknown % Outputs), point.Hidden[^1]);
            if (network.Direct.Length > 0)
                AddOuter(network.Direct, -directStepScale * alpha[unknown], UnitVector(Outputs, unknown % Outputs), point.Hidden[0]);
        }
    }

    /// <summary>(G + mu I)^-1 b, by Cholesky.</summary>
    public static double[] Solve(double[,] gram, double mu, double[] right)
    {
        int n = right.Length;
        var l = (double[,])gram.Clone();
        var x = (double[])right.Clone();
        for (int j = 0; j < n; j++)
        {
            l[j, j] += mu;
            for (int i = j; i < n; i++)
            {
                for (int k = 0; k < j; k++)
                    l[i, j] -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(l[i, j]) : l[i, j] / l[j, j];
            }
        }
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < i; k++)
                x[i] -= l[i, k] * x[k];
            x[i] /= l[i, i];
        }
        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++)
                x[i] -= l[k, i] * x[k];
            x[i] /= l[i, i];
        }
        return x;
    }

    internal static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void AddOuter(double[] matrix, double scale, double[] rows, double[] columns)
    {
        for (int r = 0; r < rows.Length; r++)
            if (rows[r] != 0)
                for (int j = 0; j < columns.Length; j++)
                    matrix[r * columns.Length + j] += scale * rows[r] * columns[j];
    }

    private static double[] UnitVector(int length, int at)
    {
        var vector = new double[length];
        vector[at] = 1;
        return vector;
    }
}
