using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests;

/// <summary>Every build checks shapes and ranges before a kernel gets pointers.</summary>
[TestFixture]
public sealed class ContractTests
{
    // The checks are the same code for every set.
    private static KernelSet Kernels => KernelSets.Best;

    [Test]
    public void A_forward_pass_of_a_wrong_shape_is_refused()
    {
        using var problem = new Problem(new Shape(130, 70, 3, 0.5));
        using var sums = new PanelMatrix(130, 3);
        using var few = new PanelMatrix(130, 2);
        using var narrow = new PanelMatrix(130, 69);
        Refused(() => Kernels.Accumulate(problem.Weights, problem.Inputs, few, 0, 2));
        Refused(() => Kernels.Accumulate(narrow, problem.Inputs, sums, 0, 2));
        Refused(() => Kernels.Accumulate(problem.Weights, problem.Inputs, sums, 1, 2));
        Refused(() => Kernels.Accumulate(problem.Weights, problem.Inputs, sums, 0, 6));
        Refused(() => Kernels.AccumulateDense(problem.Weights, few, sums, 0, 2));
        Refused(() => Kernels.Accumulate(problem.Weights, problem.Inputs, sums, -2, 2));
        using var fewValues = new NativeBuffer<float>(problem.Inputs.Entries - 1);
        Refused(() => Kernels.Accumulate(problem.Weights, problem.Inputs, fewValues, sums, 0, 2));
    }

    [Test]
    public void Rounding_into_a_wrong_shape_is_refused()
    {
        using var source = new PanelMatrix(130, 7);
        using var target = new PanelMatrix(300, 7, ElementFormat.BFloat16);
        using var narrow = new PanelMatrix(300, 6, ElementFormat.BFloat16);
        Refused(() => Kernels.Round(source, narrow, 0));
        Refused(() => Kernels.Round(source, target, 4));
        Refused(() => Kernels.Round(source, target, -1));
        Kernels.Round(source, target, 2);
    }

    [Test]
    public void Active_pairs_of_a_wrong_shape_are_refused()
    {
        using var problem = new Problem(new Shape(130, 70, 3, 0.5));
        using var other = new Problem(new Shape(131, 70, 3, 0.5));
        using var more = new Problem(new Shape(130, 70, 4, 0.5));
        using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
        using var packed = new PackedBlocks();
        using var scratch = new Arena();
        packed.Plan(more.Outputs, more.Inputs);
        NativeBuffer<float> values = problem.Transposed.Lists.Values;
        Refused(
            () => Kernels.PullBack(problem.Weights, problem.Outputs, problem.Outputs.Values, problem.Transposed, pulled, 0, 71, scratch));
        Refused(() => Kernels.PullBack(other.Weights, problem.Outputs, problem.Outputs.Values, problem.Transposed, pulled, 0, 70, scratch));
        Refused(
            () => Kernels.Scatter(problem.Weights, problem.Outputs, problem.Outputs.Values, more.Transposed, values, 1f, 0, 1, scratch));
        Refused(() => Kernels.Pack(problem.Weights, problem.Outputs, problem.Transposed, packed, 0, 70, scratch));
    }

    [Test]
    public void Active_pairs_with_too_few_values_or_a_range_outside_are_refused()
    {
        using var problem = new Problem(new Shape(130, 70, 3, 0.5));
        using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
        using var pushed = new NativeBuffer<float>(problem.Outputs.Entries);
        using var fewInputs = new NativeBuffer<float>(problem.Inputs.Entries - 1);
        using var fewOutputs = new NativeBuffer<float>(problem.Outputs.Entries - 1);
        using var scratch = new Arena();
        (PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs) = (problem.Weights, problem.Outputs, problem.Transposed);
        (NativeBuffer<float> u, NativeBuffer<float> x) = (outputs.Values, inputs.Lists.Values);
        Refused(() => Kernels.PullBack(weights, outputs, fewOutputs, inputs, pulled, 0, 70, scratch));
        Refused(() => Kernels.PullBack(weights, outputs, u, inputs, fewInputs, 0, 70, scratch));
        Refused(() => Kernels.PullBack(weights, outputs, u, inputs, pulled, -1, 70, scratch));
        Refused(() => Kernels.PushForward(weights, outputs, fewOutputs, inputs, x, 0, 1, scratch));
        Refused(() => Kernels.PushForward(weights, outputs, pushed, inputs, fewInputs, 0, 1, scratch));
        Refused(() => Kernels.PushForward(weights, outputs, pushed, inputs, x, 0, 2, scratch));
        Refused(() => Kernels.Scatter(weights, outputs, fewOutputs, inputs, x, 1f, 0, 1, scratch));
        Refused(() => Kernels.Scatter(weights, outputs, u, inputs, fewInputs, 1f, 0, 1, scratch));
        Refused(() => Kernels.Scatter(weights, outputs, u, inputs, x, 1f, 1, 0, scratch));
    }

