using NUnit.Framework;
using Subquad;
using Subquad.Golden;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>
/// The same training runs on every machine and every kernel set: losses within 1e-4 of the golden file's as long as they are above a
/// thousandth of the first, and the active sets of the first forward pass. Fused sets find exactly those; one that rounds products may
/// differ from them, and only where a pre-activation is as close to its threshold as the roundings of its sum.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class GoldenTests(KernelSet kernels)
{
    private static GoldenRun[] Runs => GoldenRun.All;

    [TestCaseSource(nameof(Runs))]
    public void Losses_are_those_of_the_file_for_any_number_of_threads(GoldenRun run)
    {
        GoldenNumbers golden = GoldenFile.Read(run.Name);
        Assert.That(golden.Losses[^1], Is.LessThan(golden.Losses[0] / 4), "a run that trains");
        double[] losses = run.Losses(kernels, threads: 1);
        Assert.That(golden.Difference(losses), Is.Null);
        Numbers.SameBits(run.Losses(kernels, threads: 2), losses, "losses on two threads");
    }

    [TestCaseSource(nameof(Runs))]
    public void The_first_forward_pass_finds_the_active_sets_of_the_file(GoldenRun run)
    {
        GoldenNumbers golden = GoldenFile.Read(run.Name);
        if (kernels.IsFused)
        {
            Assert.That(golden.Difference(run.Layers(kernels)), Is.Null);
            return;
        }
        (Network network, FirstForward pass) = run.Begin(kernels);
        using Network owned = network;
        (Network fusedNetwork, FirstForward fused) = run.Begin(KernelSets.ByName("scalar"));
        fusedNetwork.Dispose();
        for (int layer = 0; layer < golden.Layers.Length; layer++)
        {
            Assert.That(fused.Summary(layer), Is.EqualTo(golden.Layers[layer]), "the scalar set, with which this one is compared");
            AssertDiffersByRounding(network.Layers.Hidden[layer], layer, pass, fused);
        }
    }

    /// <summary>
    /// A neuron that fires in one pass only has both sums, exact for what entered its layer, within the bound of their roundings and of the
    /// difference of what entered.
    /// </summary>
    private static void AssertDiffersByRounding(Layer hidden, int layer, FirstForward pass, FirstForward fused)
    {
        float[] weights = Samples.ToArray(hidden.LowRank, isFused: true);
        for (int datum = 0; datum < pass.Rows.Count; datum++)
        {
            int[] differing =
                [.. pass.Ids[layer][datum].Except(fused.Ids[layer][datum]), .. fused.Ids[layer][datum].Except(pass.Ids[layer][datum])];
            if (differing.Length == 0)
                continue;
            double[] h = pass.InputOf(layer, datum, hidden.Inputs), fusedH = fused.InputOf(layer, datum, hidden.Inputs);
            Assert.That(ReferenceData.Distance(h, fusedH), Is.LessThan(1e-5), $"h of datum {datum} below layer {layer + 1}");
            foreach (int neuron in differing)
            {
                ReadOnlySpan<float> row = weights.AsSpan(neuron * hidden.Inputs, hidden.Inputs);
                (double sum, double bound) = Sum(row, h);
                (double fusedSum, double fusedBound) = Sum(row, fusedH);
                Assert.That(
                    Math.Abs(fusedSum - hidden.Thresholds[neuron]), Is.LessThanOrEqualTo(bound + fusedBound + Math.Abs(sum - fusedSum)),
                    $"neuron {neuron} of layer {layer + 1}, datum {datum}");
            }
        }
    }

    /// <summary>
    /// w . h in float64, and how far any order of its multiply-adds in float32 may be from it, fused or not: two roundings a term.
    /// </summary>
    private static (double Sum, double Bound) Sum(ReadOnlySpan<float> w, double[] h)
    {
        double sum = 0, magnitude = 0;
        int terms = 0;
        for (int j = 0; j < h.Length; j++)
            if (h[j] != 0)
            {
                sum += w[j] * h[j];
                magnitude += Math.Abs(w[j] * h[j]);
                terms++;
            }
        return (sum, Tolerance.Reduction(2 * terms, magnitude));
    }
}
