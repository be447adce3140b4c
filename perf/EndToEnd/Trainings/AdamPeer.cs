using System.Diagnostics;
using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.Reports;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Subquad.Perf.EndToEnd.Trainings;

/// <summary>
/// The same network trained densely by Adam in libtorch: a row per epoch, at the learning rate that does best in short trials.
/// </summary>
sealed class AdamPeer(TrainingCase run, ImageSet training, ImageSet? test)
{
    const int Batch = 128;
    const double Step = 3;
    static readonly double[] LearningRates = [9e-4, 3e-4, 1e-4];

    readonly Tensor _inputs = Matrix(training.Rows, training.Pixels), _targets = Matrix(training.Targets(), ImageSet.Classes);
    readonly Tensor? _testInputs = test is null ? null : Matrix(test.Rows, test.Pixels);

    /// <summary>The loss at which training ends; 0 trains on.</summary>
    double Goal { get; init; }

    int Threads { get; init; } = Environment.ProcessorCount;

    public static List<Row> Run(TrainingCase run, DirectoryInfo data)
    {
        var peer = new AdamPeer(
            run, ImageSet.Read(data, "train", TrainingCase.TrainingImages), ImageSet.Read(data, "t10k", TrainingCase.TestImages));
        return peer.Run(TrainingCase.MaxSteps);
    }

    /// <summary>
    /// Trains until the loss is low enough or the time is over; no test data, whose evaluation would take longer than the training.
    /// </summary>
    public static List<Row> RunToLoss(TrainingCase network, int images, double goal, int threads, DirectoryInfo data)
    {
        var peer = new AdamPeer(network, ImageSet.Read(data, "train", images), test: null) { Goal = goal, Threads = threads };
        return peer.Run(epochs: int.MaxValue);
    }

    List<Row> Run(int epochs)
    {
        set_num_threads(Threads);
        double best = BestLearningRate();
        List<Row> rows = Train(best, epochs, run.Seconds);
        foreach (Row row in rows)
        {
            row.Add("learning_rate", best);
            row.Add("version", DensePeer.TorchVersion());
        }
        return rows;
    }

    /// <summary>
    /// By trials of at most two epochs and a tenth of the time each; the same seed makes the same network. While the best lies at an end,
    /// one further out is tried, too.
    /// </summary>
    double BestLearningRate()
    {
        var losses = LearningRates.ToDictionary(rate => rate, Trial);
        while (true)
        {
            double best = losses.MinBy(trial => trial.Value).Key;
            if (best < losses.Keys.Max() && best > losses.Keys.Min())
                return best;
            double further = best == losses.Keys.Max() ? Step * best : best / Step;
            losses.Add(further, Trial(further));
        }

        double Trial(double rate) =>
            Train(rate, epochs: 2, run.Seconds / 10)[^1].Number("loss") is { } loss && double.IsFinite(loss) ? loss : double.MaxValue;
    }

    /// <summary>Evaluation and the making of the weights are not part of the seconds.</summary>
    List<Row> Train(double learningRate, int epochs, double limit)
    {
        using IDisposable scope = NewDisposeScope();
        manual_seed(1);
        Parameter[] weights = CreateWeights();
        using var optimiser = optim.Adam(weights, lr: learningRate);
        var rows = new List<Row>();
        double seconds = 0, loss = Goal > 0 ? Loss(weights) : double.PositiveInfinity;
        for (int epoch = 1; epoch <= epochs && seconds < limit && loss > Goal; epoch++)
        {
            (double before, double secondsBefore) = (loss, seconds);
            seconds += Epoch(weights, optimiser, limit - seconds, out int batches);
            loss = Loss(weights);
            // The goal lies within an epoch: where, by the logarithms of the losses at its ends.
            double share = Math.Log(before / Goal) / Math.Log(before / loss);
            rows.Add(new Row
            {
                { "step", epoch },
                { "batches", batches },
                { "loss", loss },
                { "test_accuracy", TestAccuracy(weights) },
                { "seconds", seconds },
                { "reached_seconds", loss <= Goal ? secondsBefore + share * (seconds - secondsBefore) : null },
                { "peak_bytes", Process.GetCurrentProcess().PeakWorkingSet64 },
            });
        }
        // Parameters belong to no scope.
        foreach (Parameter weight in weights)
            weight.Dispose();
        return rows;
    }

    double Epoch(Parameter[] weights, optim.Optimizer optimiser, double limit, out int batches)
    {
        long start = Stopwatch.GetTimestamp();
        batches = 0;
        using Tensor order = randperm(training.Count);
        for (int from = 0; from < training.Count && Stopwatch.GetElapsedTime(start).TotalSeconds < limit; from += Batch, batches++)
        {
            using IDisposable scope = NewDisposeScope();
            Tensor rows = order.narrow(0, from, Math.Min(Batch, training.Count - from));
            optimiser.zero_grad();
            HalfMeanSquare(Outputs(weights, _inputs.index_select(0, rows)), _targets.index_select(0, rows)).backward();
            optimiser.step();
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>W_l ~ N(0, 2 / m), A ~ N(0, 0.01), no biases: the network that Subquad trains.</summary>
    Parameter[] CreateWeights()
    {
        var weights = new Parameter[run.Layers + 1];
        for (int layer = 0; layer < run.Layers; layer++)
            weights[layer] = new Parameter(randn(run.Width, layer == 0 ? training.Pixels : run.Width).mul_(Math.Sqrt(2.0 / run.Width)));
        weights[^1] = new Parameter(randn(ImageSet.Classes, run.Width).mul_(0.1));
        return weights;
    }

    Tensor Outputs(Parameter[] weights, Tensor activations)
    {
        double threshold = run.Shift * Math.Sqrt(2.0 / run.Width);
        for (int layer = 0; layer < run.Layers; layer++)
        {
            activations = activations.mm(weights[layer].t()).sub(threshold).relu();
            if (!run.PlainRelu)
                activations = activations.mul(activations.square().sum(1, keepdim: true).clamp_min(1e-24).rsqrt());
        }
        return activations.mm(weights[^1].t());
    }

    double Loss(Parameter[] weights)
    {
        using IDisposable scope = NewDisposeScope(), noGradients = no_grad();
        return Enumerable.Range(0, (training.Count + 499) / 500).Sum(part =>
        {
            int from = part * 500, count = Math.Min(500, training.Count - from);
            using Tensor loss = HalfMeanSquare(Outputs(weights, _inputs.narrow(0, from, count)), _targets.narrow(0, from, count));
            return loss.item<float>() * count / training.Count;
        });
    }

    double? TestAccuracy(Parameter[] weights)
    {
        if (test is null)
            return null;
        using IDisposable scope = NewDisposeScope(), noGradients = no_grad();
        int right = 0;
        for (int from = 0; from < test.Count; from += 500)
        {
            using Tensor predictions = Outputs(weights, _testInputs!.narrow(0, from, Math.Min(500, test.Count - from))).argmax(1);
            right += predictions.data<long>().Index().Count(guess => guess.Item == test.Labels[from + guess.Index]);
        }
        return (double)right / test.Count;
    }

    /// <summary>||f - y||^2 / (2 n C).</summary>
    static Tensor HalfMeanSquare(Tensor outputs, Tensor targets) => outputs.sub(targets).square().mean().mul(0.5);

    static Tensor Matrix(float[] rows, int columns) => tensor(rows).view(-1, columns);
}