    [Test]
    public void Packed_blocks_with_too_few_values_or_a_range_outside_are_refused()
    {
        using var problem = new Problem(new Shape(130, 70, 3, 0.5));
        using var other = new Problem(new Shape(130, 70, 3, 0.6));
        using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
        using var pushed = new NativeBuffer<float>(problem.Outputs.Entries);
        using var fewInputs = new NativeBuffer<float>(problem.Inputs.Entries - 1);
        using var fewOutputs = new NativeBuffer<float>(problem.Outputs.Entries - 1);
        using var packed = new PackedBlocks();
        using var scratch = new Arena();
        packed.Plan(problem.Outputs, problem.Inputs);
        Refused(() => Kernels.Pack(problem.Weights, problem.Outputs, other.Transposed, packed, 0, 70, scratch));
        Refused(() => Kernels.Pack(problem.Weights, problem.Outputs, problem.Transposed, packed, 0, 71, scratch));
        Refused(() => Kernels.PullBackPacked(packed, fewOutputs, pulled, 0, 3, scratch));
        Refused(() => Kernels.PullBackPacked(packed, problem.Outputs.Values, fewInputs, 0, 3, scratch));
        Refused(() => Kernels.PullBackPacked(packed, problem.Outputs.Values, pulled, 0, 4, scratch));
        Refused(() => Kernels.PushForwardPacked(packed, fewInputs, pushed, 0, 3, scratch));
        Refused(() => Kernels.PushForwardPacked(packed, problem.Inputs.Values, fewOutputs, 0, 3, scratch));
        Refused(() => Kernels.PushForwardPacked(packed, problem.Inputs.Values, pushed, 0, 4, scratch));
    }

    [Test]
    public void Lists_thresholds_and_gram_matrices_of_a_wrong_shape_are_refused()
    {
        using var problem = new Problem(new Shape(130, 70, 3, 0.5));
        using var sums = new PanelMatrix(130, 3);
        using var thresholds = new NativeBuffer<float>(200);
        using var nothing = new NativeBuffer<float>(0);
        using var gram = new NativeBuffer<double>(3 * 128);
        using var lists = new ActiveBatch();
        lists.Reshape(3, 130);
        Refused(() => Kernels.CountAbove(sums, thresholds, lists, 0, 1));
        Refused(() => Kernels.GatherActive(sums, problem.Outputs, false, nothing, 0, 1));
        Refused(() => Kernels.Spread(problem.Inputs, problem.Inputs.Values, sums, 0, 2));
        Refused(() => Kernels.Gram(sums, problem.Inputs, problem.Inputs.Values, gram, 128, 0, 2));
        Refused(() => Kernels.SubtractTransposed(sums, sums, 1f, sums, 0, 2));
    }

