using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests;

/// <summary>As <see cref="ContractTests"/>, for the verbs of certified activity.</summary>
[TestFixture]
public sealed class CertificateContractTests
{
    // The checks are the same code for every set.
    private static KernelSet Kernels => KernelSets.Best;

    [Test]
    public void Norms_of_a_wrong_shape_are_refused()
    {
        using var problem = new Problem(new Shape(130, 70, 3, 0.5));
        using var norms = new PanelMatrix(130, 3);
        using var few = new PanelMatrix(130, 2);
        using var low = new PanelMatrix(129, 3);
        using var narrow = new PanelMatrix(130, 69);
        using var rows = new NativeBuffer<float>(256);
        using var fewRows = new NativeBuffer<float>(255);
        Refused(() => Kernels.SupportNorms(problem.Weights, problem.Inputs, 1f, few, 0, 2));
        Refused(() => Kernels.SupportNorms(problem.Weights, problem.Inputs, 1f, low, 0, 2));
        Refused(() => Kernels.SupportNorms(narrow, problem.Inputs, 1f, norms, 0, 2));
        Refused(() => Kernels.SupportNorms(problem.Weights, problem.Inputs, 1f, norms, 1, 2));
        Refused(() => Kernels.SupportNorms(problem.Weights, problem.Inputs, 1f, norms, 0, 6));
        Refused(() => Kernels.RowNorms(problem.Weights, 1f, fewRows, 0, 4));
        Refused(() => Kernels.RowNorms(problem.Weights, 1f, rows, 0, 5));
        Refused(() => Kernels.RowNorms(problem.Weights, 1f, rows, -1, 4));
        Kernels.SupportNorms(problem.Weights, problem.Inputs, 1f, norms, 0, 4);
        Kernels.RowNorms(problem.Weights, 1f, rows, 0, 4);
    }

    [Test]
    public void Raising_a_wrong_shape_is_refused()
    {
        using var source = new PanelMatrix(130, 3);
        using var target = new PanelMatrix(130, 3);
        using var few = new PanelMatrix(130, 2);
        using var low = new PanelMatrix(129, 3);
        using var slack = new NativeBuffer<float>(256);
        using var sizes = new NativeBuffer<float>(3);
        using var fewSizes = new NativeBuffer<float>(2);
        Refused(() => Kernels.Raise(source, slack, sizes, few, 0, 4));
        Refused(() => Kernels.Raise(source, slack, sizes, low, 0, 4));
        Refused(() => Kernels.Raise(source, sizes, sizes, target, 0, 4));
        Refused(() => Kernels.Raise(source, slack, fewSizes, target, 0, 4));
        Refused(() => Kernels.Raise(source, slack, sizes, target, 0, 5));
        Refused(() => Kernels.Raise(source, slack, sizes, target, -1, 4));
        Kernels.Raise(source, slack, sizes, target, 0, 4);
    }

    [Test]
    public void Bounds_of_a_wrong_shape_are_refused()
    {
        using var upper = new PanelMatrix(130, 3);
        using var few = new PanelMatrix(130, 2);
        using var low = new PanelMatrix(129, 3);
        using var bound = new RowBound(130, 3);
        using var fewData = new RowBound(130, 2);
        using var fewRows = new RowBound(128, 3);
        using var lists = new ActiveBatch();
        lists.Reshape(3, 130);
        Refused(() => Kernels.RaiseAndCountUncertain(upper, few, bound, lists, 0, 1));
        Refused(() => Kernels.RaiseAndCountUncertain(upper, low, bound, lists, 0, 1));
        Refused(() => Kernels.RaiseAndCountUncertain(low, low, bound, lists, 0, 1));
        Refused(() => Kernels.RaiseAndCountUncertain(upper, upper, fewData, lists, 0, 1));
        Refused(() => Kernels.RaiseAndCountUncertain(upper, upper, fewRows, lists, 0, 1));
        Refused(() => Kernels.RaiseAndCountUncertain(upper, upper, bound, lists, 0, 2));
        Refused(() => Kernels.RaiseAndCountUncertain(upper, upper, bound, lists, -1, 1));
        foreach (NativeBuffer<float> part in new[] { bound.On, bound.Off, bound.Sizes })
        {
            part[2] = float.PositiveInfinity;
            Refused(() => Kernels.RaiseAndCountUncertain(upper, upper, bound, lists, 0, 1));
            part[2] = 0f;
        }
        bound.Limits.Clear();
        Kernels.RaiseAndCountUncertain(upper, upper, bound, lists, 0, 1);
        lists.SumCounts();
        Refused(() => Kernels.ListUncertain(upper, bound, lists, 0, 1));
        lists.ReserveEntries(lists.Entries);
        Refused(() => Kernels.ListUncertain(few, bound, lists, 0, 1));
        Refused(() => Kernels.ListUncertain(upper, bound, lists, 1, 0));
    }

