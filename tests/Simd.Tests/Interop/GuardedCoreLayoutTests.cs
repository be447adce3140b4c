using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;
using Subquad.Simd.Memory;
using Subquad.Simd.Tests.Kernels;
using Subquad.Support;

namespace Subquad.Simd.Tests.Interop;

/// <summary>As <see cref="GuardedCoreTests"/>, for layouts and packed blocks.</summary>
[TestFixtureSource(typeof(CoreSource), nameof(CoreSource.All))]
internal sealed unsafe class GuardedCoreLayoutTests(int index)
{
    private static readonly Shape[] s_shapes = [new(1, 1, 1, 1.0), new(129, 70, 5, 0.4), new(64, 513, 66, 0.1), new(520, 3, 7, 0.6)];

    private static KernelSet Managed => KernelSets.ByName("scalar");

    private CoreApi* Core => CoreLibrary.Probe.Apis[index];

    [TestCaseSource(nameof(s_shapes))]
    public void Layouts_stay_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var rows = new PanelMatrix(shape.Data, shape.Columns);
        using PanelMatrix source = Samples.Panels(Samples.Dense(new Random(1), shape.Rows * shape.Data), shape.Rows, shape.Data);
        using PanelMatrix turned = Samples.Panels(Samples.Dense(new Random(2), shape.Rows * shape.Data), shape.Data, shape.Rows);
        using var difference = new PanelMatrix(shape.Rows, shape.Data);
        using var narrowed = new PanelMatrix(shape.Data, shape.Data);
        using var gram = new NativeBuffer<double>(shape.Data * shape.Data);
        var random = new Random(3);
        foreach (ref double value in gram.Span)
            value = random.NextDouble() - 0.5;
        Managed.Spread(problem.Inputs, problem.Inputs.Values, rows, 0, rows.Panels);
        Managed.SubtractTransposed(source, turned, 0.7f, difference, 0, difference.Panels);
        Managed.NarrowSymmetric(gram, shape.Data, narrowed, 0, narrowed.Panels);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView spread = guarded.Like(rows), from = guarded.Copy(source), across = guarded.Copy(turned), to = guarded.Like(difference), square = guarded.Like(narrowed);
            ActiveView x = guarded.Copy(problem.Inputs);
            double* products = guarded.Take<double>(shape.Data * shape.Data);
            gram.Span.CopyTo(new Span<double>(products, shape.Data * shape.Data));
            Core->Spread(&x, &spread, 0, rows.Panels);
            Same(spread, rows);
            Core->SubtractTransposed(&from, &across, 0.7f, &to, 0, difference.Panels);
            Same(to, difference);
            Core->NarrowSymmetric(products, shape.Data, &square, 0, narrowed.Panels);
            Same(square, narrowed);
        }
    }

    [TestCaseSource(nameof(s_shapes))]
    public void Packed_blocks_stay_inside(Shape shape)
    {
        using var problem = new Problem(shape);
        using var packed = new PackedBlocks();
        using var pushed = new NativeBuffer<float>(problem.Outputs.Entries);
        using var scratch = new Arena();
        (ActiveBatch outputs, ActiveBatch inputs) = (problem.Outputs, problem.Inputs);
        packed.Plan(outputs, inputs);
        Managed.Pack(problem.Weights, outputs, problem.Turned, packed, 0, shape.Columns, scratch);
        Managed.PushForwardPacked(packed, inputs.Values, pushed, 0, shape.Data, scratch);
        Chain[] pulled = Oracle.PullBack(problem, Managed.IsFused);
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            PanelView w = guarded.Copy(problem.Weights);
            ActiveView u = guarded.Copy(outputs), x = guarded.Copy(inputs);
            TransposedView turned = guarded.Copy(problem.Turned);
            PackedView blocks = guarded.Copy(packed);
            new Span<float>(blocks.Values, (int)packed.Elements).Clear();
            int* addresses = guarded.Take<int>((int)Core->PairScratch(&u));
            float* room = guarded.Take<float>((int)Core->PackedScratch(&u, &x)), g = guarded.Take<float>((int)outputs.Entries), t = guarded.Take<float>((int)inputs.Entries);
            Core->Pack(&w, &u, &turned, &blocks, addresses, 0, shape.Columns);
            Numbers.SameBits(new ReadOnlySpan<float>(blocks.Values, (int)packed.Elements), new ReadOnlySpan<float>(packed.View.Values, (int)packed.Elements), "packed");
            Core->PushForwardPacked(&blocks, &u, &x, g, room, 0, shape.Data);
            Numbers.SameBits(new ReadOnlySpan<float>(g, (int)outputs.Entries), pushed.Span, "pushed");
            Core->PullBackPacked(&blocks, &u, &x, t, room, 0, shape.Data);
            foreach ((int datum, int id, long place) in Samples.Entries(inputs))
                Numbers.Matches(t[place], pulled[datum * shape.Columns + id], ordered: false, "pulled", place);
        }
    }

    private static void Same(PanelView found, PanelMatrix expected)
    {
        int length = (int)(expected.Panels * expected.PanelStride);
        Numbers.SameBits(new ReadOnlySpan<float>(found.Data, length), new ReadOnlySpan<float>(expected.View.Data, length), "panels");
    }
}