    [Test]
    public void Lists_and_layouts_with_too_few_values_or_a_range_outside_are_refused()
    {
        using var problem = new Problem(new Shape(130, 70, 3, 0.5));
        using var sums = new PanelMatrix(130, 3);
        using var rows = new PanelMatrix(3, 70);
        using var transposed = new PanelMatrix(3, 130);
        using var square = new PanelMatrix(3, 3);
        using var thresholds = new NativeBuffer<float>(256);
        using var few = new NativeBuffer<float>(problem.Inputs.Entries - 1);
        using var gathered = new NativeBuffer<float>(problem.Outputs.Entries);
        using var gram = new NativeBuffer<double>(3 * 128);
        using var lists = new ActiveBatch();
        lists.Reshape(3, 130);
        Refused(() => Kernels.CountAbove(sums, thresholds, lists, 0, 2));
        Kernels.CountAbove(sums, thresholds, lists, 0, 1);
        lists.SumCountsAndReserve();
        Refused(() => Kernels.CompressAbove(sums, thresholds, 1f, lists, -1, 1));
        Refused(() => Kernels.GatherActive(sums, problem.Outputs, false, gathered, 0, 2));
        Refused(() => Kernels.GatherActive(sums, problem.Outputs, true, gathered, 0, 1));
        Refused(() => Kernels.Spread(problem.Inputs, few, rows, 0, 2));
        Refused(() => Kernels.Spread(problem.Inputs, problem.Inputs.Values, rows, 0, 3));
        Refused(() => Kernels.Gram(rows, problem.Inputs, few, gram, 128, 0, 2));
        Refused(() => Kernels.Gram(rows, problem.Inputs, problem.Inputs.Values, gram, 128, 0, 1));
        Refused(() => Kernels.Gram(rows, problem.Inputs, problem.Inputs.Values, gram, 64, 0, 2));
        Refused(() => Kernels.SubtractTransposed(sums, transposed, 1f, sums, 0, 5));
        Refused(() => Kernels.NarrowSymmetric(gram, 2, square, 0, 2));
        Refused(() => Kernels.NarrowSymmetric(gram, 128, square, 0, 3));
    }

    [Test]
    public void Vectors_and_factors_of_a_wrong_shape_are_refused()
    {
        using var matrix = new NativeBuffer<double>(128 * 128);
        using var small = new NativeBuffer<double>(64);
        Refused(() => Kernels.Dot(new float[3], new float[4]));
        Refused(() => Kernels.Dot(new double[3], new double[4]));
        Refused(() => Kernels.Axpy(1f, new float[3], new float[4]));
        Refused(() => Kernels.Axpy(1.0, new double[3], new double[4]));
        Refused(() => Kernels.AddProduct(1.0, new double[3], new double[3], new double[4]));
        Refused(() => Kernels.SolveBelowDiagonal(matrix, 128, 0, 100, small, 64, 100));
        Refused(() => Kernels.UpdateTrailing(matrix, 100, 0, 100, matrix, 64, 100));
        Refused(() => Kernels.SolveFactored(matrix, 128, 100, small, 16));
    }

    [Test]
    public void Steps_of_a_factorisation_outside_the_matrix_are_refused()
    {
        using var matrix = new NativeBuffer<double>(128 * 128);
        using var panel = new NativeBuffer<double>(144 * KernelSet.CholeskyBlock);
        Refused(() => Kernels.FactorDiagonal(matrix, 128, 128, 128));
        Refused(() => Kernels.FactorDiagonal(matrix, 128, 32, 128));
        Refused(() => Kernels.FactorDiagonal(matrix, 64, 0, 128));
        Refused(() => Kernels.FactorDiagonal(matrix, 128, 0, 129));
        Refused(() => Kernels.SolveBelowDiagonal(matrix, 128, 0, 128, panel, 0, 128));
        Refused(() => Kernels.SolveBelowDiagonal(matrix, 128, 0, 128, panel, 65, 128));
        Refused(() => Kernels.UpdateTrailing(matrix, 128, 0, 128, panel, 64, 129));
        Refused(() => Kernels.SolveFactored(matrix, 64, 128, panel, 16));
    }

    [Test]
    public void Queries_of_another_shape_than_the_rows_are_refused()
    {
        using var tree = new RowTree(3, 1);
        using var hits = new SearchHits();
        float[] x = new float[3], narrow = new float[2];
        Refused(() => Kernels.ReportHalfSpace(tree, narrow, 1f, 0f, 0f, hits));
        Refused(() => Kernels.ReportHalfSpace(tree, x, 0f, 0f, 0f, hits));
        Refused(() => Kernels.Nearest(tree, narrow, 1, 0f, hits));
        Refused(() => Kernels.Nearest(tree, x, -1, 0f, hits));
        Refused(() => Kernels.LargestProducts(tree, x, float.NaN, 1, 0f, hits));
        Refused(() => Kernels.LargestProducts(tree, x, 1f, -1, 0f, hits));
        Kernels.ReportHalfSpace(tree, x, 1f, 0f, 0f, hits);
        Kernels.Nearest(tree, x, 1, 0f, hits);
        Kernels.LargestProducts(tree, x, 1f, 1, 0f, hits);
        Assert.That(hits.Count, Is.Zero, "no leaf is in use");
    }

    private static void Refused(Action call) => Assert.That(call, Throws.InstanceOf<ArgumentException>().With.Message.Contains("expected"));
}
