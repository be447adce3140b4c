using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Strategies;

/// <summary>
/// A two-layer network (one hidden layer, fixed output signs) trained with every way to find its firing neurons: the same losses, and what
/// a step costs.
/// </summary>
static class StrategiesRun
{
    const int Steps = 5, Repeats = 3;
    const double Shift = 0.4;

    static readonly ActivityStrategy[] s_strategies =
    [
        ActivityStrategy.Full, ActivityStrategy.CorrelationTree, ActivityStrategy.HalfSpaceOverWeights,
        ActivityStrategy.HalfSpaceOverData,
    ];

    static readonly (int Width, int Dimension, int Data)[] s_cases =
        [(16_384, 3, 8), (16_384, 3, 64), (131_072, 3, 8), (131_072, 3, 64), (131_072, 8, 64), (131_072, 3, 512)];

    const int CertificateWidth = 16_384;
    static readonly (int Data, double Listed)[] s_certificates = [(64, 0.0005), (64, 0.024), (512, 0.0005), (512, 0.024)];

    public static FinishedRun Run()
    {
        var report = new Report("strategies");
        var table = new MarkdownTable(
            ["m", "d", "n", "fires", .. s_strategies.Select(strategy => $"{strategy}, ms"), "loss, first to last", "largest difference"]);
        foreach ((int width, int dimension, int data) in s_cases)
        {
            Trained[] runs = [.. s_strategies.Select(strategy => Train(strategy, width, dimension, data))];
            foreach (Trained run in runs)
                report.Add(new Row
                {
                    { "kind", "strategy" },
                    { "name", run.Strategy.ToString() },
                    { "m", width },
                    { "n", data },
                    { "d", dimension },
                    { "density", run.Active },
                    { "threads", Environment.ProcessorCount },
                    { "kernels", run.Kernels },
                    { "seconds", run.Seconds },
                    { "step_seconds", run.StepSeconds },
                    { "reevaluated_fraction", run.Reevaluated },
                    { "first_loss", run.Losses[0] },
                    { "last_loss", run.Losses[^1] },
                    { "loss_difference", Difference(run, runs[0]) },
                });
            table.Add([
                $"{width:#,0}", $"{dimension}", $"{data}", Percent(runs[0].Active), .. runs.Select(run => Cell(1e3 * run.Seconds)),
                $"{Cell(runs[0].Losses[0])} to {Cell(runs[0].Losses[^1])}", Cell(runs.Max(run => Difference(run, runs[0])))]);
        }
        var certificate = new MarkdownTable("m", "n", "listed", "scan, ms", "trees built, ms", "trees asked, ms", "scan / trees");
        foreach ((int data, double listed) in s_certificates)
        {
            (Row row, string[] cells) = CertificateCase.Run(CertificateWidth, data, listed);
            report.Add(row);
            certificate.Add(cells);
        }
        return new FinishedRun(report, $"""
            One hidden layer of width m on random unit vectors in d dimensions, y = +-1, c = {Shift}, damped steps: milliseconds of the
            forward pass and the update of a step (median from the second step on), for each way to find the firing neurons. Full
            corrects all pre-activations (algorithm A8) and scans them. The losses of {Steps} steps are the same but for rounding: the last
            column is the largest relative difference from those of Full. f is a float32 sum over the firing neurons, so the smaller a loss
            has become, the larger is the share of it that rounding makes.

            {table}
            Under the certificate of a deeper layer (all strategies but full): the neurons that the bound does not rule out, listed
            by the flat scan, which raises the bound on its way, and by correlation trees over the raised bound. Every bound changes in
            every step, so trees are built anew each time; the certificate scans.

            {certificate}
            """);
    }

    sealed record Trained(
        ActivityStrategy Strategy, double[] Losses, double Seconds, double StepSeconds, double Active, double Reevaluated, string Kernels);

    static double Difference(Trained run, Trained full) =>
        run.Losses.Zip(full.Losses, (found, expected) => Math.Abs(found - expected) / expected).Max();

    static Trained Train(ActivityStrategy strategy, int width, int dimension, int data)
    {
        Trained[] repeats = [.. Enumerable.Range(0, Repeats).Select(_ => Once())];
        return repeats[0] with
        {
            Seconds = Measure.Median(repeats.Select(run => run.Seconds)),
            StepSeconds = Measure.Median(repeats.Select(run => run.StepSeconds)),
        };

        Trained Once()
        {
            var shape = new NetworkShape
            {
                Inputs = dimension,
                Hidden = [width],
                Outputs = 1,
                ShiftConstant = [Shift],
                OutputWeights = OutputWeights.Signs,
            };
            using Network network = Network.Create(shape, seed: 1);
            using var trainer = new GaussNewtonTrainer(new GaussNewtonOptions
            {
                Activity = strategy,
                TrainFrom = 1,
                TrainOutput = false,
                Steps = Steps,
                AdaptDamping = false,
                ResidualTolerance = 0,
            });
            var reports = new List<GaussNewtonStepReport>();
            trainer.Fit(network, RandomUnitData.Create(data, dimension, outputs: 1, seed: 1), progress: new Listener(reports.Add));
            GaussNewtonStepReport[] later = [.. reports.Skip(2)];
            return new Trained(
                strategy, [.. reports.Select(report => report.Loss)],
                Measure.Median(later.Select(report => report.Seconds["forward"] + report.Seconds["update"])),
                Measure.Median(later.Select(report => report.Seconds.Values.Sum())), reports[0].Active[0], reports[^1].Reevaluated[0],
                network.Kernels.Name);
        }
    }
}
