using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <summary>
/// Closes the generic kernels over one instruction set. Checks views and ranges in Debug; a kernel gets pointers, and the owners are kept
/// alive until it returns.
/// </summary>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble> : KernelSet
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TSimdDouble : struct, ISimdDouble<TVecDouble>
    where TVecDouble : struct
{
    public override string Name => TSimd.Name;
    public override int Lanes => TSimd.Count;
    public override bool IsFused => TSimd.IsFused;

    internal override void AccumulateCore(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo, int datumFrom, int datumTo)
    {
        if (weights.Format == ElementFormat.BFloat16)
            BFloat16Kernel<TSimd, TVec>.Run(weights.NarrowView, inputs.With(values), sums.View, panelFrom, panelTo, datumFrom, datumTo);
        else
            AccumulateKernel<TSimd, TVec, ChainedSums<TSimd, TVec>>.Run(
                weights.View, inputs.With(values), (byte*)sums.View.Data, sums.PanelStride, PanelMatrix.PanelRows, panelFrom, panelTo, lowerOnly: false, datumFrom, datumTo);
        KeepAlive(weights, inputs, values, sums);
    }

    internal override void AccumulateDenseCore(PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo)
    {
        if (weights.Format == ElementFormat.BFloat16)
            DenseKernel<TSimd, TVec, BFloat16Pair<TSimd, TVec>>.Run(
                (float*)weights.NarrowView.Data, weights.NarrowView.Stride, weights.Columns, inputs.View, sums.View, panelFrom, panelTo);
        else
            DenseKernel<TSimd, TVec, SinglePair<TSimd, TVec>>.Run(weights.View.Data, weights.PanelStride, weights.Columns, inputs.View, sums.View, panelFrom, panelTo);
        KeepAlive(weights, inputs, sums);
    }

    internal override void RoundCore(PanelMatrix source, PanelMatrix target, int panel)
    {
        RoundKernel<TSimd, TVec>.Run(source.View, target.NarrowView, source.Panels, panel);
        KeepAlive(source, target);
    }

    internal override void PullBackCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch)
    {
        ActiveView view = outputs.With(outputValues);
        ActivePairsKernel<TSimd, TVec, PullBackVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(outputValues.Pointer, pulled.Pointer), 0, outputs.Blocks, inputFrom, inputTo, Addresses(view, scratch));
        KeepAlive(weights, outputs, outputValues, inputs, pulled, scratch);
    }

    internal override void PushForwardCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs, NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch)
    {
        ActiveView view = outputs.With(pushed);
        ActivePairsKernel<TSimd, TVec, PushForwardVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(inputValues.Pointer, pushed.Pointer), blockFrom, blockTo, 0, weights.Columns, Addresses(view, scratch));
        KeepAlive(weights, outputs, pushed, inputs, inputValues, scratch);
    }

    internal override void ScatterCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> inputValues, float scale, int blockFrom, int blockTo, Arena scratch)
    {
        ActiveView view = outputs.With(outputValues);
        ActivePairsKernel<TSimd, TVec, ScatterVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(outputValues.Pointer, inputValues.Pointer, scale), blockFrom, blockTo, 0, weights.Columns, Addresses(view, scratch));
        KeepAlive(weights, outputs, outputValues, inputs, inputValues, scratch);
    }

    internal override void PackCore(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo, Arena scratch)
    {
        ActiveView view = outputs.View;
        ActivePairsKernel<TSimd, TVec, PackVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(packed.View), 0, outputs.Blocks, inputFrom, inputTo, Addresses(view, scratch));
        KeepAlive(weights, outputs, inputs, packed, scratch);
    }

    internal override void PullBackPackedCore(PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch)
    {
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        scratch.Reserve(PackedKernel<TSimd, TVec>.ScratchOf(outputs.Width, inputs.Width));
        PackedKernel<TSimd, TVec>.PullBack(packed.View, outputs.View, inputs.View, outputValues.Pointer, pulled.Pointer, datumFrom, datumTo, scratch);
        KeepAlive(packed, outputs, inputs, outputValues, pulled, scratch);
    }

    internal override void PushForwardPackedCore(PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch)
    {
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        scratch.Reserve(PackedKernel<TSimd, TVec>.ScratchOf(outputs.Width, inputs.Width));
        PackedKernel<TSimd, TVec>.PushForward(packed.View, outputs.View, inputs.View, inputValues.Pointer, pushed.Pointer, datumFrom, datumTo, scratch);
        KeepAlive(packed, outputs, inputs, inputValues, pushed, scratch);
    }

    internal override void CountAboveCore(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        RowListKernel<TSimd, TVec, AboveTest<TSimd, TVec>>.Count(
            sums.View, new(sums.View.Data, thresholds.Pointer), destination.Starts, destination.Count, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    internal override void CompressAboveCore(PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        ThresholdKernel<TSimd, TVec>.Compress(sums.View, thresholds.Pointer, gain, destination.View, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    internal override void GatherActiveCore(PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        LayoutKernel.GatherActive(sums.View, entries.View, dataInRows, destination.Pointer, blockFrom, blockTo);
        KeepAlive(sums, entries, destination);
    }

    internal override void GramCore(PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom, int panelTo)
    {
        AccumulateKernel<TSimd, TVec, WideSums<TSimd, TVec>>.Run(
            rows.View, entries.With(values), (byte*)gram.Pointer, PanelMatrix.PanelRows, stride, panelFrom, panelTo, lowerOnly: true);
        KeepAlive(rows, entries, values, gram);
    }

    internal override void SpreadCore(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        LayoutKernel.Spread(entries.With(values), rows.View, panelFrom, panelTo);
        KeepAlive(entries, values, rows);
    }

    internal override void SubtractTransposedCore(PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target, int panelFrom, int panelTo)
    {
        LayoutKernel.SubtractTransposed(source.View, transposed.View, scale, target.View, panelFrom, panelTo);
        KeepAlive(source, transposed, target);
    }

    internal override void NarrowSymmetricCore(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        LayoutKernel.NarrowSymmetric<TSimdDouble, TVecDouble>(gram.Pointer, stride, matrix.View, panelFrom, panelTo);
        KeepAlive(gram, matrix);
    }

    internal override double DotCore(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        fixed (double* a = x, b = y)
            return DoubleVectorKernel<TSimdDouble, TVecDouble>.Dot(a, b, x.Length);
    }

    internal override void AxpyCore(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        fixed (double* from = x, to = y)
            DoubleVectorKernel<TSimdDouble, TVecDouble>.Axpy(a, from, to, x.Length);
    }

    internal override void AddProductCore(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z)
    {
        fixed (double* left = x, right = y, to = z)
            DoubleVectorKernel<TSimdDouble, TVecDouble>.AddProduct(a, left, right, to, x.Length);
    }

    internal override float DotCore(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        fixed (float* a = x, b = y)
            return VectorKernel<TSimd, TVec>.Dot(a, b, x.Length);
    }

    internal override void AxpyCore(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        fixed (float* from = x, to = y)
            VectorKernel<TSimd, TVec>.Axpy(a, from, to, x.Length);
    }

    internal override double SquaredNormCore(ReadOnlySpan<float> x)
    {
        fixed (float* a = x)
            return DoubleVectorKernel<TSimdDouble, TVecDouble>.SquaredNorm(a, x.Length);
    }

    internal override void FillNormalCore(Span<float> destination, ulong seed, uint row, uint layer, double deviation)
    {
        fixed (float* to = destination)
            NormalKernel<TSimdDouble, TVecDouble>.Fill(to, destination.Length, seed, row, layer, deviation);
    }

    private static int* Addresses(ActiveView outputs, Arena scratch)
    {
        long most = ActivePairsKernel<TSimd, TVec, PullBackVisit<TSimd, TVec>>.AddressesOf(outputs);
        scratch.Reserve(most * sizeof(int) + 128);
        return scratch.TakePointer<int>(most);
    }
}
