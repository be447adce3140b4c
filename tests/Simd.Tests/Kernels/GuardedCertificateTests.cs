using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Simd.Tests.Lanes;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>The kernels of certified activity on operands of exactly the promised size between inaccessible pages: the same results as on buffers, and no access outside.</summary>
[TestFixtureSource(typeof(LaneSource), nameof(LaneSource.Single))]
internal sealed unsafe class GuardedCertificateTests<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private static readonly Shape[] s_shapes = [new(1, 1, 1, 1.0), new(129, 70, 5, 0.4), new(64, 513, 66, 0.1), new(520, 3, 7, 0.6)];

    private static KernelSet Kernels => KernelSets.ByName(TSimd.Name);

    [TestCaseSource(nameof(s_shapes))]
    public void Norms_stay_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var norms = new PanelMatrix(shape.Rows, shape.Data);
        int padded = norms.Panels * PanelMatrix.PanelRows;
        using var ofRows = new NativeBuffer<float>(padded);
        Kernels.SupportNorms(problem.Weights, problem.Inputs, 1.5f, norms, 0, norms.Panels);
        Kernels.RowNorms(problem.Weights, 1.5f, ofRows, 0, norms.Panels);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            (PanelView w, PanelView found) = (guarded.Copy(problem.Weights), guarded.Like(norms));
            NormKernel<TSimd, TVec>.OnSupports(w, guarded.Copy(problem.Inputs), 1.5f, found, 0, norms.Panels);
            Same(found, norms);
            float* rows = guarded.Take<float>(padded);
            NormKernel<TSimd, TVec>.OfRows(w, 1.5f, rows, 0, norms.Panels);
            Numbers.SameBits(new ReadOnlySpan<float>(rows, padded), ofRows.Span, "row norms");
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Lists_of_uncertain_rows_stay_inside(Shape shape)
    {
        var random = new Random(1);
        using PanelMatrix upper = Samples.Panels(Samples.Dense(random, shape.Rows * shape.Data), shape.Rows, shape.Data);
        using PanelMatrix support = Samples.Panels(Samples.Dense(random, shape.Rows * shape.Data), shape.Rows, shape.Data);
        using var bound = new RowBound(shape.Rows, shape.Data);
        foreach (NativeBuffer<float> part in new[] { bound.Growth, bound.Norms, bound.Errors, bound.Limits })
            Samples.Dense(random, shape.Rows).CopyTo(part.Span);
        foreach (NativeBuffer<float> part in new[] { bound.On, bound.Off, bound.Sizes })
            Samples.Dense(random, shape.Data).CopyTo(part.Span);
        using var lists = new ActiveBatch();
        lists.Reshape(shape.Data, shape.Rows);
        using var before = new PanelMatrix(1, 1);
        before.CopyFrom(upper);
        Kernels.RaiseAndCountUncertain(upper, support, bound, lists, 0, lists.Blocks);
        lists.SumCountsAndReserve();
        Kernels.ListUncertain(upper, bound, lists, 0, lists.Blocks);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            (PanelView raised, PanelView norms) = (guarded.Copy(before), guarded.Copy(support));
            BoundView parts = guarded.Copy(bound);
            long* starts = guarded.Take<long>(lists.Blocks * lists.Count + 1);
            RowListKernel<TSimd, TVec, RaisedTest<TSimd, TVec>>.Count(raised, new(raised.Data, norms.Data, parts), starts, lists.Count, 0, lists.Blocks);
            Same(raised, upper);
            ListsStayInside(guarded, raised, new UncertainTest<TSimd, TVec>(raised.Data, parts), lists);
            LayoutKernel.SetListed(guarded.Copy(lists), parts.Growth, parts.Sizes, raised, 0, lists.Blocks);
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Lists_of_what_is_not_zero_stay_inside(Shape shape)
    {
        using PanelMatrix matrix = Samples.Panels(Samples.Sparse(new Random(1), shape.Rows, shape.Data, 0.6), shape.Rows, shape.Data);
        using var lists = new ActiveBatch();
        lists.Reshape(shape.Data, shape.Rows);
        Kernels.CountNonZero(matrix, lists, 0, lists.Blocks);
        lists.SumCountsAndReserve();
        Kernels.ListNonZero(matrix, lists, 0, lists.Blocks);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView view = guarded.Copy(matrix);
            ListsStayInside(guarded, view, new NonZeroTest<TSimd, TVec>(view.Data), lists);
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Lists_of_rows_above_stay_inside(Shape shape)
    {
        using PanelMatrix sums = Samples.Panels(Samples.Dense(new Random(1), shape.Rows * shape.Data), shape.Rows, shape.Data);
        using var thresholds = new NativeBuffer<float>(sums.Panels * PanelMatrix.PanelRows);
        using var lists = new ActiveBatch();
        lists.Reshape(shape.Data, shape.Rows);
        Kernels.CountAbove(sums, thresholds, lists, 0, lists.Blocks);
        lists.SumCountsAndReserve();
        Kernels.CompressAbove(sums, thresholds, 1f, lists, 0, lists.Blocks);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView view = guarded.Copy(sums);
            ListsStayInside(guarded, view, new AboveTest<TSimd, TVec>(view.Data, guarded.Copy(thresholds)), lists);
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
        Kernels.CountListedAbove(listed, listed.Values, thresholds, lists, 0, lists.Blocks);
        lists.SumCountsAndReserve();
        Kernels.CompressListedAbove(listed, listed.Values, thresholds, 1.5f, lists, 0, lists.Blocks);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            (ActiveView all, ActiveView found) = (guarded.Copy(listed), guarded.Copy(lists));
            float* limits = guarded.Copy(thresholds);
            long* starts = guarded.Take<long>(lists.Blocks * lists.Count + 1);
            ThresholdKernel<TSimd, TVec>.CountListed(all, all.Values, limits, starts, 0, lists.Blocks);
            SameCounts(starts, lists);
            Clear(found, lists);
            ThresholdKernel<TSimd, TVec>.CompressListed(all, all.Values, limits, 1.5f, found, 0, lists.Blocks);
            SameOffsets(found, lists);
            Numbers.SameBits(new ReadOnlySpan<float>(found.Values, (int)lists.Entries), lists.Values.Slice(0, (int)lists.Entries), "values");
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Raising_stays_inside(Shape shape)
    {
        var random = new Random(1);
        using PanelMatrix source = Samples.Panels(Samples.Dense(random, shape.Rows * shape.Data), shape.Rows, shape.Data);
        using var target = new PanelMatrix(shape.Rows, shape.Data);
        using var slack = new NativeBuffer<float>(source.Panels * PanelMatrix.PanelRows);
        using var sizes = new NativeBuffer<float>(shape.Data);
        Samples.Dense(random, shape.Rows).CopyTo(slack.Span);
        Samples.Dense(random, shape.Data).CopyTo(sizes.Span);
        Kernels.Raise(source, slack, sizes, target, 0, target.Panels);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView found = guarded.Like(target);
            LayoutKernel.Raise<TSimd, TVec>(guarded.Copy(source), guarded.Copy(slack), guarded.Copy(sizes), found, 0, target.Panels);
            Same(found, target);
        }
    }

    private static void ListsStayInside<TTest>(GuardedOperands guarded, PanelView view, TTest test, ActiveBatch expected) where TTest : struct, IRowTest<TSimd, TVec>
    {
        long* starts = guarded.Take<long>(expected.Blocks * expected.Count + 1);
        RowListKernel<TSimd, TVec, TTest>.Count(view, test, starts, expected.Count, 0, expected.Blocks);
        SameCounts(starts, expected);
        ActiveView found = guarded.Copy(expected);
        Clear(found, expected);
        RowListKernel<TSimd, TVec, TTest>.List(view, test, found, 0, expected.Blocks);
        SameOffsets(found, expected);
    }

    private static void Clear(ActiveView found, ActiveBatch expected)
    {
        new Span<float>(found.Values, (int)expected.Entries).Clear();
        new Span<ushort>(found.Offsets, (int)expected.Entries).Fill(ushort.MaxValue);
    }

    private static void SameCounts(long* starts, ActiveBatch expected)
    {
        for (int run = 0; run < expected.Blocks * expected.Count; run++)
            Assert.That(starts[run + 1], Is.EqualTo(expected.Run(run / expected.Count, run % expected.Count).Length), "counts");
    }

    private static void SameOffsets(ActiveView found, ActiveBatch expected) =>
        Assert.That(new ReadOnlySpan<ushort>(found.Offsets, (int)expected.Entries).SequenceEqual(expected.OffsetsAt(0, (int)expected.Entries)), "offsets");

    private static void Same(PanelView found, PanelMatrix expected)
    {
        int length = (int)(expected.Panels * expected.PanelStride);
        Numbers.SameBits(new ReadOnlySpan<float>(found.Data, length), new ReadOnlySpan<float>(expected.View.Data, length), "elements");
    }
}
