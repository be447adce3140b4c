using System.Diagnostics;
using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.Reports;
using static TorchSharp.torch;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>
/// Ridge regression with an intercept, exact in float64, its penalty chosen by leave-one-out: one eigendecomposition of the smaller Gram
/// matrix serves every penalty. Classes and labels are regressed on as 0 and 1.
/// </summary>
static class RidgePeer
{
    /// <summary>Powers of ten of the penalties, relative to the mean eigenvalue.</summary>
    static readonly double[] Exponents = [.. Enumerable.Range(-16, 25).Select(half => half / 2.0)];

    public static Row Run(TableMetric metric, TableFiles files)
    {
        long start = Stopwatch.GetTimestamp();
        using IDisposable scope = NewDisposeScope();
        set_num_threads(Environment.ProcessorCount);
        (TableRows train, TableRows test) = TableRows.Read(files);
        int outputs = train.Examples.OutputCount;
        Tensor raw = Matrix(train), targets = tensor(train.Targets()).view(-1, outputs);
        Tensor inputMean = raw.mean([0]), targetMean = targets.mean([0]);
        Tensor inputs = raw - inputMean;
        targets -= targetMean;

        // inputs = left diag(sqrt(values)) right^T
        (Tensor values, Tensor left, Tensor right) = Decompose(inputs);
        Tensor projected = left.t().matmul(targets), squares = left.square();
        double mean = values.mean().item<double>(), bestScore = double.NegativeInfinity, bestError = double.PositiveInfinity, best = 0;
        foreach (double exponent in Exponents)
        {
            using IDisposable trial = NewDisposeScope();
            double penalty = mean * Math.Pow(10, exponent);
            Tensor share = (values / (values + penalty)).unsqueeze(1);
            // The intercept, fitted anew without each row, adds 1/n to its leverage.
            Tensor leverage = squares.matmul(share) + 1.0 / train.Count;
            Tensor residual = (targets - left.matmul(share * projected)) / (1 - leverage).clamp_min(1e-9);
            double error = residual.square().mean().item<double>();
            double score = metric.IsError ? -error
                : metric.Of((targets + targetMean - residual).contiguous().data<double>().ToArray(), train.Examples);
            if (score < bestScore || (score == bestScore && error >= bestError))
                continue;
            (bestScore, bestError, best) = (score, error, penalty);
        }
        Tensor weights = right.matmul((values.sqrt() / (values + best)).unsqueeze(1) * projected);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Tensor scores = (Matrix(test) - inputMean).matmul(weights) + targetMean;
        return new Row
        {
            { "value", metric.Of(scores.contiguous().data<double>().ToArray(), test.Examples) },
            { "seconds", seconds },
            { "peak_bytes", Process.GetCurrentProcess().PeakWorkingSet64 },
            { "penalty", best },
            { "version", $"ridge in {DensePeer.TorchVersion()}" },
        };
    }

    static Tensor Matrix(TableRows rows) => tensor(rows.Inputs).view(-1, rows.Width).to_type(ScalarType.Float64);

    /// <summary>The parts of the singular value decomposition whose squared singular values are above rounding.</summary>
    static (Tensor Values, Tensor Left, Tensor Right) Decompose(Tensor inputs)
    {
        bool byColumns = inputs.shape[1] <= inputs.shape[0];
        (Tensor all, Tensor vectors) = linalg.eigh(byColumns ? inputs.t().matmul(inputs) : inputs.matmul(inputs.t()));
        Tensor kept = (all > all.max() * 1e-12).nonzero().squeeze(1);
        Tensor values = all.index_select(0, kept), own = vectors.index_select(1, kept), roots = values.sqrt();
        return byColumns ? (values, inputs.matmul(own) / roots, own) : (values, own, inputs.t().matmul(own) / roots);
    }
}
