using Subquad;
using Subquad.Layers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>Small things that training tests share.</summary>
internal static class TestTraining
{
    /// <summary>Unit rows whose values are a smooth function of them, one output or more.</summary>
    public static Dataset Smooth(int count, int width, int outputs = 1, int seed = 1)
    {
        float[] rows = ReferenceData.UnitRows(count, width, seed), targets = new float[count * outputs];
        for (int i = 0; i < count; i++)
            for (int c = 0; c < outputs; c++)
                targets[i * outputs + c] = (float)Math.Sin(3 * rows[i * width + c % width] + rows[i * width + (c + 1) % width]);
        return Dataset.From(rows, width, targets, outputs).WithoutTransforms();
    }

    /// <summary>Three classes of noisy rows.</summary>
    public static Dataset Classes(int count, int width, int seed = 1)
    {
        float[] rows = ReferenceData.UnitRows(count, width, seed);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 3)];
        for (int i = 0; i < count; i++)
            rows[i * width + labels[i]] += 1;
        return Dataset.From(rows, width, labels).WithoutTransforms();
    }

    /// <summary>Every parameter of a network, with what a run that is going on holds beside them.</summary>
    public static float[] Weights(Network network)
    {
        network.Layers.ApplyPending();
        LayerStack layers = network.Layers;
        return [.. layers.Hidden.SelectMany(layer => Samples.ToArray(layer.LowRank, network.Kernels.IsFused)),
            .. Samples.ToArray(layers.Output), .. layers.Direct is { } direct ? Samples.ToArray(direct.Matrix) : []];
    }

    /// <summary>Gives direct weights, if there are any, values as a training would.</summary>
    public static void FillDirect(Network network, int seed = 5)
    {
        if (network.Layers.Direct is not { } direct)
            return;
        float[] values = ReferenceData.Normals(direct.Matrix.Rows * direct.Matrix.Columns, seed);
        for (int i = 0; i < values.Length; i++)
            direct.Matrix[i / direct.Matrix.Columns, i % direct.Matrix.Columns] = values[i];
    }

    /// <summary>The options with leave-one-out off, unless they ask for it.</summary>
    public static GaussNewtonOptions WithChoice(GaussNewtonOptions options) =>
        options.LeaveOneOut == LeaveOneOutChoice.Automatic ? options with { LeaveOneOut = LeaveOneOutChoice.Off } : options;

    /// <summary>
    /// Trains and disposes the trainer. Where nothing is said of leave-one-out, it is off: most tests are of steps that follow the loss.
    /// </summary>
    public static TrainingResult Fit(
        Network network, Dataset data, GaussNewtonOptions options, IProgress<StepReport>? progress = null, Dataset? validation = null,
        CancellationToken cancellation = default)
    {
        using var trainer = new GaussNewtonTrainer(WithChoice(options));
        return trainer.Fit(network, data, validation, progress, cancellation);
    }
}
