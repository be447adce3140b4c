using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Fashion;

/// <summary>
/// Training on real images by Gauss-Newton, and the same network by Adam in libtorch: what is true, also where sparse loses.
/// </summary>
sealed class FashionRun
{
    static readonly int[] ShownSteps = [1, 2, 3, 5, 10, 20];

    readonly Report _report = new("fashion");
    readonly MarkdownTable _table = new([
        "hidden", "fires", "trainer", .. ShownSteps.Select(step => $"loss after {step}"), "steps", "final loss", "best test %",
        "final test %", "seconds", "peak GB"]);

    public required DirectoryInfo Data { get; init; }
    public required double Seconds { get; init; }
    public required int[] Widths { get; init; }
    public required int[] Layers { get; init; }
    public required double[] Densities { get; init; }
    public required bool WithPeer { get; init; }

    /// <summary>Renewed after every case, for the whole run takes an hour.</summary>
    public required FileInfo Json { get; init; }

    /// <summary>Rows of an earlier run on this machine that was cut off: its cases are kept, not measured again.</summary>
    public required IReadOnlyList<Row> Earlier { get; init; }

    public FinishedRun Run()
    {
        foreach (int layers in Layers)
            foreach (int width in Widths)
                foreach (double density in Densities)
                {
                    var training = new TrainingCase(width, layers, density, Seconds);
                    Add(training, "gauss-newton", "subquad");
                    if (WithPeer)
                        Add(training, "adam", "adam");
                }
        return new FinishedRun(_report, $"""
            The first {TrainingCase.TrainingImages:#,0} training and {TrainingCase.TestImages:#,0} test images of Fashion-MNIST. Loss is
            ||f - y||^2 / (2 n C) over all training images, after a Gauss-Newton step (last hidden layer and output) or an epoch of Adam
            (all layers, batch 128, the best of three learning rates). A row stops after {TrainingCase.MaxSteps} steps, tried ones included,
            or {Seconds} s of training, evaluation not counted.

            {_table}
            """);
    }

    /// <summary>One network by one trainer, in a process of its own: only so its memory peak is its own.</summary>
    void Add(TrainingCase training, string trainer, string work)
    {
        Row[] steps = [.. Earlier.Where(row => row.Text("name") == trainer && IsOf(row, training))];
        if (steps.Length == 0)
            steps = [.. Train(training, work).Select(step => Described(step, training, trainer))];
        foreach (Row step in steps)
        {
            _report.AddPeer(step.Text("peer_version"));
            _report.Add(step);
        }
        _report.Keep(Json);
        AddToTable(training, trainer, [.. steps]);
    }

    static bool IsOf(Row row, TrainingCase training) =>
        row.Number("m") == training.Width && row.Number("layers") == training.Layers && row.Number("density") == training.Density
            && row.Number("limit") == training.Seconds;

    static Row Described(Row step, TrainingCase training, string trainer)
    {
        var row = new Row
        {
            { "kind", "fashion" },
            { "name", trainer },
            { "m", training.Width },
            { "n", TrainingCase.TrainingImages },
            { "layers", training.Layers },
            { "density", training.Density },
            { "limit", training.Seconds },
            { "threads", Environment.ProcessorCount },
        };
        foreach ((string name, object value) in step)
            row.Add(name == "version" ? "peer_version" : name, value);
        return row;
    }

    /// <summary>A case that does not fit into memory, or whose process fails, leaves a gap and does not end the run.</summary>
    List<Row> Train(TrainingCase training, string work)
    {
        try
        {
            return PeerProcess.Run(work, training.Width, training.Layers, training.Density, training.Seconds, Data.FullName);
        }
        catch (InvalidOperationException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return [];
        }
    }

    void AddToTable(TrainingCase training, string trainer, List<Row> steps)
    {
        Row last = steps.Count > 0 ? steps[^1] : new Row { { "step", "none within time and memory" } };
        _table.Add([
            $"{training.Layers} x {training.Width:#,0}", training.PlainRelu ? "plain ReLU" : Percent(training.Density), trainer,
            .. ShownSteps.Select(step => Cell(steps.Find(row => row.Number("step") == step)?.Number("loss"))),
            last.Text("step")!, Cell(last.Number("loss")), Percent(steps.Max(row => row.Number("test_accuracy"))),
            Percent(last.Number("test_accuracy")),
            Cell(last.Number("seconds")), Cell(last.Number("peak_bytes") / 1e9)]);
    }
}
