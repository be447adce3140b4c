using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.EndToEnd.Trainings;

/// <summary>The data of the theory's experiments: unit vectors in random directions, and +-1 for each output.</summary>
static class RandomUnitData
{
    public static Dataset Create(int count, int dimension, int outputs, int seed)
    {
        float[] inputs = new float[count * dimension], targets = new float[count * outputs];
        KernelSet kernels = KernelSets.Best;
        for (int datum = 0; datum < count; datum++)
        {
            Span<float> row = inputs.AsSpan(datum * dimension, dimension);
            kernels.FillNormal(row, (ulong)seed, (uint)datum, layer: uint.MaxValue, deviation: 1);
            float scale = (float)(1 / Math.Sqrt(kernels.SquaredNorm(row)));
            foreach (ref float element in row)
                element *= scale;
        }
        var random = new Random(seed);
        foreach (ref float target in targets.AsSpan())
            target = random.Next(2) == 0 ? -1 : 1;
        return Dataset.From(inputs, dimension, targets, outputs).WithoutTransforms();
    }
}
