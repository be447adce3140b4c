using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>The verbs that make lists of rows: above thresholds, not zero, uncertain.</summary>
internal static unsafe class ListCases<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const float Gain = 1.3f;

    public static IEnumerable<GuardedCase> All { get; } =
    [
        Row("CountAbove",
            (k, o) => k.CountAbove(o.Drawn, o.OfRows, o.Lists, 0, o.Lists.Blocks),
            (_, g, o) => Count(g, o, o.Drawn, new AboveTest<TSimd, TVec>(g.Of(o.Drawn).Data, g.Of(o.OfRows))),
            (core, g, o) => core->CountAbove(g.At(o.Drawn), g.Of(o.OfRows), g.Of(o.Lists).Starts, 0, o.Lists.Blocks)),
        Row("CompressAbove",
            (k, o) => k.CompressAbove(o.Drawn, o.OfRows, Gain, o.Lists, 0, o.Lists.Blocks),
            (_, g, o) => ThresholdKernel<TSimd, TVec>.Compress(g.Of(o.Drawn), g.Of(o.OfRows), Gain, g.Of(o.Lists), 0, o.Lists.Blocks),
            (core, g, o) => core->CompressAbove(g.At(o.Drawn), g.Of(o.OfRows), Gain, g.At(o.Lists), 0, o.Lists.Blocks),
            CountedAbove),
        // The same lists by the loop that all tests of rows share, which lists offsets alone.
        Row("CompressAbove",
            (k, o) => k.CompressAbove(o.Drawn, o.OfRows, Gain, o.Lists, 0, o.Lists.Blocks),
            (_, g, o) => AboveInTwoSteps(g, o),
            (core, g, o) => core->CompressAbove(g.At(o.Drawn), g.Of(o.OfRows), Gain, g.At(o.Lists), 0, o.Lists.Blocks),
            CountedAbove),
        Row("CountNonZero",
            (k, o) => k.CountNonZero(o.Sparse, o.Lists, 0, o.Lists.Blocks),
            (_, g, o) => Count(g, o, o.Sparse, new NonZeroTest<TSimd, TVec>(g.Of(o.Sparse).Data)),
            (core, g, o) => core->CountNonZero(g.At(o.Sparse), g.Of(o.Lists).Starts, 0, o.Lists.Blocks)),
        Row("ListNonZero",
            (k, o) => k.ListNonZero(o.Sparse, o.Lists, 0, o.Lists.Blocks),
            (_, g, o) => List(g, o, o.Sparse, new NonZeroTest<TSimd, TVec>(g.Of(o.Sparse).Data)),
            (core, g, o) => core->ListNonZero(g.At(o.Sparse), g.At(o.Lists), 0, o.Lists.Blocks),
            (k, o) => Reserved(o, () => k.CountNonZero(o.Sparse, o.Lists, 0, o.Lists.Blocks))),
        Row("RaiseAndCountUncertain",
            (k, o) => k.RaiseAndCountUncertain(o.Drawn, o.Support, o.Bounds, o.Lists, 0, o.Lists.Blocks),
            (_, g, o) => Count(g, o, o.Drawn, new RaisedTest<TSimd, TVec>(g.Of(o.Drawn).Data, g.Of(o.Support).Data, g.Of(o.Bounds))),
            (core, g, o) =>
                core->RaiseAndCountUncertain(g.At(o.Drawn), g.At(o.Support), g.At(o.Bounds), g.Of(o.Lists).Starts, 0, o.Lists.Blocks)),
        Row("ListUncertain",
            (k, o) => k.ListUncertain(o.Drawn, o.Bounds, o.Lists, 0, o.Lists.Blocks),
            (_, g, o) => List(g, o, o.Drawn, new UncertainTest<TSimd, TVec>(g.Of(o.Drawn).Data, g.Of(o.Bounds))),
            (core, g, o) => core->ListUncertain(g.At(o.Drawn), g.At(o.Bounds), g.At(o.Lists), 0, o.Lists.Blocks),
            CountedUncertain),
        Row("SetListed",
            (k, o) => k.SetListed(o.Lists, o.Lists.Values, o.Bounds.Slack, o.Bounds.Sizes, o.Drawn, 0, o.Lists.Blocks),
            (_, g, o) =>
                LayoutKernel.SetListed(g.Of(o.Lists), g.Of(o.Bounds.Slack), g.Of(o.Bounds.Sizes), g.Of(o.Drawn), 0, o.Lists.Blocks),
            (core, g, o) => core->SetListed(g.At(o.Lists), g.Of(o.Bounds.Slack), g.Of(o.Bounds.Sizes), g.At(o.Drawn), 0, o.Lists.Blocks),
            (k, o) =>
            {
                CountedUncertain(k, o);
                k.ListUncertain(o.Drawn, o.Bounds, o.Lists, 0, o.Lists.Blocks);
                Samples.Dense(new Random(7), (int)o.Lists.Entries).CopyTo(o.Lists.Values.Span);
            }),
        Row("CountListedAbove",
            (k, o) => k.CountListedAbove(o.Outputs, o.Outputs.Values, o.Thresholds, o.Lists, 0, o.Lists.Blocks),
            (_, g, o) => ThresholdKernel<TSimd, TVec>.CountListed(
                g.Of(o.Outputs), g.Of(o.Outputs).Values, g.Of(o.Thresholds), g.Of(o.Lists).Starts, 0, o.Lists.Blocks),
            (core, g, o) => core->CountListedAbove(
                g.At(o.Outputs), g.Of(o.Outputs).Values, g.Of(o.Thresholds), g.Of(o.Lists).Starts, 0, o.Lists.Blocks)),
        Row("CompressListedAbove",
            (k, o) => k.CompressListedAbove(o.Outputs, o.Outputs.Values, o.Thresholds, Gain, o.Lists, 0, o.Lists.Blocks),
            (_, g, o) => ThresholdKernel<TSimd, TVec>.CompressListed(
                g.Of(o.Outputs), g.Of(o.Outputs).Values, g.Of(o.Thresholds), Gain, g.Of(o.Lists), 0, o.Lists.Blocks),
            (core, g, o) => core->CompressListedAbove(
                g.At(o.Outputs), g.Of(o.Outputs).Values, g.Of(o.Thresholds), Gain, g.At(o.Lists), 0, o.Lists.Blocks),
            (k, o) => Reserved(o, () => k.CountListedAbove(o.Outputs, o.Outputs.Values, o.Thresholds, o.Lists, 0, o.Lists.Blocks))),
    ];

    private static GuardedCase Row(
        string verbs, BufferCall<LayerOperands> wanted, ManagedCall<LayerOperands> managed, CoreCall<LayerOperands> core,
        BufferCall<LayerOperands>? prepare = null) =>
        new GuardedCase<LayerOperands>(verbs, LayerOperands.Sizes, wanted, managed, core, prepare);

    private static void Reserved(LayerOperands o, Action count)
    {
        count();
        o.Lists.SumCountsAndReserve();
    }

    private static void CountedAbove(KernelSet k, LayerOperands o) =>
        Reserved(o, () => k.CountAbove(o.Drawn, o.OfRows, o.Lists, 0, o.Lists.Blocks));

    private static void CountedUncertain(KernelSet k, LayerOperands o) =>
        Reserved(o, () => k.RaiseAndCountUncertain(o.Drawn, o.Support, o.Bounds, o.Lists, 0, o.Lists.Blocks));

    private static void Count<TTest>(GuardedOperands g, LayerOperands o, PanelMatrix matrix, TTest test)
        where TTest : struct, IRowTest<TSimd, TVec> =>
        RowListKernel<TSimd, TVec, TTest>.Count(g.Of(matrix), test, g.Of(o.Lists).Starts, o.Lists.Count, 0, o.Lists.Blocks);

    private static void List<TTest>(GuardedOperands g, LayerOperands o, PanelMatrix matrix, TTest test)
        where TTest : struct, IRowTest<TSimd, TVec> =>
        RowListKernel<TSimd, TVec, TTest>.List(g.Of(matrix), test, g.Of(o.Lists), 0, o.Lists.Blocks);

    private static void AboveInTwoSteps(GuardedOperands g, LayerOperands o)
    {
        List(g, o, o.Drawn, new AboveTest<TSimd, TVec>(g.Of(o.Drawn).Data, g.Of(o.OfRows)));
        ActiveView found = g.Of(o.Lists);
        LayoutKernel.GatherActive(g.Of(o.Drawn), found, dataInRows: false, found.Values, 0, found.Blocks);
        for (int entry = 0; entry < o.Lists.Entries; entry++)
            found.Values[entry] *= Gain;
    }
}
