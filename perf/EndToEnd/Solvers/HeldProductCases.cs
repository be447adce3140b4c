using Subquad.Perf.Reports;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Perf.EndToEnd.Solvers;

/// <summary>What a pass of a batch pays for a group of held terms: the constants of the flush policy's cost model.</summary>
static class HeldProductCases
{
    const int Repeats = 5;

    static readonly (int Width, double Density)[] s_layers = [(4_096, 0.034), (16_384, 0.0244)];
    static readonly int[] s_data = [64, 512], s_terms = [64, 256, 1_024];

    /// <summary>Rows of kind `held`: append (copy and turn round), product (forward), transposed (pull-back).</summary>
    public static IEnumerable<Row> Run()
    {
        using var team = new WorkerTeam(Environment.ProcessorCount);
        var kernels = new TeamKernels(KernelSets.Best, team);
        foreach ((int width, double density) in s_layers)
            foreach (int data in s_data)
                foreach (int terms in s_terms)
                    foreach (Row row in Run(kernels, width, density, data, terms))
                        yield return row;
    }

    static List<Row> Run(TeamKernels kernels, int width, double density, int data, int terms)
    {
        using var scratch = new TermProducts(kernels);
        using ActiveBatch inputs = RandomRows(data, width, density, 1), outputs = RandomRows(data, width, density, 2);
        using ActiveBatch termOutputs = RandomRows(terms, width, density, 3), termInputs = RandomRows(terms, width, density, 4);
        using var held = new LowRankTerms();
        using var sums = new PanelMatrix(width, data);
        using var pulled = new NativeBuffer<float>(inputs.Entries);
        return
        [
            Timed("append", () => held.Set(termOutputs, termOutputs.Values, termInputs, 1f)),
            Timed("product", () =>
            {
                scratch.Spread(inputs, inputs.Values);
                kernels.SubtractTransposed(sums, scratch.Of(held), held.Scale, sums);
            }),
            Timed("transposed", () =>
            {
                scratch.Spread(outputs, outputs.Values);
                scratch.Subtract(scratch.OfTransposed(held), held.Scale, inputs, pulled);
            }),
        ];

        Row Timed(string name, Action work) => new()
        {
            { "kind", "held" },
            { "name", name },
            { "m", width },
            { "n", data },
            { "terms", terms },
            { "density", density },
            { "threads", kernels.Team.Degree },
            { "kernels", kernels.Kernels.Name },
            { "seconds", Measure.Median(Repeats, work) },
        };
    }

    static ActiveBatch RandomRows(int count, int width, double density, int seed)
    {
        var random = new Random(seed);
        float[] rows = new float[count * width];
        foreach (ref float value in rows.AsSpan())
            value = random.NextDouble() < density ? 0.5f + random.NextSingle() : 0f;
        var batch = new ActiveBatch();
        batch.FillNonZero(rows, count, width);
        return batch;
    }
}
