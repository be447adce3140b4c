using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Contraction;

/// <summary>
/// Theory at work: random unit data, targets and output signs +-1, c = 0.4, layers 2 and 3 of three trained, no damping. The residual of
/// every datum should shrink by a constant factor per step; medians over five seeds.
/// </summary>
static class ContractionRun
{
    const int Width = 4_096, Data = 256, Dimension = 32, Layers = 3, TrainFrom = 2, Steps = 3, Seeds = 5;
    const double Shift = 0.4;

    public static FinishedRun Run()
    {
        var report = new Report("contraction");
        var table = new MarkdownTable("step", "residual ratio (median)", "lowest", "highest", "seconds");
        Trained[] runs = [.. Enumerable.Range(1, Seeds).Select(Train)];
        for (int step = 0; step < Steps; step++)
        {
            double[] ratios = [.. runs.Select(run => run.Steps[step].ResidualRatio)];
            double seconds = Measure.Median(runs.Select(run => run.Steps[step].Seconds));
            report.Add(new Row
            {
                { "kind", "contraction" },
                { "name", "gauss-newton" },
                { "m", Width },
                { "n", Data },
                { "density", Measure.Median(runs.Select(run => run.ActiveFraction)) },
                { "threads", Environment.ProcessorCount },
                { "kernels", runs[0].Kernels },
                { "seconds", seconds },
                { "step", step + 1 },
                { "residual_ratio", Measure.Median(ratios) },
                { "residual_ratio_lowest", ratios.Min() },
                { "residual_ratio_highest", ratios.Max() },
                { "layers", Layers },
                { "d", Dimension },
                { "seeds", Seeds },
            });
            table.Add($"{step + 1}", Cell(Measure.Median(ratios)), Cell(ratios.Min()), Cell(ratios.Max()), Cell(seconds));
        }
        return new FinishedRun(report, $"""
            Residual after a Gauss-Newton step, as a share of the residual before it: {Data} random unit vectors in {Dimension} dimensions,
            y = +-1, {Layers} hidden layers of {Width:#,0}, c = {Shift}, layers {TrainFrom} to {Layers} trained, no damping, seeds 1 to
            {Seeds}.

            {table}
            """);
    }

    readonly record struct Step(double ResidualRatio, double Seconds);

    sealed record Trained(Step[] Steps, double ActiveFraction, string Kernels);

    /// <summary>Subquad's side: undamped steps on the data of a seed.</summary>
    static Trained Train(int seed)
    {
        var shape = new NetworkShape
        {
            Inputs = Dimension,
            Hidden = [.. Enumerable.Repeat(Width, Layers)],
            Outputs = 1,
            ShiftConstant = [Shift],
            OutputWeights = OutputWeights.Signs,
        };
        using Network network = Network.Create(shape, (ulong)seed);
        using var trainer = new GaussNewtonTrainer(new GaussNewtonOptions
        {
            TrainFrom = TrainFrom,
            TrainOutput = false,
            Steps = Steps,
            Damping = 0,
            AdaptDamping = false,
            ResidualTolerance = 0,
        });
        var reports = new List<GaussNewtonStepReport>();
        trainer.Fit(network, RandomUnitData.Create(Data, Dimension, outputs: 1, seed), progress: new Listener(reports.Add));
        Step[] steps =
            [.. reports.Where(report => report.Step > 0).Select(report => new Step(report.ResidualRatio, report.Seconds.Values.Sum()))];
        return new Trained(steps, reports[0].Active.Average(), network.Kernels.Name);
    }
}
