using NUnit.Framework;
using Subquad.Data;
using Subquad.Layers;
using Subquad.Managed.Tests.Engine;
using Subquad.Optimizers.GaussNewton;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests.Optimizers;

/// <summary>What the change of the weights since the start adds to the outputs, to first order at the present point.</summary>
[TestFixture]
internal sealed class WeightChangeTests
{
    private const int Count = 30;

    [Test]
    public void It_is_the_derivative_along_the_change([Values(0, 1, 2)] int from, [Values(1, 3)] int outputs, [Values] bool trainsOutput,
        [Values] bool hasDirect)
    {
        NetworkShape shape = Shapes.Odd with { Outputs = outputs, DirectWeights = hasDirect };
        using var one = new EngineCase(shape, KernelSets.Best, Count, from);
        using var change = new WeightChange(one.Kernels, one.Network.Layers, from, trainsOutput);
        change.Begin(one.State);
        PanelMatrix[] trained = [.. one.Network.Layers.Hidden[from..].Select(layer => layer.Weights)];
        if (trainsOutput)
            trained = [.. trained, one.Network.Layers.Output];
        if (one.Network.Layers.Direct is { } direct)
            trained = [.. trained, direct.Matrix];
        float[][] first = [.. trained.Select(Samples.ToArray)];
        float[][] moved = [.. first.Select((values, i) => Moved(values, seed: i))];
        Set(trained, moved);
        one.State.Forward();
        using var found = new OutputVector();
        found.Reshape(Count, outputs);
        change.PushForward(one.State, found);

        const float Small = 1.0f / 2048;
        float[] above = OutputsAt(Small), below = OutputsAt(-Small);
        double error = 0, size = 0;
        for (int datum = 0; datum < Count; datum++)
            for (int c = 0; c < outputs; c++)
            {
                double expected = (above[datum * outputs + c] - (double)below[datum * outputs + c]) / (2 * Small);
                (error, size) = (error + Math.Pow(found[datum][c] - expected, 2), size + expected * expected);
            }
        Assert.That(Math.Sqrt(error / size), Is.LessThan(0.02));

        // A step further along the change than where it is now.
        float[] OutputsAt(float step)
        {
            Set(trained, [.. moved.Select((values, i) => values.Select((value, j) => value + step * (value - first[i][j])).ToArray())]);
            one.State.Forward();
            return [.. Enumerable.Range(0, Count * outputs).Select(i => one.State.Outputs[i % outputs, i / outputs])];
        }
    }

    private static float[] Moved(float[] values, int seed)
    {
        float[] noise = ReferenceData.Normals(values.Length, seed + 20);
        double size = Math.Sqrt(values.Sum(value => (double)value * value) / values.Length);
        return [.. values.Select((value, i) => (float)(value + 0.1 * Math.Max(size, 0.1) * noise[i]))];
    }

    private static void Set(PanelMatrix[] matrices, float[][] values)
    {
        for (int i = 0; i < matrices.Length; i++)
            matrices[i].SetRowMajor(0, values[i]);
    }
}
