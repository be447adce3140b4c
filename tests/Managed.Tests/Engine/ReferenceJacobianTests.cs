using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests.Engine;

/// <summary>
/// The reference itself: its pull-back against central differences, its Gram matrix against the Jacobian written out, its step against the
/// normal equations.
/// </summary>
[TestFixture]
internal sealed class ReferenceJacobianTests
{
    private const double Change = 1e-6;

    [TestCase(Normalisation.Plain, 1)]
    [TestCase(Normalisation.Plain, 2)]
    [TestCase(Normalisation.Normalised, 1)]
    [TestCase(Normalisation.Normalised, 2)]
    [TestCase(Normalisation.Normalised, 3)]
    public void The_pull_back_matches_central_differences_in_every_layer(Normalisation normalisation, int depth)
    {
        (ReferenceNetwork network, float[] rows) = Draw(normalisation, depth);
        for (int datum = 0; datum < 3; datum++)
        {
            float[] row = rows[(datum * 5)..(datum * 5 + 5)];
            ReferencePoint point = network.Forward(row);
            Assert.That(point.Fires, Is.All.Contains(true), "a dead layer would test nothing");
            for (int c = 0; c < network.Outputs; c++)
            {
                double[][] u = network.PullBack(point, Unit(network.Outputs, c));
                for (int layer = 0; layer < depth; layer++)
                {
                    double[] v = point.Hidden[layer], weights = network.Weights[layer];
                    double[] exact = [.. weights.Select((_, at) => u[layer][at / v.Length] * v[at % v.Length])];
                    double[] differences = [.. weights.Select((_, at) => Difference(network, row, weights, at, c))];
                    Assert.That(ReferenceData.Distance(differences, exact), Is.LessThan(1e-6), $"layer {layer + 1}, output {c}");
                }
                double[] output = [.. network.Output.Select((_, at) => Difference(network, row, network.Output, at, c))];
                double[] exactOutput = [.. network.Output.Select(
                    (_, at) => at / point.Hidden[^1].Length == c ? point.Hidden[^1][at % point.Hidden[^1].Length] : 0)];
                Assert.That(ReferenceData.Distance(output, exactOutput), Is.LessThan(1e-6), $"output layer, output {c}");
            }
        }
    }

    [Test]
    public void A_step_lowers_a_linear_models_loss_as_its_equations_say()
    {
        (ReferenceNetwork network, float[] rows) = Draw(Normalisation.Normalised, 2);
        float[] targets = ReferenceData.Normals(9);
        ReferencePoint[] Points() => [.. Enumerable.Range(0, 3).Select(i => network.Forward(rows.AsSpan(i * 5, 5)))];

        // Infinitesimal steps are linear: with a huge mu, f moves by -G r / mu.
        ReferencePoint[] before = Points();
        var batch = new ReferenceBatch(network, before, 0, trainsOutput: true, hiddenStepScale: 0.5);
        double[] residual = batch.Residual(targets);
        double[,] gram = batch.Gram();
        const double Mu = 1e6;
        _ = batch.Step(targets, Mu);
        double[] moved =
            [.. Points().SelectMany(point => point.Outputs).Zip(before.SelectMany(point => point.Outputs), (a, b) => (a - b) * -Mu)];
        double[] expected = [.. residual.Select((_, a) => Enumerable.Range(0, residual.Length).Sum(b => gram[a, b] * residual[b]))];
        Assert.That(ReferenceData.Distance(moved, expected), Is.LessThan(1e-4));
    }

    private static (ReferenceNetwork Network, float[] Rows) Draw(Normalisation normalisation, int depth)
    {
        using Network network = Network.Create(
            new NetworkShape { Inputs = 5, Hidden = [.. new[] { 30, 24, 18 }.Take(depth)], Outputs = 3, Densities = [0.3],
            Normalisation = normalisation }, 4);
        return (new ReferenceNetwork(network), ReferenceData.UnitRows(3, 5));
    }

    private static double Difference(ReferenceNetwork network, float[] row, double[] weights, int at, int output)
    {
        double kept = weights[at];
        weights[at] = kept + Change;
        double above = network.Forward(row).Outputs[output];
        weights[at] = kept - Change;
        double below = network.Forward(row).Outputs[output];
        weights[at] = kept;
        return (above - below) / (2 * Change);
    }

    private static double[] Unit(int length, int at) => [.. Enumerable.Range(0, length).Select(i => i == at ? 1.0 : 0.0)];
}
