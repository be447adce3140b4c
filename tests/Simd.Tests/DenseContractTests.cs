using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests;

/// <summary>As <see cref="ContractTests"/>, for sketches and dense float64.</summary>
[TestFixture]
public sealed class DenseContractTests
{
    // The checks are the same code for every set.
    private static KernelSet Kernels => KernelSets.Best;

    [Test]
    public void Transforms_of_a_wrong_length_are_refused()
    {
        float[] vector = new float[96], matrix = new float[4 * 2048];
        Refused(() => Kernels.TransformHadamard(vector));
        Refused(() => Kernels.TransformHadamard([]));
        Refused(() => Kernels.TransformHadamardColumns(matrix, 512, 0, 512));
        Refused(() => Kernels.TransformHadamardColumns(matrix, 2048, 512, 2048));
        Refused(() => Kernels.TransformHadamardColumns(matrix, 2048, 0, 3072));
        Refused(() => Kernels.TransformHadamardColumns(matrix.AsSpan(0, 3 * 2048), 2048, 0, 2048));
        Refused(() => Kernels.TransformHadamardColumns(new float[32 * 1024], 1024, 0, 1024));
    }

    [Test]
    public void Sketches_of_entries_without_a_place_are_refused()
    {
        Refused(() => Kernels.SampleHadamard([1, 2], [1f], [0], new float[1]));
        Refused(() => Kernels.SampleHadamard([1], [1f], [0], new float[2]));
        Refused(() => Kernels.CountSketch([1], [1f], [0], [1f], new float[1]));
        Refused(() => Kernels.CountSketch([0], [1f], [1], [1f], new float[1]));
        Refused(() => Kernels.CountSketch([0], [1f], [0], [1f, 1f], new float[1]));
        Refused(() => Kernels.CountSketch([-1], [1f], [0], [1f], new float[1]));
    }

    [Test]
    public void Outer_products_outside_their_panel_are_refused()
    {
        using var rows = new NativeBuffer<double>(20 * 300);
        using var panel = new NativeBuffer<double>(32 * 10);
        using var gram = new NativeBuffer<double>(20 * 32);
        Refused(() => Kernels.PackRows(rows, 300, 0, 257, panel, 0, 20));
        Refused(() => Kernels.PackRows(rows, 300, 0, 11, panel, 0, 20));
        Refused(() => Kernels.PackRows(rows, 300, 295, 305, panel, 0, 20));
        Refused(() => Kernels.PackRows(rows, 300, 0, 10, panel, 8, 20));
        Refused(() => Kernels.PackRows(rows, 300, 0, 10, panel, 0, 21));
        Refused(() => Kernels.AddOuterProduct(panel, 11, gram, 32, 0, 20));
        Refused(() => Kernels.AddOuterProduct(panel, 10, gram, 24, 0, 20));
        Refused(() => Kernels.AddOuterProduct(panel, 10, gram, 32, 4, 20));
        Refused(() => Kernels.AddOuterProduct(panel, 10, gram, 32, 0, 21));
    }

    [Test]
    public void Solves_and_symmetric_products_of_a_wrong_shape_are_refused()
    {
        using var matrix = new NativeBuffer<double>(20 * 20);
        using var right = new NativeBuffer<double>(20 * 32);
        using var scratch = new Arena();
        double[] x = new double[20], y = new double[20], partial = new double[20];
        Refused(() => Kernels.SolveLower(matrix, 20, 21, right, 32, 0, 32, scratch));
        Refused(() => Kernels.SolveLower(matrix, 20, 20, right, 40, 0, 32, scratch));
        Refused(() => Kernels.SolveUpper(matrix, 20, 20, right, 32, 0, 20, scratch));
        Refused(() => Kernels.SolveUpper(matrix, 20, 20, right, 32, 16, 48, scratch));
        Refused(() => Kernels.SolveLower(matrix, 20, new double[21]));
        Refused(() => Kernels.SolveUpper(matrix, 19, new double[20]));
        Refused(() => Kernels.MultiplySymmetric(matrix, 20, x, y, partial, 2, 20));
        Refused(() => Kernels.MultiplySymmetric(matrix, 20, x, y, partial, 0, 16));
        Refused(() => Kernels.MultiplySymmetric(matrix, 20, x, new double[19], partial, 0, 20));
        Refused(() => Kernels.MultiplySymmetric(matrix, 19, x, y, partial, 0, 20));
    }

    private static void Refused(Action call) => Assert.That(call, Throws.InstanceOf<ArgumentException>().With.Message.Contains("expected"));
}
