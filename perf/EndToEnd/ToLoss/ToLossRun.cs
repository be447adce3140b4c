using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.ToLoss;

/// <summary>
/// Seconds to a training loss on Fashion-MNIST: Gauss-Newton steps on the last layer and on all layers, and Adam in libtorch on the same
/// network.
/// </summary>
sealed class ToLossRun
{
    const int Layers = 2;
    const double Density = 0.03, Goal = 1e-3;

    // A first training must end somehow; it has this long.
    const double MostSeconds = 1_000;

    readonly Report _report = new("to-loss");
    readonly MarkdownTable _table = new("trainer", "layers trained", "steps", "loss", "seconds", "times faster than Adam");

    public required DirectoryInfo Data { get; init; }
    public required int Width { get; init; }
    public required int Images { get; init; }
    public required double Limit { get; init; }
    public required int Threads { get; init; }
    public required bool WithPeer { get; init; }

    public FinishedRun Run()
    {
        var network = new TrainingCase(Width, Layers, Density, MostSeconds);
        ToLossCase[] cases =
            [.. Enumerable.Range(1, Layers).Reverse().Select(from => new ToLossCase(network, Images, Goal, from, Threads))];
        Training[] trainings = [.. cases.Select(run => new Training(run, PeerProcess.Run("to-loss", [.. run.Arguments, Data.FullName])))];
        Training fastest = trainings.Where(training => training.Reached).DefaultIfEmpty(trainings[0]).MinBy(training => training.Seconds)!;
        Training? adam = WithPeer ? Adam(fastest) : null;
        foreach (Training training in trainings)
            Add(training, adam, training == fastest);
        if (adam is not null)
            AddAdam(adam);
        return new FinishedRun(_report, $"""
            Seconds until the loss ||f - y||^2 / (2 n C) over all {Images:#,0} training images of Fashion-MNIST is {Goal}: {Layers} hidden
            layers of {Width:#,0}, {Percent(Density)} of the neurons fire, 10 outputs. Gauss-Newton with its defaults; Adam (libtorch, all
            layers, batch 128) at the best learning rate of short trials (three, and more while the best lies at an end). Drawing the
            weights and, for Adam, evaluation and trials are not counted. Adam stops after {Limit} times the fastest Gauss-Newton training;
            if it did not reach the goal by then, the ratio is a lower bound (>).

            {_table}
            """);
    }

    sealed record Training(ToLossCase Run, List<Row> Steps)
    {
        public Row Last => Steps[^1];
        public bool Reached => Last.Number("loss") <= Run.Goal;

        /// <summary>
        /// Until the goal, between the last two losses in proportion to their logarithms when steps are as coarse as an epoch; until the
        /// end when it was not reached.
        /// </summary>
        public double Seconds => Last.Number("reached_seconds") ?? Last.Number("seconds")!.Value;
    }

    Training Adam(Training fastest)
    {
        ToLossCase run = fastest.Run with { TrainFrom = 1, Network = fastest.Run.Network with { Seconds = Limit * fastest.Seconds } };
        List<Row> epochs = PeerProcess.Run("adam-to-loss", [.. run.Arguments, Data.FullName]);
        _report.AddPeer(epochs[0].Text("version"));
        return new Training(run, epochs);
    }

    void Add(Training training, Training? adam, bool isFastest)
    {
        double? ratio = adam?.Seconds / training.Seconds;
        AddCurve("gauss-newton", training);
        Row row = Result("gauss-newton", training);
        row.Add("fastest", isFastest);
        row.Add("peer", adam is null ? null : "libtorch");
        row.Add("peer_seconds", adam?.Seconds);
        row.Add("ratio", ratio);
        row.Add("peer_reached", adam?.Reached);
        row.Add("peer_loss", adam?.Last.Number("loss"));
        row.Add("peer_learning_rate", adam?.Last.Number("learning_rate"));
        row.Add("peer_limit_seconds", adam?.Run.Network.Seconds);
        _report.Add(row);
        AddToTable(
            "Gauss-Newton", training.Run.TrainFrom == 1 ? "all" : "last hidden, output", training,
            adam is null ? "-" : (adam.Reached ? "" : "> ") + Cell(ratio));
    }

    void AddAdam(Training adam)
    {
        AddCurve("adam", adam);
        _report.Add(Result("adam", adam));
        AddToTable($"Adam, {adam.Last.Text("learning_rate")}", "all", adam, "");
    }

    void AddToTable(string trainer, string trained, Training training, string ratio) =>
        _table.Add(
            trainer, trained, training.Last.Text("step")!, Cell(training.Last.Number("loss")),
            Cell(training.Seconds) + (training.Reached ? "" : ", not reached"), ratio);

    Row Result(string name, Training training) => new()
    {
        { "kind", "to-loss" },
        { "name", name },
        { "m", Width },
        { "n", Images },
        { "layers", Layers },
        { "density", Density },
        { "threads", Threads },
        { "kernels", training.Last.Text("kernels") },
        { "seconds", training.Seconds },
        { "train_from", training.Run.TrainFrom },
        { "goal", Goal },
        { "reached", training.Reached },
        { "loss", training.Last.Number("loss") },
        { "steps", (long)training.Last.Number("step")! },
    };

    void AddCurve(string name, Training training)
    {
        foreach (Row step in training.Steps)
        {
            var row = new Row
            {
                { "kind", "curve" },
                { "name", name },
                { "m", Width },
                { "n", Images },
                { "layers", Layers },
                { "train_from", training.Run.TrainFrom },
            };
            foreach ((string field, object value) in step)
                if (field != "version")
                    row.Add(field, value);
            _report.Add(row);
        }
    }
}
