using System.Runtime.InteropServices;
using Subquad.Simd;
using Subquad.Solvers;

namespace Subquad.Record;

/// <summary>A small run whose every bit the record holds.</summary>
/// <param name="Name">One word.</param>
/// <param name="Shape">The hidden layers of its network.</param>
/// <param name="Body">Computes the run and adds its fields.</param>
internal sealed record RecordedRun(string Name, NetworkShape Shape, Action<RunRecorder, NetworkShape> Body)
{
    // Widths are no multiples of a panel, one is above a block; so are the numbers of rows.
    private static readonly NetworkShape
        s_two = new() { Hidden = [200, 150], Densities = [0.1, 0.2] },
        s_three = new() { Hidden = [130, 140, 150], Densities = [0.15] },
        s_wide = new() { Hidden = [600], Densities = [0.05] },
        s_flat = new() { Hidden = [300], Densities = [0.03] };

    // The residual never ends a run.
    private static readonly GaussNewtonOptions s_options = new()
    {
        Steps = 4, ResidualTolerance = 0, TrainFrom = 1, LeaveOneOut = LeaveOneOutChoice.Off,
    };

    public static RecordedRun[] All { get; } =
    [
        // Full batch.
        Training("one-output", s_two, s_options, () => RunData.Values(70, 24)),
        Training("several-outputs", s_two, s_options, () => RunData.Values(70, 24, outputs: 3)),
        Training("classes", s_two, s_options with { Steps = 3 }, () => RunData.Images(60)),
        Training("many-rows", s_flat, s_options with { Steps = 3 }, () => RunData.Values(140, 12)),
        Training("unpacked", s_two, s_options with { PackedBytes = 0 }, () => RunData.Values(70, 24, outputs: 3)),
        Training("undamped", s_two, s_options with { AdaptDamping = false, Damping = 1e-3 }, () => RunData.Values(70, 24)),
        Training("plain", s_two with { Normalisation = Normalisation.Plain }, s_options, () => RunData.Values(70, 24)),
        Training(
            "signs", new() { Hidden = [200, 150], OutputWeights = OutputWeights.Signs, ShiftConstant = [0.3, 0.4] },
            s_options with { TrainOutput = false }, () => RunData.Values(70, 24)),
        Training("dense", s_two with { Densities = [0.5] }, s_options, () => RunData.Values(70, 24)),

        // The lowest trained layer, whose inputs are constant and whose pre-activations are corrected, at each place.
        Training("lowest-first", s_wide, s_options, () => RunData.Values(70, 24)),
        Training("lowest-second", s_three, s_options with { TrainFrom = 2 }, () => RunData.Values(70, 24)),
        Training("lowest-last", s_three, s_options with { TrainFrom = null }, () => RunData.Values(70, 24, outputs: 3)),

        // Mini-batches, the last one smaller.
        Training("batches-one-output", s_two, s_options with { Batch = 30, Steps = 6 }, () => RunData.Values(70, 24)),
        Training("batches-classes", s_two, s_options with { Batch = 32, Steps = 6 }, () => RunData.Images(80)),
        HeldOut("batches-held-out", s_two, s_options with { TrainFrom = 2, Batch = 30, Steps = 6 }, () => RunData.Values(90, 24)),

        // Held-out validation.
        HeldOut("held-out-values", s_two, s_options with { Steps = 12 }, () => RunData.Values(90, 24)),
        HeldOut("held-out-classes", s_two, s_options with { TrainFrom = 2, Steps = 5 }, () => RunData.Images(80)),

        // Files of text.
        Reading("libsvm-classes", s_two, s_options with { Steps = 3 }, run => RunData.Sparse(run, 60, 90)),
        Reading("libsvm-labels", s_two, s_options with { Steps = 3 }, run => RunData.ManyLabels(run, 60, 90, labels: 5)),
        Reading("table", s_two, s_options, run => RunData.Table(run, 70)),

        // Ways to find the active sets.
        Training("activity-full", s_three, Finding(ActivityStrategy.Full), () => RunData.Values(70, 8)),
        Training("activity-certified", s_three, Finding(ActivityStrategy.Certified) with { Steps = 7 }, () => RunData.Values(70, 8)),
        HeldOut("activity-weights", s_flat, Finding(ActivityStrategy.HalfSpaceOverWeights), () => RunData.Values(90, 8)),
        HeldOut("activity-data", s_flat, Finding(ActivityStrategy.HalfSpaceOverData), () => RunData.Values(90, 8)),
        Training("activity-trees", s_two, Finding(ActivityStrategy.CorrelationTree) with { TrainFrom = 2 }, () => RunData.Values(70, 8)),

        // Ways to solve. Cholesky is the automatic choice at these sizes.
        Training("solver-cholesky", s_two, Solving(SolverChoice.Cholesky), () => RunData.Values(70, 24)),
        Training("solver-sketch", s_two, Solving(SolverChoice.SketchedConjugateGradient), () => RunData.Values(50, 24)),
        Training("solver-sketch-three", s_two, Solving(SolverChoice.SketchedConjugateGradient), () => RunData.Values(50, 24, outputs: 3)),
        Training("solver-direct", s_two, Solving(SolverChoice.DirectSketch), () => RunData.Values(50, 24)),
        Training("solver-low-rank", s_two, Solving(SolverChoice.LowRankConjugateGradient), () => RunData.Values(90, 24)),
        Training("solver-low-rank-three", s_two, Solving(SolverChoice.LowRankConjugateGradient), () => RunData.Values(90, 24, outputs: 3)),
        new("solver-fourier", new() { Hidden = [900, 800], Densities = [0.25] }, RunFourier),

        // Terms beside the weights, and files.
        Training("flush-rank", s_three, s_options with { Flush = FlushPolicy.RankAbove(100) }, () => RunData.Values(70, 24)),
        new("delta", s_two, RunDelta),
        new("shared-base", s_two, RunSharedBase),
        new("bfloat16", s_two, RunBFloat16),
    ];

