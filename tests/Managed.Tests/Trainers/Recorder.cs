using Subquad;
using Subquad.Layers;
using Subquad.Support;

namespace Managed.Tests.Trainers;

/// <summary>Keeps the reports of a training run, and may do something at each: on the thread that trains, before the next step.</summary>
internal sealed class Recorder(Action<StepReport>? then = null) : IProgress<StepReport>
{
    public List<StepReport> Reports { get; } = [];

    /// <summary>The reports of trial steps: all but the first, which tells the state before training.</summary>
    public IEnumerable<StepReport> Trials => Reports.Skip(1);

    public void Report(StepReport value)
    {
        Reports.Add(value);
        then?.Invoke(value);
    }
}

/// <summary>Small things that training tests share.</summary>
internal static class Training
{
    /// <summary>Unit rows whose values are a smooth function of them, one output or more.</summary>
    public static Dataset Smooth(int count, int width, int outputs = 1, int seed = 1)
    {
        float[] rows = ReferenceData.UnitRows(count, width, seed), targets = new float[count * outputs];
        for (int i = 0; i < count; i++)
            for (int c = 0; c < outputs; c++)
                targets[i * outputs + c] = (float)Math.Sin(3 * rows[i * width + c % width] + rows[i * width + (c + 1) % width]);
        return Dataset.From(rows, width, targets, outputs);
    }

    /// <summary>Three classes of noisy rows.</summary>
    public static Dataset Classes(int count, int width, int seed = 1)
    {
        float[] rows = ReferenceData.UnitRows(count, width, seed);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 3)];
        for (int i = 0; i < count; i++)
            rows[i * width + labels[i]] += 1;
        return Dataset.From(rows, width, labels);
    }

    /// <summary>Every parameter of a network, with what a run that is going on holds beside them.</summary>
    public static float[] Weights(Network network)
    {
        network.Layers.Settle();
        LayerStack layers = network.Layers;
        return [.. layers.Hidden.SelectMany(layer => Samples.ToArray(layer.LowRank, network.Kernels.IsFused)), .. Samples.ToArray(layers.Output)];
    }

    /// <summary>Trains and disposes the trainer.</summary>
    public static TrainingResult Fit(
        Network network, Dataset data, GaussNewtonOptions options, IProgress<StepReport>? progress = null, Dataset? validation = null, CancellationToken cancellation = default)
    {
        using var trainer = new GaussNewtonTrainer(options);
        return trainer.Fit(network, data, validation, progress, cancellation);
    }
}
