using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.Reports;
using static TorchSharp.torch;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary>
/// Subquad's Gauss-Newton step done dense, undamped: exact by Cholesky for one output; for several, conjugate gradients on the full
/// operator, preconditioned by the class-averaged Gram matrix of four probes, for as many iterations as Subquad took.
/// </summary>
sealed class DenseStep(ScalingCase run, DenseNetwork network)
{
    const int Probes = 4;

    readonly int _from = run.TrainFrom - 1;
    readonly Dictionary<string, double> _seconds = [];
    double _residual = double.NaN;

    public static List<Row> Run(ScalingCase run)
    {
        set_num_threads(run.Threads);
        using IDisposable noGradients = no_grad();
        // Starts the threads and chooses the kernels.
        Measured(run with { Width = 512, Batch = 64, Repeats = 1 });
        return [Measured(run)];
    }

    static Row Measured(ScalingCase run)
    {
        using var network = new DenseNetwork(run);
        return new DenseStep(run, network).Measured();
    }

    Row Measured()
    {
        // What a cached path keeps is made before its steps: layers below, and V V^T.
        network.Forward(0);
        network.MeasureInputs(0);
        _residual = ResidualNorm();
        var row = new Row { { "version", DensePeer.TorchVersion() } };
        if (run.IsCached)
        {
            var cached = new CachedDenseStep(network);
            row.Add("cached", Seconds(cached.Step));
            row.Add("cached_residual_ratio", cached.ResidualNorm() / _residual);
        }
        row.Add("step", Seconds(Step));
        // Probes time a stage several times in a step.
        foreach ((string stage, double seconds) in _seconds)
            row.Add(stage, seconds / run.Repeats);
        // The shrinking of the residual over all repeats shows that these were real steps.
        network.Forward(_from);
        row.Add("residual_ratio", ResidualNorm() / _residual);
        return row;
    }

    void Step()
    {
        Time("forward", () => network.Forward(_from));
        if (!run.IsCached)
            Time("solve", () => network.MeasureInputs(_from));
        using Tensor residual = network.Outputs - network.Targets;
        if (run.Outputs == 1)
            StepOfOneOutput(residual);
        else
            StepOfSeveralOutputs(residual);
    }

    void StepOfOneOutput(Tensor residual)
    {
        using Tensor probe = ones(1, 1), gram = zeros(run.Batch, run.Batch);
        Time("pullback", () => network.PullBack(probe, _from));
        using Tensor alpha = Time("solve", () =>
        {
            network.AddGram(gram, _from, 1);
            return Solved(gram, residual);
        });
        Time("update", () => network.Update(alpha, _from));
    }

    void StepOfSeveralOutputs(Tensor residual)
    {
        using Tensor gram = zeros(run.Batch, run.Batch);
        for (int probe = 0; probe < Probes; probe++)
        {
            using Tensor signs = randint(0, 2, [1, run.Outputs]).to(ScalarType.Float32).mul_(2).sub_(1);
            Time("pullback", () => network.PullBack(signs, _from));
            Time("solve", () => network.AddGram(gram, _from, 1.0 / (run.Outputs * Probes)));
        }
        Time("solve", () =>
        {
            using Tensor alpha = ConjugateGradients(gram, residual);
            network.PullBack(alpha, _from);
        });
        Time("update", () => network.Update(null, _from));
    }

    /// <summary>
    /// Hestenes and Stiefel, 1952, from 0; the same iterations as Subquad's, not the same tolerance, so that both do the same work.
    /// </summary>
    Tensor ConjugateGradients(Tensor gram, Tensor rightSide)
    {
        using Tensor factor = linalg.cholesky(gram), left = rightSide.clone();
        Tensor solution = zeros_like(rightSide);
        using Tensor direction = cholesky_solve(left, factor);
        double along = Dot(left, direction);
        for (int iteration = 0; iteration < run.CgIterations; iteration++)
        {
            using Tensor applied = network.Apply(direction, _from);
            double length = along / Dot(direction, applied);
            solution.add_(direction, length);
            left.add_(applied, -length);
            using Tensor preconditioned = cholesky_solve(left, factor);
            double next = Dot(left, preconditioned);
            direction.mul_(next / along).add_(preconditioned);
            along = next;
        }
        return solution;
    }

    /// <summary>gram^-1 right side.</summary>
    public static Tensor Solved(Tensor gram, Tensor rightSide)
    {
        using Tensor factor = linalg.cholesky(gram);
        return cholesky_solve(rightSide, factor);
    }

    static double Dot(Tensor a, Tensor b)
    {
        using Tensor product = a * b, sum = product.sum();
        return sum.item<float>();
    }

    double ResidualNorm()
    {
        using Tensor residual = network.Outputs - network.Targets;
        return Math.Sqrt(Dot(residual, residual));
    }

    double Seconds(Action step) => Measure.Median(Enumerable.Range(0, run.Repeats).Select(_ => Measure.Seconds(step)));

    void Time(string stage, Action work) => Time(stage, () =>
    {
        work();
        return 0;
    });

    T Time<T>(string stage, Func<T> work)
    {
        T result = default!;
        double seconds = Measure.Seconds(() => result = work());
        _seconds[stage] = _seconds.GetValueOrDefault(stage) + seconds;
        return result;
    }
}
