using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <summary>Closes the generic kernels over one instruction set. Checks views and ranges in Debug; a kernel gets pointers, and the owners are kept alive until it returns.</summary>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble> : KernelSet
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TSimdDouble : struct, ISimdDouble<TVecDouble>
    where TVecDouble : struct
{
    public override string Name => TSimd.Name;
    public override int Lanes => TSimd.Count;
    public override bool IsFused => TSimd.IsFused;

    public override void Accumulate(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo, int datumFrom, int datumTo)
    {
        HoldsForward(weights, inputs.Width, inputs.Count, sums, panelFrom, panelTo);
        HoldsRange(datumFrom, datumTo, inputs.Count);
        HoldsValues(inputs, values);
        if (weights.Format == ElementFormat.BFloat16)
            BFloat16Kernel<TSimd, TVec>.Run(weights.NarrowView, inputs.With(values), sums.View, panelFrom, panelTo, datumFrom, datumTo);
        else
            AccumulateKernel<TSimd, TVec, ChainedSums<TSimd, TVec>>.Run(
                weights.View, inputs.With(values), (byte*)sums.View.Data, sums.PanelStride, PanelMatrix.PanelRows, panelFrom, panelTo, lowerOnly: false, datumFrom, datumTo);
        KeepAlive(weights, inputs, values, sums);
    }

    public override void AccumulateDense(PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo)
    {
        HoldsForward(weights, inputs.Columns, inputs.Rows, sums, panelFrom, panelTo);
        if (weights.Format == ElementFormat.BFloat16)
            DenseKernel<TSimd, TVec, BFloat16Pair<TSimd, TVec>>.Run(
                (float*)weights.NarrowView.Data, weights.NarrowView.Stride, weights.Columns, inputs.View, sums.View, panelFrom, panelTo);
        else
            DenseKernel<TSimd, TVec, SinglePair<TSimd, TVec>>.Run(weights.View.Data, weights.PanelStride, weights.Columns, inputs.View, sums.View, panelFrom, panelTo);
        KeepAlive(weights, inputs, sums);
    }

    public override void Round(PanelMatrix source, PanelMatrix target, int panel)
    {
        HoldsRound(source, target, panel);
        RoundKernel<TSimd, TVec>.Run(source.View, target.NarrowView, source.Panels, panel);
        KeepAlive(source, target);
    }

    public override void PullBack(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch)
    {
        HoldsPairs(weights, outputs, inputs);
        HoldsValues(outputs, outputValues);
        HoldsValues(inputs.Lists, pulled);
        HoldsRange(inputFrom, inputTo, weights.Columns);
        ActiveView view = outputs.With(outputValues);
        ActivePairsKernel<TSimd, TVec, PullBackVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(outputValues.Pointer, pulled.Pointer), 0, outputs.Blocks, inputFrom, inputTo, Addresses(view, scratch));
        KeepAlive(weights, outputs, outputValues, inputs, pulled, scratch);
    }

    public override void PushForward(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs, NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch)
    {
        HoldsPairs(weights, outputs, inputs);
        HoldsValues(outputs, pushed);
        HoldsValues(inputs.Lists, inputValues);
        HoldsRange(blockFrom, blockTo, outputs.Blocks);
        ActiveView view = outputs.With(pushed);
        ActivePairsKernel<TSimd, TVec, PushForwardVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(inputValues.Pointer, pushed.Pointer), blockFrom, blockTo, 0, weights.Columns, Addresses(view, scratch));
        KeepAlive(weights, outputs, pushed, inputs, inputValues, scratch);
    }

    public override void Scatter(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> inputValues, float scale, int blockFrom, int blockTo, Arena scratch)
    {
        Contract.Holds(!weights.IsReadOnly, "weights that may be written");
        HoldsPairs(weights, outputs, inputs);
        HoldsValues(outputs, outputValues);
        HoldsValues(inputs.Lists, inputValues);
        HoldsRange(blockFrom, blockTo, outputs.Blocks);
        ActiveView view = outputs.With(outputValues);
        ActivePairsKernel<TSimd, TVec, ScatterVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(outputValues.Pointer, inputValues.Pointer, scale), blockFrom, blockTo, 0, weights.Columns, Addresses(view, scratch));
        KeepAlive(weights, outputs, outputValues, inputs, inputValues, scratch);
    }

    public override void Pack(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo, Arena scratch)
    {
        HoldsPack(weights, outputs, inputs, packed, inputFrom, inputTo);
        ActiveView view = outputs.View;
        ActivePairsKernel<TSimd, TVec, PackVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(packed.View), 0, outputs.Blocks, inputFrom, inputTo, Addresses(view, scratch));
        KeepAlive(weights, outputs, inputs, packed, scratch);
    }

    public override void PullBackPacked(PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch)
    {
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        HoldsValues(outputs, outputValues);
        HoldsValues(inputs, pulled);
        HoldsRange(datumFrom, datumTo, outputs.Count);
        scratch.Reserve(PackedKernel<TSimd, TVec>.ScratchOf(outputs.Width, inputs.Width));
        PackedKernel<TSimd, TVec>.PullBack(packed.View, outputs.View, inputs.View, outputValues.Pointer, pulled.Pointer, datumFrom, datumTo, scratch);
        KeepAlive(packed, outputs, inputs, outputValues, pulled, scratch);
    }

    public override void PushForwardPacked(PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch)
    {
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        HoldsValues(inputs, inputValues);
        HoldsValues(outputs, pushed);
        HoldsRange(datumFrom, datumTo, outputs.Count);
        scratch.Reserve(PackedKernel<TSimd, TVec>.ScratchOf(outputs.Width, inputs.Width));
        PackedKernel<TSimd, TVec>.PushForward(packed.View, outputs.View, inputs.View, inputValues.Pointer, pushed.Pointer, datumFrom, datumTo, scratch);
        KeepAlive(packed, outputs, inputs, inputValues, pushed, scratch);
    }

    public override void CountAbove(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsThresholds(sums, thresholds, destination, blockFrom, blockTo);
        RowListKernel<TSimd, TVec, AboveTest<TSimd, TVec>>.Count(
            sums.View, new(sums.View.Data, thresholds.Pointer), destination.Starts, destination.Count, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    public override void CompressAbove(PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsThresholds(sums, thresholds, destination, blockFrom, blockTo);
        HoldsValues(destination, destination.Values);
        ThresholdKernel<TSimd, TVec>.Compress(sums.View, thresholds.Pointer, gain, destination.View, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    public override void GatherActive(PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        HoldsGather(sums, entries, dataInRows, destination, blockFrom, blockTo);
        LayoutKernel.GatherActive(sums.View, entries.View, dataInRows, destination.Pointer, blockFrom, blockTo);
        KeepAlive(sums, entries, destination);
    }

    public override void Gram(PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom, int panelTo)
    {
        HoldsGram(rows, entries, values, gram, stride, panelFrom, panelTo);
        AccumulateKernel<TSimd, TVec, WideSums<TSimd, TVec>>.Run(
            rows.View, entries.With(values), (byte*)gram.Pointer, PanelMatrix.PanelRows, stride, panelFrom, panelTo, lowerOnly: true);
        KeepAlive(rows, entries, values, gram);
    }

    public override void Spread(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        HoldsRows(entries, values, rows, panelFrom, panelTo);
        LayoutKernel.Spread(entries.With(values), rows.View, panelFrom, panelTo);
        KeepAlive(entries, values, rows);
    }

    public override void SubtractTransposed(PanelMatrix source, PanelMatrix turned, float scale, PanelMatrix target, int panelFrom, int panelTo)
    {
        HoldsTurned(source, turned, target, panelFrom, panelTo);
        LayoutKernel.SubtractTransposed(source.View, turned.View, scale, target.View, panelFrom, panelTo);
        KeepAlive(source, turned, target);
    }

    public override void NarrowSymmetric(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        HoldsNarrow(gram, stride, matrix, panelFrom, panelTo);
        LayoutKernel.NarrowSymmetric<TSimdDouble, TVecDouble>(gram.Pointer, stride, matrix.View, panelFrom, panelTo);
        KeepAlive(gram, matrix);
    }

    public override double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Contract.Holds(x.Length == y.Length, "equal lengths");
        fixed (double* a = x, b = y)
            return DoubleVectorKernel<TSimdDouble, TVecDouble>.Dot(a, b, x.Length);
    }

    public override void Axpy(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        Contract.Holds(x.Length == y.Length, "equal lengths");
        fixed (double* from = x, to = y)
            DoubleVectorKernel<TSimdDouble, TVecDouble>.Axpy(a, from, to, x.Length);
    }

    public override void AddProduct(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z)
    {
        Contract.Holds(x.Length == y.Length && x.Length == z.Length, "equal lengths");
        fixed (double* left = x, right = y, to = z)
            DoubleVectorKernel<TSimdDouble, TVecDouble>.AddProduct(a, left, right, to, x.Length);
    }

    public override float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        Contract.Holds(x.Length == y.Length, "equal lengths");
        fixed (float* a = x, b = y)
            return VectorKernel<TSimd, TVec>.Dot(a, b, x.Length);
    }

    public override void Axpy(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        Contract.Holds(x.Length == y.Length, "equal lengths");
        fixed (float* from = x, to = y)
            VectorKernel<TSimd, TVec>.Axpy(a, from, to, x.Length);
    }

    public override double SquaredNorm(ReadOnlySpan<float> x)
    {
        fixed (float* a = x)
            return DoubleVectorKernel<TSimdDouble, TVecDouble>.SquaredNorm(a, x.Length);
    }

    public override void FillNormal(Span<float> destination, ulong seed, uint row, uint layer, double deviation)
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