    [Test]
    public void Elements_of_a_wrong_shape_are_not_set()
    {
        using var problem = new Problem(new Shape(130, 70, 3, 0.5));
        using var target = new PanelMatrix(130, 3);
        using var few = new PanelMatrix(130, 2);
        using var slack = new NativeBuffer<float>(130);
        using var fewSlack = new NativeBuffer<float>(129);
        using var sizes = new NativeBuffer<float>(3);
        using var fewSizes = new NativeBuffer<float>(2);
        Refused(() => Kernels.SetListed(problem.Outputs, sizes, slack, sizes, target, 0, 1));
        Refused(() => Kernels.SetListed(problem.Outputs, problem.Outputs.Values, fewSlack, sizes, target, 0, 1));
        Refused(() => Kernels.SetListed(problem.Outputs, problem.Outputs.Values, slack, fewSizes, target, 0, 1));
        Refused(() => Kernels.SetListed(problem.Outputs, problem.Outputs.Values, slack, sizes, few, 0, 1));
        Refused(() => Kernels.SetListed(problem.Outputs, problem.Outputs.Values, slack, sizes, target, 0, 2));
        Kernels.SetListed(problem.Outputs, problem.Outputs.Values, slack, sizes, target, 0, 1);
    }

    [Test]
    public void Listed_rows_of_a_wrong_shape_are_refused()
    {
        using var problem = new Problem(new Shape(130, 70, 3, 0.5));
        using var lists = new ActiveBatch();
        using var others = new ActiveBatch();
        using var sums = new NativeBuffer<float>(problem.Outputs.Entries);
        using var few = new NativeBuffer<float>(problem.Outputs.Entries - 1);
        using var thresholds = new NativeBuffer<float>(130);
        using var fewThresholds = new NativeBuffer<float>(129);
        lists.Reshape(3, 130);
        others.Reshape(3, 129);
        sums.Span.Fill(1f);
        ActiveBatch listed = problem.Outputs;
        Refused(() => Kernels.CountListedAbove(listed, few, thresholds, lists, 0, 1));
        Refused(() => Kernels.CountListedAbove(listed, sums, fewThresholds, lists, 0, 1));
        Refused(() => Kernels.CountListedAbove(listed, sums, thresholds, others, 0, 1));
        Refused(() => Kernels.CountListedAbove(listed, sums, thresholds, lists, 0, 2));
        Kernels.CountListedAbove(listed, sums, thresholds, lists, 0, 1);
        lists.SumCounts();
        Refused(() => Kernels.CompressListedAbove(listed, sums, thresholds, 1f, lists, 0, 1));
        lists.ReserveEntries(lists.Entries);
        Refused(() => Kernels.CompressListedAbove(listed, few, thresholds, 1f, lists, 0, 1));
        Refused(() => Kernels.CompressListedAbove(listed, sums, thresholds, 1f, lists, -1, 1));
        Kernels.CompressListedAbove(listed, sums, thresholds, 1f, lists, 0, 1);
    }

    [Test]
    public void Lists_of_another_shape_than_their_matrix_are_refused()
    {
        using PanelMatrix matrix = Samples.Panels(Samples.Dense(new Random(1), 130 * 3), 130, 3);
        using var lists = new ActiveBatch();
        using var others = new ActiveBatch();
        lists.Reshape(3, 130);
        others.Reshape(130, 3);
        Refused(() => Kernels.CountNonZero(matrix, others, 0, 1));
        Refused(() => Kernels.CountNonZero(matrix, lists, 0, 2));
        Refused(() => Kernels.CountNonZero(matrix, lists, -1, 1));
        Kernels.CountNonZero(matrix, lists, 0, 1);
        lists.SumCounts();
        Refused(() => Kernels.ListNonZero(matrix, lists, 0, 1));
        lists.ReserveEntries(lists.Entries);
        Refused(() => Kernels.ListNonZero(matrix, lists, 0, 2));
        Kernels.ListNonZero(matrix, lists, 0, 1);
    }

    private static void Refused(Action call) => Assert.That(call, Throws.InstanceOf<ArgumentException>().With.Message.Contains("expected"));
}
