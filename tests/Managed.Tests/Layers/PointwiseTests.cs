using NUnit.Framework;
using Subquad.Layers;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Managed.Tests.Layers;

/// <summary>Values are the formulas in float64, derivatives are their differences; every neuron is listed.</summary>
[TestFixture]
internal sealed class PointwiseTests
{
    private const int Width = 700, Count = 5;

    private static readonly object[][] s_functions =
    [
        [Pointwise.Identity, (Func<double, double>)(x => x)],
        [Pointwise.Relu, (Func<double, double>)(x => Math.Max(0, x))],
        [Pointwise.Tanh, (Func<double, double>)Math.Tanh],
        [Pointwise.Gelu, (Func<double, double>)(x => x * (x < 0 ? Shift.UpperTail(-x) : 1 - Shift.UpperTail(x)))],
    ];

    [TestCaseSource(nameof(s_functions))]
    public void Values_and_derivatives_are_those_of_the_function(object function, object formula)
    {
        (var activation, var value) = ((Pointwise)function, (Func<double, double>)formula);
        using var team = new WorkerTeam(1);
        using PanelMatrix g = new(Width, Count);
        using NativeBuffer<float> thresholds = new(Width), norms = new(Count), tangents = new(Width * Count);
        using var active = new ActiveBatch();
        for (int neuron = 0; neuron < Width; neuron++)
        {
            thresholds[neuron] = neuron % 3 - 1;
            for (int datum = 0; datum < Count; datum++)
                g[neuron, datum] = (neuron - 350) / 64f + datum / 100f + 1e-3f;
        }
        activation.List(new TeamKernels(KernelSets.Managed[0], team), g, thresholds, active);
        var point = new ActivationPoint(active, norms, g, thresholds);
        activation.Finish(point, 0, Count);
        tangents.Span.Fill(2f);
        activation.ApplyDerivative(point, tangents, 0, Count);
        Assert.That(active.EntryCount, Is.EqualTo(Width * Count));
        Assert.That(norms.Span.ToArray(), Is.All.EqualTo(1f));
        const double step = 1e-5;
        for (int datum = 0; datum < Count; datum++)
            for (int neuron = 0; neuron < Width; neuron++)
            {
                double x = (double)g[neuron, datum] - thresholds[neuron];
                ActiveSegment segment = active.Segment(neuron / ActiveBatch.BlockSize, datum);
                int entry = neuron % ActiveBatch.BlockSize;
                Assert.That(segment.Values[entry], Is.EqualTo(value(x)).Within(1e-6 * Math.Max(1, Math.Abs(x))), $"phi({x})");
                double slope = (value(x + step) - value(x - step)) / (2 * step);
                Assert.That(segment.In(tangents)[entry], Is.EqualTo(2 * slope).Within(1e-5), $"phi'({x})");
            }
    }
}