    /// <summary>Computes the run.</summary>
    public IReadOnlyList<RecordField> Compute(KernelSet kernels, int threads)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("subquad-record-");
        try
        {
            var run = new RunRecorder(kernels, threads, folder.FullName);
            Body(run, Shape);
            return run.Fields;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public override string ToString() => Name;

    private static GaussNewtonOptions Finding(ActivityStrategy activity) => s_options with { Activity = activity };

    private static GaussNewtonOptions Solving(SolverChoice solver) => s_options with { Solver = solver, Steps = 3 };

    private static RecordedRun Training(string name, NetworkShape shape, GaussNewtonOptions options, Func<Dataset> data) =>
        Reading(name, shape, options, _ => data());

    private static RecordedRun Reading(string name, NetworkShape shape, GaussNewtonOptions options, Func<RunRecorder, Dataset> data) =>
        new(name, shape, (run, hidden) => run.TrainWhole(hidden, options, data(run)));

    private static RecordedRun HeldOut(string name, NetworkShape shape, GaussNewtonOptions options, Func<Dataset> data) =>
        new(name, shape, (run, hidden) =>
        {
            (Dataset training, Dataset heldOut) = data().Split(0.25, seed: 5);
            run.TrainWhole(hidden, options, training, heldOut);
        });

    /// <summary>Few rows and wide layers, which are sketched by Fourier transforms; their factors are sines of the C library.</summary>
    private static void RunFourier(RunRecorder run, NetworkShape shape)
    {
        const int Rows = 8, Length = SolverCosts.DirectColumns * Rows;
        run.Add(RecordFormat.Sines, RunRecorder.HashOf(MemoryMarshal.AsBytes<double>(SinesOf(Length))));
        run.TrainWhole(shape, Solving(SolverChoice.DirectSketch) with { TrainFrom = 2 }, RunData.Values(Rows, 24));
    }

    /// <summary>Sines and cosines of the angles that a transform of that length and its parts use.</summary>
    private static double[] SinesOf(int length)
    {
        var sines = new List<double>();
        for (; length >= 4; length /= 4)
            for (int j = 0; j < length / 4; j++)
                for (int power = 1; power <= 3; power++)
                {
                    (double sine, double cosine) = Math.SinCos(-2 * Math.PI * power * j / length);
                    sines.AddRange([sine, cosine]);
                }
        return [.. sines];
    }

    /// <summary>A fine-tune kept beside its weights, saved as a delta and applied to its model again.</summary>
    private static void RunDelta(RunRecorder run, NetworkShape shape)
    {
        Dataset data = RunData.Values(70, 24), others = RunData.Values(50, 24, seed: 22);
        SaveBase(run, shape, data);
        string tuned;
        using (Network network = run.Load("base"))
        {
            run.Train("", network, s_options with { Flush = FlushPolicy.Never }, others);
            run.ActiveSets("after", network, others);
            tuned = run.Predictions("predictions", network, data);
            network.SaveDelta(run.PathOf("delta"));
            run.AddTensors("delta ", run.PathOf("delta"));
        }
        using Network applied = run.Load("base");
        applied.ApplyDelta(run.PathOf("delta"));
        if (run.Predictions("predictions by the delta", applied, data) != tuned)
            throw new InvalidOperationException("expected the predictions of the network that wrote the delta, found others");
        run.Save("", applied);
    }

    /// <summary>A fine-tune of weights that are mapped from a file.</summary>
    private static void RunSharedBase(RunRecorder run, NetworkShape shape)
    {
        Dataset data = RunData.Values(70, 24, outputs: 3), others = RunData.Values(50, 24, outputs: 3, seed: 22);
        SaveBase(run, shape, data);
        using (Network network = run.Load("base"))
            network.SavePanels(run.PathOf("base"));
        run.Add("panels", RunRecorder.HashOf(File.ReadAllBytes(run.PathOf("base.panels"))));
        using Network shared = run.Load("base", sharesBase: true);
        run.Train("", shared, s_options, others);
        run.ActiveSets("after", shared, others);
        run.Predictions("predictions", shared, data);
        shared.SaveDelta(run.PathOf("delta"));
        run.AddTensors("delta ", run.PathOf("delta"));
        run.Save("", shared);
    }

    /// <summary>Predictions with weights that were rounded when they were loaded.</summary>
    private static void RunBFloat16(RunRecorder run, NetworkShape shape)
    {
        Dataset data = RunData.Images(60);
        SaveBase(run, shape, data);
        using Network network = run.Load("base", weights: WeightFormat.BFloat16);
        run.ActiveSets("rounded", network, data);
        run.Predictions("predictions", network, data);
        EvaluationResult result = network.Evaluate(data);
        run.Add("evaluated loss", result.Loss);
        run.Add("evaluated metric", result.Metric);
    }

    private static void SaveBase(RunRecorder run, NetworkShape shape, Dataset data)
    {
        using Network network = run.Create(shape, data);
        run.Train("base ", network, s_options with { Steps = 2 }, data);
        run.Save("base ", network, "base");
    }
}
