using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;
using Subquad.Simd.Memory;
using Subquad.Simd.Tests.Kernels;
using Subquad.Support;

namespace Subquad.Simd.Tests.Interop;

/// <summary>As <see cref="GuardedCoreTests"/>, for the verbs of certified activity.</summary>
[TestFixtureSource(typeof(CoreSource), nameof(CoreSource.All))]
internal sealed unsafe class GuardedCoreCertificateTests(int index)
{
    private static readonly Shape[] s_shapes = [new(1, 1, 1, 1.0), new(129, 70, 5, 0.4), new(64, 513, 66, 0.1), new(520, 3, 7, 0.6)];

    private static KernelSet Managed => KernelSets.ByName("scalar");

    private CoreApi* Core => CoreLibrary.Probe.Apis[index];

    [TestCaseSource(nameof(s_shapes))]
    public void Uncertain_rows_stay_inside(Shape shape)
    {
        var random = new Random(1);
        using PanelMatrix upper = Samples.Panels(Samples.Dense(random, shape.Rows * shape.Data), shape.Rows, shape.Data);
        using PanelMatrix support = Samples.Panels(Samples.Dense(random, shape.Rows * shape.Data), shape.Rows, shape.Data);
        using var bound = new RowBound(shape.Rows, shape.Data);
        foreach (NativeBuffer<float> part in new[] { bound.Growth, bound.Norms, bound.Errors, bound.Limits, bound.Slack })
            Samples.Dense(random, shape.Rows).CopyTo(part.Span);
        foreach (NativeBuffer<float> part in new[] { bound.On, bound.Off, bound.Sizes })
            Samples.Dense(random, shape.Data).CopyTo(part.Span);
        using var lists = new ActiveBatch();
        lists.Reshape(shape.Data, shape.Rows);
        using var before = new PanelMatrix(1, 1);
        using var raised = new PanelMatrix(shape.Rows, shape.Data);
        using var set = new PanelMatrix(1, 1);
        before.CopyFrom(upper);
        Managed.RaiseAndCountUncertain(upper, support, bound, lists, 0, lists.Blocks);
        lists.SumCountsAndReserve();
        Managed.ListUncertain(upper, bound, lists, 0, lists.Blocks);
        Managed.Raise(upper, bound.Slack, bound.Sizes, raised, 0, raised.Panels);
        Samples.Dense(random, (int)lists.Entries).CopyTo(lists.Values.Span);
        set.CopyFrom(upper);
        Managed.SetListed(lists, lists.Values, bound.Slack, bound.Sizes, set, 0, lists.Blocks);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView bounds = guarded.Copy(before), norms = guarded.Copy(support), target = guarded.Like(raised);
            BoundView parts = guarded.Copy(bound);
            float* slack = guarded.Copy(bound.Slack);
            ActiveView found = guarded.Copy(lists);
            long* starts = guarded.Take<long>(lists.Blocks * lists.Count + 1);
            Core->RaiseAndCountUncertain(&bounds, &norms, &parts, starts, 0, lists.Blocks);
            Same(bounds, upper);
            SameCounts(starts, found);
            Clear(found, lists);
            Core->ListUncertain(&bounds, &parts, &found, 0, lists.Blocks);
            SameOffsets(found, lists);
            Core->Raise(&bounds, slack, parts.Sizes, &target, 0, raised.Panels);
            Same(target, raised);
            Core->SetListed(&found, slack, parts.Sizes, &bounds, 0, lists.Blocks);
            Same(bounds, set);
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Lists_of_what_is_not_zero_stay_inside(Shape shape)
    {
        using PanelMatrix matrix = Samples.Panels(Samples.Sparse(new Random(1), shape.Rows, shape.Data, 0.6), shape.Rows, shape.Data);
        using var lists = new ActiveBatch();
        lists.Reshape(shape.Data, shape.Rows);
        Managed.CountNonZero(matrix, lists, 0, lists.Blocks);
        lists.SumCountsAndReserve();
        Managed.ListNonZero(matrix, lists, 0, lists.Blocks);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView view = guarded.Copy(matrix);
            ActiveView found = guarded.Copy(lists);
            long* starts = guarded.Take<long>(lists.Blocks * lists.Count + 1);
            Core->CountNonZero(&view, starts, 0, lists.Blocks);
            SameCounts(starts, found);
            Clear(found, lists);
            Core->ListNonZero(&view, &found, 0, lists.Blocks);
            SameOffsets(found, lists);
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Thresholds_of_listed_rows_stay_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var lists = new ActiveBatch();
        using var thresholds = new NativeBuffer<float>(shape.Rows);
        ActiveBatch listed = problem.Outputs;
        lists.Reshape(shape.Data, shape.Rows);
        Managed.CountListedAbove(listed, listed.Values, thresholds, lists, 0, lists.Blocks);
        lists.SumCountsAndReserve();
        Managed.CompressListedAbove(listed, listed.Values, thresholds, 1.5f, lists, 0, lists.Blocks);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            ActiveView all = guarded.Copy(listed), found = guarded.Copy(lists);
            float* limits = guarded.Copy(thresholds);
            long* starts = guarded.Take<long>(lists.Blocks * lists.Count + 1);
            Core->CountListedAbove(&all, all.Values, limits, starts, 0, lists.Blocks);
            SameCounts(starts, found);
            Clear(found, lists);
            Core->CompressListedAbove(&all, all.Values, limits, 1.5f, &found, 0, lists.Blocks);
            SameOffsets(found, lists);
            Numbers.SameBits(new ReadOnlySpan<float>(found.Values, (int)lists.Entries), lists.Values.Slice(0, (int)lists.Entries), "values");
        }
    }

    private static void SameCounts(long* counts, ActiveView lists)
    {
        for (int run = 0; run < lists.Blocks * lists.Count; run++)
            Assert.That(counts[run + 1], Is.EqualTo(lists.Starts[run + 1] - lists.Starts[run]));
    }

    private static void Clear(ActiveView found, ActiveBatch lists) => new Span<ushort>(found.Offsets, (int)lists.Entries).Clear();

    private static void SameOffsets(ActiveView found, ActiveBatch lists) =>
        Assert.That(new ReadOnlySpan<ushort>(found.Offsets, (int)lists.Entries).SequenceEqual(lists.OffsetsAt(0, (int)lists.Entries)));

    private static void Same(PanelView found, PanelMatrix expected)
    {
        int length = (int)(expected.Panels * expected.PanelStride);
        Numbers.SameBits(new ReadOnlySpan<float>(found.Data, length), new ReadOnlySpan<float>(expected.View.Data, length), "panels");
    }
}
