using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Optimizers.GaussNewton;
using Subquad.Simd;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Engine;

/// <summary>J^T, J J^T and the class-averaged Gram matrix in float32 against float64, packed and not.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class JacobianTests(KernelSet kernels)
{
    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (long packed in new[] { 0, long.MaxValue })
        {
            yield return new TestCaseData(Shapes.Odd, 1, 0, true, packed);
            yield return new TestCaseData(Shapes.Odd, 3, 1, false, packed);
            yield return new TestCaseData(Shapes.Odd, 33, 0, true, packed);
            yield return new TestCaseData(Shapes.OneOutput, 65, 1, true, packed);
            yield return new TestCaseData(Shapes.Odd, 9, 2, true, packed);
            yield return new TestCaseData(Shapes.Plain, 9, 0, true, packed);
            yield return new TestCaseData(Shapes.Dense, 9, 0, false, packed);
            yield return new TestCaseData(Shapes.ManyOutputs, 3, 0, true, packed);
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void The_pull_back_matches_in_every_layer(NetworkShape shape, int count, int from, bool trainsOutput, long packed)
    {
        using var run = new EngineCase(shape, kernels, count, from);
        (Jacobian jacobian, ClassAveragedGram gram) = run.Differentiate(trainsOutput, packed);
        using (jacobian)
        using (gram)
        using (OutputVector cotangents = Random(count, shape.Outputs))
        {
            jacobian.PullBack(cotangents);
            double[][][] expected = [.. run.Points.Select((point, datum) => run.Reference.PullBack(point, cotangents[datum]))];
            for (int layer = from; layer < shape.Hidden.Count; layer++)
            {
                var found = new double[count * shape.Hidden[layer]];
                foreach ((int datum, int id, long place) in Samples.Entries(run.State.Of(layer).Sets.Active))
                    found[datum * shape.Hidden[layer] + id] = jacobian.CotangentOf(layer)[place];
                Assert.That(
                    ReferenceData.Distance(found, [.. expected.SelectMany(u => u[layer])]), Is.LessThan(1e-5), $"u of layer {layer + 1}");
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void The_operator_matches(NetworkShape shape, int count, int from, bool trainsOutput, long packed)
    {
        using var run = new EngineCase(shape, kernels, count, from);
        (Jacobian jacobian, ClassAveragedGram gram) = run.Differentiate(trainsOutput, packed);
        using (jacobian)
        using (gram)
        using (OutputVector x = Random(count, shape.Outputs))
        using (OutputVector result = Random(count, shape.Outputs))
        {
            jacobian.HiddenStepScale = 0.7f;
            jacobian.MultiplyGram(x, result);
            double[,] exact = new ReferenceBatch(run.Reference, run.Points, from, trainsOutput, jacobian.HiddenStepScale).Gram();
            double[] flat = Flat(x),
                expected = [.. flat.Select((_, a) => Enumerable.Range(0, flat.Length).Sum(b => exact[a, b] * flat[b]))];
            Assert.That(ReferenceData.Distance(Flat(result), expected), Is.LessThan(1e-5));
        }
    }

    [TestCase(true, 0)]
    [TestCase(false, 1)]
    public void With_one_output_the_gram_matrix_is_exact(bool trainsOutput, int from)
    {
        using var run = new EngineCase(Shapes.OneOutput, kernels, 65, from);
        (Jacobian jacobian, ClassAveragedGram gram) = run.Differentiate(trainsOutput);
        using (jacobian)
        using (gram)
        {
            gram.Build(run.State, seed: 5, hiddenStepScale: 0.7f, (_, _) => 1f);
            double[,] exact = new ReferenceBatch(run.Reference, run.Points, from, trainsOutput, 0.7f).Gram();
            Assert.That(ReferenceData.Distance(Elements(gram.Matrix), [.. exact.Cast<double>()]), Is.LessThan(1e-5));
        }
    }

    [Test]
    public void With_several_outputs_the_gram_matrix_is_the_average_of_the_diagonal_blocks_in_the_mean()
    {
        const int Draws = 64;
        using var run = new EngineCase(Shapes.Odd, kernels, 9, 1);
        (Jacobian jacobian, ClassAveragedGram gram) = run.Differentiate(trainsOutput: true);
        using (jacobian)
        using (gram)
        {
            var mean = new double[9 * 9];
            for (int draw = 0; draw < Draws; draw++)
            {
                // Seeds four apart, since a build uses as many streams.
                gram.Build(run.State, (ulong)(4 * draw), 0.7f, (_, _) => 1f);
                double[] elements = Elements(gram.Matrix);
                for (int i = 0; i < mean.Length; i++)
                    mean[i] += elements[i] / Draws;
            }
            double[,] average = new ReferenceBatch(run.Reference, run.Points, 1, true, 0.7f).AveragedGram();
            Assert.That(ReferenceData.Distance(mean, [.. average.Cast<double>()]), Is.LessThan(0.05));
        }
    }

    /// <summary>K from the factor of K + mu I, the only way to look at it.</summary>
    private static double[] Elements(DampedGram gram)
    {
        int n = gram.Order;
        double mu = gram.Trace / n;
        Assert.That(gram.Factor(mu));
        var elements = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                for (int k = 0; k <= Math.Min(i, j); k++)
                    elements[i * n + j] += gram.Spare[(long)i * gram.Stride + k] * gram.Spare[(long)j * gram.Stride + k];
                elements[i * n + j] -= i == j ? mu : 0;
            }
        return elements;
    }

    private static OutputVector Random(int count, int outputs)
    {
        var vector = new OutputVector();
        vector.Reshape(count, outputs);
        float[] values = ReferenceData.Normals(count * outputs);
        for (int datum = 0; datum < count; datum++)
            for (int c = 0; c < outputs; c++)
                vector[datum][c] = values[datum * outputs + c];
        return vector;
    }

    private static double[] Flat(OutputVector vector) =>
        [.. Enumerable.Range(0, vector.Count).SelectMany(datum => vector[datum].ToArray())];
}
