using NUnit.Framework;
using Subquad;
using Subquad.Simd;
using Subquad.Support;

namespace Subquad.Managed.Tests.Engine;

/// <summary>
/// The float32 forward pass against float64: h of every layer, norms and outputs, at odd widths and batch sizes, sparse and dense.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class ForwardTests(KernelSet kernels)
{
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(65)]
    [TestCase(130)]
    public void A_normalised_network_matches(int count) => Check(Shapes.Odd, count);

    [Test]
    public void A_plain_network_matches() => Check(Shapes.Plain, 65);

    [Test]
    public void The_dense_fallback_matches() => Check(Shapes.Dense, 65);

    private void Check(NetworkShape shape, int count)
    {
        using var run = new EngineCase(shape, kernels, count);
        for (int layer = 0; layer < shape.Hidden.Count; layer++)
        {
            var found = new double[count * shape.Hidden[layer]];
            foreach ((int datum, int id, long place) in Samples.Entries(run.State.Of(layer).Sets.Active))
                found[datum * shape.Hidden[layer] + id] = run.State.Of(layer).Sets.Active.Values[place];
            Assert.That(ReferenceData.Distance(found, [.. run.Points.SelectMany(point => point.Hidden[layer + 1])]), Is.LessThan(1e-5),
                $"h of layer {layer + 1}");
            if (shape.Normalisation == Normalisation.Normalised)
                for (int datum = 0; datum < count; datum++)
                    Assert.That(run.State.Of(layer).Sets.Norms[datum], Is.EqualTo(run.Points[datum].Norms[layer]).Within(1e-5)
                        .Percent.Or.EqualTo(run.Points[datum].Norms[layer]).Within(1e-5));
        }
        double[] outputs =
            [.. Enumerable.Range(0, count * shape.Outputs).Select(at => (double)run.State.Outputs[at % shape.Outputs, at / shape.Outputs])];
        Assert.That(ReferenceData.Distance(outputs, [.. run.Points.SelectMany(point => point.Outputs)]), Is.LessThan(1e-5), "f");
    }
}
