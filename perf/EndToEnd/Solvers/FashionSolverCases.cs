using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Solvers;

/// <summary>The same training on real images, ten outputs, with every preconditioner: the losses and what a step costs.</summary>
static class FashionSolverCases
{
    const int Images = 4_000, TestImages = 2_000, Width = 4_096, Steps = 10;

    static readonly double[] s_densities = [0.2, 0.1];
    static readonly int[] s_shown = [1, 2, 3, 5, 10];

    static readonly (SolverChoice Choice, string Name)[] s_ways =
    [
        (SolverChoice.Cholesky, "cholesky"), (SolverChoice.SketchedConjugateGradient, "pcg"),
        (SolverChoice.LowRankConjugateGradient, "lowrank"),
    ];

    public static IEnumerable<Row> Run(DirectoryInfo data, int threads)
    {
        Dataset training = Read(data, "train", Images), test = Read(data, "t10k", TestImages);
        foreach ((SolverChoice choice, string name) in s_ways)
        {
            using Network network =
                Network.Create(new NetworkShape { Hidden = [Width, Width], Densities = s_densities }, training, seed: 1);
            using var trainer = new GaussNewtonTrainer(new GaussNewtonOptions
            {
                Steps = Steps, Solver = choice, LeaveOneOut = LeaveOneOutChoice.Off, Threads = threads,
            });
            var reports = new List<GaussNewtonStepReport>();
            trainer.Fit(network, training, progress: new Listener(reports.Add));
            double accuracy = network.Evaluate(test, threads).Metric;
            foreach (GaussNewtonStepReport report in reports)
                yield return new Row
                {
                    { "kind", "solve" },
                    { "name", name },
                    { "m", Width },
                    { "n", Images },
                    { "outputs", training.OutputCount },
                    { "step", report.Step },
                    { "loss", report.Loss },
                    { "accepted", report.Accepted },
                    { "damping", report.Damping },
                    { "iterations", report.CgIterations },
                    { "threads", threads },
                    { "kernels", network.Kernels.Name },
                    { "seconds", report.Seconds.Values.Sum() },
                    { "gram_seconds", report.Seconds["gram"] },
                    { "factor_seconds", report.Seconds["factor"] },
                    { "solve_seconds", report.Seconds["solve"] },
                    { "test_accuracy", report == reports[^1] ? accuracy : null },
                };
        }
    }

    public static string Table(IEnumerable<Row> rows)
    {
        var table = new MarkdownTable(
            ["preconditioner", .. s_shown.Select(step => $"loss after {step}"), "CG iterations", "seconds a step", "K or sketch, s",
            "factor, s", "solve, s", "test"]);
        foreach (IGrouping<string?, Row> training in rows.GroupBy(row => row.Text("name")))
        {
            Row[] steps = [.. training.Where(row => row.Number("step") > 0)];
            table.Add(
                [training.Key!, .. s_shown.Select(step => Cell(steps.FirstOrDefault(row => row.Number("step") == step)?.Number("loss"))),
                Cell(steps.Average(row => row.Number("iterations"))),
                Cell(Median("seconds")), Cell(Median("gram_seconds")), Cell(Median("factor_seconds")), Cell(Median("solve_seconds")),
                Percent(steps[^1].Number("test_accuracy"))]);

            double Median(string field) => Measure.Median(steps.Select(row => row.Number(field)!.Value));
        }
        return $"""
            Damped Gauss-Newton on the first {Images:#,0} images of Fashion-MNIST: two hidden layers of {Width:#,0} (20 and 10 % fire), ten
            outputs, the last hidden layer and the output layer trained. Conjugate gradients run on the full operator to a residual of 0.1,
            at most 8 iterations; preconditioned by the averaged K (cholesky), the sketch of the same probes (pcg, s = 8n) or a partial
            factor of K (lowrank). Median seconds of {Steps} steps; accuracy on {TestImages:#,0} test images after the last.

            {table}
            """;
    }

    static Dataset Read(DirectoryInfo data, string prefix, int limit)
    {
        ImageSet images = ImageSet.Read(data, prefix, limit);
        int[] labels = [.. images.Labels];
        return Dataset.From(images.Rows, images.Pixels, labels).WithoutTransforms();
    }
}
