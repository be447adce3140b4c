using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;
using Subquad.Simd.Memory;
using Subquad.Simd.Tests.Kernels;
using Subquad.Support;

namespace Subquad.Simd.Tests.Interop;

/// <summary>The core's functions on operands of exactly the promised size between inaccessible pages: the bits of the managed scalar set, and no access outside.</summary>
[TestFixtureSource(typeof(CoreSource), nameof(CoreSource.All))]
internal sealed unsafe class GuardedCoreTests(int index)
{
    private static readonly Shape[] s_shapes = [new(1, 1, 1, 1.0), new(129, 70, 5, 0.4), new(64, 513, 66, 0.1), new(520, 3, 7, 0.6)];

    private static KernelSet Managed => KernelSets.ByName("scalar");

    private CoreApi* Core => CoreLibrary.Probe.Apis[index];

    [TestCaseSource(nameof(s_shapes))]
    public void Forward_stays_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var sums = new PanelMatrix(shape.Rows, shape.Data);
        using var norms = new PanelMatrix(shape.Rows, shape.Data);
        using PanelMatrix inputs = Samples.Panels(problem.X, shape.Data, shape.Columns);
        using var rowNorms = new NativeBuffer<float>(sums.Panels * PanelMatrix.PanelRows);
        Managed.Accumulate(problem.Weights, problem.Inputs, sums, 0, sums.Panels);
        Managed.SupportNorms(problem.Weights, problem.Inputs, 1.1f, norms, 0, sums.Panels);
        Managed.RowNorms(problem.Weights, 1.1f, rowNorms, 0, sums.Panels);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView w = guarded.Copy(problem.Weights), rows = guarded.Copy(inputs), sparse = guarded.Like(sums), dense = guarded.Like(sums), supports = guarded.Like(norms);
            ActiveView x = guarded.Copy(problem.Inputs);
            float* ofRows = guarded.Take<float>((int)rowNorms.Length);
            Core->Accumulate(&w, &x, &sparse, 0, sums.Panels, 0, shape.Data);
            Same(sparse, sums);
            Core->AccumulateDense(&w, &rows, &dense, 0, sums.Panels);
            Same(dense, sums);
            Core->SupportNorms(&w, &x, 1.1f, &supports, 0, sums.Panels);
            Same(supports, norms);
            Core->RowNorms(&w, 1.1f, ofRows, 0, sums.Panels);
            Numbers.SameBits(new ReadOnlySpan<float>(ofRows, (int)rowNorms.Length), rowNorms.Span, "row norms");
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Forward_with_bfloat16_stays_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var weights = new PanelMatrix(shape.Rows, shape.Columns, ElementFormat.BFloat16);
        using var sums = new PanelMatrix(shape.Rows, shape.Data);
        using PanelMatrix inputs = Samples.Panels(problem.X, shape.Data, shape.Columns);
        KernelSet kernels = KernelSets.ByName(NativeKernelSets.Prefix + CoreProbe.NameOf(Core));
        kernels.Round(problem.Weights, weights, 0);
        kernels.Accumulate(weights, problem.Inputs, sums, 0, sums.Panels);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            BFloat16View w = guarded.LikeNarrow(weights);
            PanelView single = guarded.Copy(problem.Weights), rows = guarded.Copy(inputs), sparse = guarded.Like(sums), dense = guarded.Like(sums);
            ActiveView x = guarded.Copy(problem.Inputs);
            Core->RoundBFloat16(&single, &w, weights.Panels, 0);
            Core->AccumulateBFloat16(&w, &x, &sparse, 0, sums.Panels, 0, shape.Data);
            Same(sparse, sums);
            Core->AccumulateDenseBFloat16(&w, &rows, &dense, 0, sums.Panels);
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
        Managed.Gram(rows, problem.Inputs, problem.Inputs.Values, gram, stride, 0, rows.Panels);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView u = guarded.Copy(rows);
            ActiveView x = guarded.Copy(problem.Inputs);
            double* found = guarded.Take<double>(length);
            Core->Gram(&u, &x, found, stride, 0, rows.Panels);
            Numbers.SameBits(new ReadOnlySpan<double>(found, length), gram.Span, "gram");
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Thresholds_stay_inside(Shape shape)
    {
        using PanelMatrix sums = Samples.Panels(Samples.Dense(new Random(1), shape.Rows * shape.Data), shape.Rows, shape.Data);
        using var lists = new ActiveBatch();
        using var thresholds = new NativeBuffer<float>(sums.Panels * PanelMatrix.PanelRows);
        lists.Reshape(shape.Data, shape.Rows);
        Managed.CountAbove(sums, thresholds, lists, 0, lists.Blocks);
        lists.SumCountsAndReserve();
        Managed.CompressAbove(sums, thresholds, 1.3f, lists, 0, lists.Blocks);
        using var gathered = new NativeBuffer<float>(lists.Entries);
        Managed.GatherActive(sums, lists, false, gathered, 0, lists.Blocks);
        int entries = (int)lists.Entries;
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView view = guarded.Copy(sums);
            float* limits = guarded.Take<float>((int)thresholds.Length), picked = guarded.Take<float>(entries);
            ActiveView found = guarded.Copy(lists);
            long* starts = guarded.Take<long>(lists.Blocks * lists.Count + 1);
            Core->CountAbove(&view, limits, starts, 0, lists.Blocks);
            for (int run = 0; run < lists.Blocks * lists.Count; run++)
                Assert.That(starts[run + 1], Is.EqualTo(found.Starts[run + 1] - found.Starts[run]));
            new Span<float>(found.Values, entries).Clear();
            new Span<ushort>(found.Offsets, entries).Clear();
            Core->CompressAbove(&view, limits, 1.3f, &found, 0, lists.Blocks);
            Assert.That(new ReadOnlySpan<ushort>(found.Offsets, entries).SequenceEqual(lists.OffsetsAt(0, entries)));
            Numbers.SameBits(new ReadOnlySpan<float>(found.Values, entries), lists.Values.Slice(0, entries), "values");
            Core->GatherActive(&view, &found, 0, picked, 0, lists.Blocks);
            Numbers.SameBits(new ReadOnlySpan<float>(picked, entries), gathered.Span, "gathered");
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Active_pairs_stay_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
        using var pushed = new NativeBuffer<float>(problem.Outputs.Entries);
        using var scratch = new Arena();
        (PanelMatrix weights, ActiveBatch outputs, TransposedBatch turned) = (problem.Weights, problem.Outputs, problem.Turned);
        using PanelMatrix before = Samples.Panels(Samples.ToArray(weights), shape.Rows, shape.Columns);
        Managed.PullBack(weights, outputs, outputs.Values, turned, pulled, 0, shape.Columns, scratch);
        Managed.PushForward(weights, outputs, pushed, turned, turned.Lists.Values, 0, outputs.Blocks, scratch);
        Managed.Scatter(weights, outputs, outputs.Values, turned, turned.Lists.Values, 0.3f, 0, outputs.Blocks, scratch);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView w = guarded.Copy(before);
            ActiveView u = guarded.Copy(outputs);
            TransposedView x = guarded.Copy(turned);
            float* t = guarded.Take<float>((int)pulled.Length), g = guarded.Take<float>((int)pushed.Length);
            int* addresses = guarded.Take<int>((int)Core->PairScratch(&u));
            Core->PullBack(&w, &u, &x, t, addresses, 0, shape.Columns);
            Numbers.SameBits(new ReadOnlySpan<float>(t, (int)pulled.Length), pulled.Span, "pulled");
            Core->PushForward(&w, &u, &x, g, addresses, 0, outputs.Blocks);
            Numbers.SameBits(new ReadOnlySpan<float>(g, (int)pushed.Length), pushed.Span, "pushed");
            Core->Scatter(&w, &u, &x, 0.3f, addresses, 0, outputs.Blocks);
            Same(w, weights);
        }
    }

    [Test]
    public void Vectors_stay_inside()
    {
        const int Longest = 256;
        using var left = new GuardedMemory<float>(Longest);
        using var right = new GuardedMemory<float>(Longest);
        var random = new Random(7);
        for (int length = 0; length <= Longest; length++)
            foreach (bool last in new[] { true, false })
            {
                Span<float> x = last ? left.Last(length) : left.First(length), y = last ? right.Last(length) : right.First(length);
                Samples.Dense(random, length).CopyTo(x);
                Samples.Dense(random, length).CopyTo(y);
                float[] expected = [.. y];
                Managed.Axpy(0.75f, x, expected);
                (double dot, double magnitude) = Oracle.Dot((ReadOnlySpan<float>)x, y);
                fixed (float* a = x, b = y)
                {
                    Numbers.Within(Core->Dot(a, b, (nuint)length), dot, Tolerance.Reduction(length, magnitude), "dot", length);
                    Numbers.Within(Core->SquaredNorm(a, (nuint)length), Managed.SquaredNorm(x), 2 * Tolerance.ReductionDouble(length, Managed.SquaredNorm(x)), "squared norm", length);
                    Core->Axpy(0.75f, a, b, (nuint)length);
                }
                Numbers.SameBits(y, expected, "axpy");
            }
    }

    [Test]
    public void Normals_stay_inside()
    {
        using var memory = new GuardedMemory<float>(256);
        float[] expected = new float[256];
        Managed.FillNormal(expected, 1, 2, 3, 0.3);
        for (int length = 0; length <= expected.Length; length++)
            foreach (bool last in new[] { true, false })
            {
                Span<float> numbers = last ? memory.Last(length) : memory.First(length);
                fixed (float* to = numbers)
                    Core->FillNormal(to, (nuint)length, 1, 2, 3, 0.3);
                Numbers.SameBits(numbers, expected.AsSpan(0, length), "normals");
            }
    }

    private static void Same(PanelView found, PanelMatrix expected)
    {
        int length = (int)(expected.Panels * expected.PanelStride);
        Numbers.SameBits(new ReadOnlySpan<float>(found.Data, length), new ReadOnlySpan<float>(expected.View.Data, length), "panels");
    }
}
