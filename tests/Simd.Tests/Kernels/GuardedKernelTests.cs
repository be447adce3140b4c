using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Simd.Tests.Lanes;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>The matrix kernels on operands of exactly the promised size between inaccessible pages: the same results as on buffers, and no access outside.</summary>
[TestFixtureSource(typeof(LaneSource), nameof(LaneSource.SingleAndDouble))]
internal sealed unsafe class GuardedKernelTests<TSimd, TVec, TSimdDouble, TVecDouble>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TSimdDouble : struct, ISimdDouble<TVecDouble>
    where TVecDouble : struct
{
    private static readonly Shape[] s_shapes = [new(1, 1, 1, 1.0), new(129, 70, 5, 0.4), new(64, 513, 66, 0.1), new(520, 3, 7, 0.6)];

    [TestCaseSource(nameof(s_shapes))]
    public void Forward_stays_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var sums = new PanelMatrix(shape.Rows, shape.Data);
        using PanelMatrix inputs = Samples.Panels(problem.X, shape.Data, shape.Columns);
        KernelSets.ByName(TSimd.Name).Accumulate(problem.Weights, problem.Inputs, sums, 0, sums.Panels);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            (PanelView w, PanelView found) = (guarded.Copy(problem.Weights), guarded.Copy(sums));
            AccumulateKernel<TSimd, TVec, ChainedSums<TSimd, TVec>>.Run(
                w, guarded.Copy(problem.Inputs), (byte*)found.Data, found.Stride, PanelMatrix.PanelRows, 0, sums.Panels, lowerOnly: false);
            Same(found, sums);
            PanelView dense = guarded.Copy(sums);
            DenseKernel<TSimd, TVec, SinglePair<TSimd, TVec>>.Run(w.Data, w.Stride, w.Columns, guarded.Copy(inputs), dense, 0, sums.Panels);
            Same(dense, sums);
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Forward_with_bfloat16_stays_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var weights = new PanelMatrix(shape.Rows, shape.Columns, ElementFormat.BFloat16);
        using var sums = new PanelMatrix(shape.Rows, shape.Data);
        using PanelMatrix inputs = Samples.Panels(problem.X, shape.Data, shape.Columns);
        KernelSet kernels = KernelSets.ByName(TSimd.Name);
        kernels.Round(problem.Weights, weights, 0);
        kernels.Accumulate(weights, problem.Inputs, sums, 0, sums.Panels);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            (BFloat16View w, PanelView found, PanelView dense) = (guarded.LikeNarrow(weights), guarded.Copy(sums), guarded.Copy(sums));
            RoundKernel<TSimd, TVec>.Run(guarded.Copy(problem.Weights), w, weights.Panels, 0);
            BFloat16Kernel<TSimd, TVec>.Run(w, guarded.Copy(problem.Inputs), found, 0, sums.Panels, 0, shape.Data);
            Same(found, sums);
            DenseKernel<TSimd, TVec, BFloat16Pair<TSimd, TVec>>.Run((float*)w.Data, w.Stride, w.Columns, guarded.Copy(inputs), dense, 0, sums.Panels);
            Same(dense, sums);
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Gram_stays_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using PanelMatrix rows = Samples.Panels(problem.X, shape.Data, shape.Columns);
        int stride = rows.Panels * PanelMatrix.PanelRows, length = stride * shape.Data;
        using var gram = new NativeBuffer<double>(length);
        KernelSets.ByName(TSimd.Name).Gram(rows, problem.Inputs, problem.Inputs.Values, gram, stride, 0, rows.Panels);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            double* found = guarded.Take<double>(length);
            AccumulateKernel<TSimd, TVec, WideSums<TSimd, TVec>>.Run(
                guarded.Copy(rows), guarded.Copy(problem.Inputs), (byte*)found, PanelMatrix.PanelRows, stride, 0, rows.Panels, lowerOnly: true);
            Numbers.SameBits(new ReadOnlySpan<double>(found, length), gram.Span, "gram");
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Active_pairs_stay_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var scratch = new Arena();
        using var pushed = new NativeBuffer<float>(problem.Outputs.Entries);
        using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
        KernelSet kernels = KernelSets.ByName(TSimd.Name);
        (PanelMatrix weights, ActiveBatch outputs, TransposedBatch turned) = (problem.Weights, problem.Outputs, problem.Turned);
        kernels.PushForward(weights, outputs, pushed, turned, turned.Lists.Values, 0, outputs.Blocks, scratch);
        kernels.PullBack(weights, outputs, outputs.Values, turned, pulled, 0, shape.Columns, scratch);
        using var scattered = new PanelMatrix(shape.Rows, shape.Columns);
        scattered.CopyFrom(weights);
        kernels.Scatter(scattered, outputs, outputs.Values, turned, turned.Lists.Values, 0.5f, 0, outputs.Blocks, scratch);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView w = guarded.Copy(weights);
            (ActiveView t, TransposedView s) = (guarded.Copy(outputs), guarded.Copy(turned));
            int* addresses = guarded.Take<int>((int)ActivePairsKernel<TSimd, TVec, PullBackVisit<TSimd, TVec>>.AddressesOf(t));
            float* g = guarded.Take<float>((int)outputs.Entries), p = guarded.Take<float>((int)problem.Inputs.Entries);
            ActivePairsKernel<TSimd, TVec, PushForwardVisit<TSimd, TVec>>.Run(w, t, s, new(s.Lists.Values, g), 0, outputs.Blocks, 0, shape.Columns, addresses);
            Numbers.SameBits(new ReadOnlySpan<float>(g, (int)outputs.Entries), pushed.Span, "pushed");
            ActivePairsKernel<TSimd, TVec, PullBackVisit<TSimd, TVec>>.Run(w, t, s, new(t.Values, p), 0, outputs.Blocks, 0, shape.Columns, addresses);
            Numbers.SameBits(new ReadOnlySpan<float>(p, (int)problem.Inputs.Entries), pulled.Span, "pulled");
            ActivePairsKernel<TSimd, TVec, ScatterVisit<TSimd, TVec>>.Run(
                w, t, s, new(t.Values, s.Lists.Values, 0.5f), 0, outputs.Blocks, 0, shape.Columns, addresses);
            Same(w, scattered);
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Packed_blocks_stay_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var scratch = new Arena();
        using var packed = new PackedBlocks();
        using var pushed = new NativeBuffer<float>(problem.Outputs.Entries);
        using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
        (ActiveBatch outputs, ActiveBatch inputs) = (problem.Outputs, problem.Inputs);
        packed.Plan(outputs, inputs);
        KernelSet kernels = KernelSets.ByName(TSimd.Name);
        kernels.Pack(problem.Weights, outputs, problem.Turned, packed, 0, shape.Columns, scratch);
        kernels.PushForwardPacked(packed, inputs.Values, pushed, 0, shape.Data, scratch);
        kernels.PullBackPacked(packed, outputs.Values, pulled, 0, shape.Data, scratch);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            (ActiveView t, ActiveView s) = (guarded.Copy(outputs), guarded.Copy(inputs));
            PackedView blocks = guarded.Copy(packed);
            new Span<float>(blocks.Values, (int)packed.Elements).Clear();
            int* addresses = guarded.Take<int>((int)ActivePairsKernel<TSimd, TVec, PackVisit<TSimd, TVec>>.AddressesOf(t));
            ActivePairsKernel<TSimd, TVec, PackVisit<TSimd, TVec>>.Run(
                guarded.Copy(problem.Weights), t, guarded.Copy(problem.Turned), new(blocks), 0, outputs.Blocks, 0, shape.Columns, addresses);
            Numbers.SameBits(new ReadOnlySpan<float>(blocks.Values, (int)packed.Elements), new ReadOnlySpan<float>(packed.View.Values, (int)packed.Elements), "packed");
            float* g = guarded.Take<float>((int)outputs.Entries), p = guarded.Take<float>((int)inputs.Entries);
            PackedKernel<TSimd, TVec>.PushForward(blocks, t, s, s.Values, g, 0, shape.Data, scratch);
            Numbers.SameBits(new ReadOnlySpan<float>(g, (int)outputs.Entries), pushed.Span, "pushed");
            PackedKernel<TSimd, TVec>.PullBack(blocks, t, s, t.Values, p, 0, shape.Data, scratch);
            Numbers.SameBits(new ReadOnlySpan<float>(p, (int)inputs.Entries), pulled.Span, "pulled");
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Layouts_stay_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using PanelMatrix turned = Samples.Panels(problem.X, shape.Data, shape.Columns);
        using var spread = new PanelMatrix(shape.Data, shape.Columns);
        using var zero = new PanelMatrix(shape.Columns, shape.Data);
        using var difference = new PanelMatrix(shape.Columns, shape.Data);
        using var square = new PanelMatrix(shape.Data, shape.Data);
        using var gathered = new NativeBuffer<float>(problem.Inputs.Entries);
        using var gram = new NativeBuffer<double>(shape.Data * shape.Data);
        for (int i = 0; i < gram.Length; i++)
            gram[i] = i;
        KernelSet kernels = KernelSets.ByName(TSimd.Name);
        kernels.Spread(problem.Inputs, problem.Inputs.Values, spread, 0, spread.Panels);
        kernels.SubtractTransposed(zero, turned, 2f, difference, 0, difference.Panels);
        kernels.NarrowSymmetric(gram, shape.Data, square, 0, square.Panels);
        foreach (bool dataInRows in new[] { true, false })
        {
            PanelMatrix sums = dataInRows ? turned : difference;
            kernels.GatherActive(sums, problem.Inputs, dataInRows, gathered, 0, problem.Inputs.Blocks);
            foreach (bool last in new[] { true, false })
            {
                using var guarded = new GuardedOperands(last);
                ActiveView entries = guarded.Copy(problem.Inputs);
                float* found = guarded.Take<float>((int)problem.Inputs.Entries);
                LayoutKernel.GatherActive(guarded.Copy(sums), entries, dataInRows, found, 0, entries.Blocks);
                Numbers.SameBits(new ReadOnlySpan<float>(found, (int)problem.Inputs.Entries), gathered.Span, "gathered");
                PanelView rows = guarded.Like(spread), target = guarded.Like(difference), narrow = guarded.Like(square);
                LayoutKernel.Spread(entries, rows, 0, spread.Panels);
                Same(rows, spread);
                LayoutKernel.SubtractTransposed(guarded.Copy(zero), guarded.Copy(turned), 2f, target, 0, difference.Panels);
                Same(target, difference);
                double* triangle = guarded.Take<double>((int)gram.Length);
                gram.Span.CopyTo(new Span<double>(triangle, (int)gram.Length));
                LayoutKernel.NarrowSymmetric<TSimdDouble, TVecDouble>(triangle, shape.Data, narrow, 0, square.Panels);
                Same(narrow, square);
            }
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Thresholds_stay_inside(Shape shape)
    {
        using PanelMatrix sums = Samples.Panels(Samples.Dense(new Random(1), shape.Rows * shape.Data), shape.Rows, shape.Data);
        using var lists = new ActiveBatch();
        using var thresholds = new NativeBuffer<float>(sums.Panels * PanelMatrix.PanelRows);
        KernelSet kernels = KernelSets.ByName(TSimd.Name);
        lists.Reshape(shape.Data, shape.Rows);
        kernels.CountAbove(sums, thresholds, lists, 0, lists.Blocks);
        lists.SumCountsAndReserve();
        kernels.CompressAbove(sums, thresholds, 1f, lists, 0, lists.Blocks);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView view = guarded.Copy(sums);
            float* limits = guarded.Take<float>((int)thresholds.Length);
            ActiveView found = guarded.Copy(lists);
            long* starts = guarded.Take<long>(lists.Blocks * lists.Count + 1);
            RowListKernel<TSimd, TVec, AboveTest<TSimd, TVec>>.Count(view, new(view.Data, limits), starts, lists.Count, 0, lists.Blocks);
            for (int run = 0; run < lists.Blocks * lists.Count; run++)
                Assert.That(starts[run + 1], Is.EqualTo(found.Starts[run + 1] - found.Starts[run]));
            new Span<float>(found.Values, (int)lists.Entries).Clear();
            new Span<ushort>(found.Offsets, (int)lists.Entries).Clear();
            ThresholdKernel<TSimd, TVec>.Compress(view, limits, 1f, found, 0, lists.Blocks);
            Assert.That(new ReadOnlySpan<ushort>(found.Offsets, (int)lists.Entries).SequenceEqual(lists.OffsetsAt(0, (int)lists.Entries)));
            Numbers.SameBits(new ReadOnlySpan<float>(found.Values, (int)lists.Entries), lists.Values.Slice(0, (int)lists.Entries), "values");
        }
    }

    private static void Same(PanelView found, PanelMatrix expected)
    {
        int length = (int)(expected.Panels * expected.PanelStride);
        Numbers.SameBits(new ReadOnlySpan<float>(found.Data, length), new ReadOnlySpan<float>(expected.View.Data, length), "sums");
    }
}
