using Subquad.Simd.Memory;

namespace Subquad.Simd.Threading;

/// <content>Products with matrices that hold no weights, and corrections by them: small matrices times the lists of all neurons.</content>
internal sealed partial class TeamKernels
{
    /// <summary>
    /// A small matrix of at most this many bytes stays in the second-level cache while blocks of columns pass it one by one.
    /// </summary>
    private const long MostResidentBytes = 1_200_000;

    private const int PanelsOfBlock = ActiveBatch.BlockSize / PanelMatrix.PanelRows;

    private Action<int, int>? _accumulateChunk, _correctBlock;
    private int _dataAtOnce;
    private PanelMatrix _source = null!;
    private NativeBuffer<float> _thresholds = null!;
    private ActiveBatch _active = null!;

    /// <summary>product = M x: the forward verb for a matrix that holds no weights, whose lines are not counted.</summary>
    public void Multiply(PanelMatrix matrix, ActiveBatch columns, NativeBuffer<float> values, PanelMatrix product)
    {
        Hold(matrix, columns, values, product);
        RunAccumulate();
    }

    /// <summary>
    /// target = source - scale * (M x)^T, and the rows of target above their thresholds with gain * (target - threshold): pre-activations
    /// of data whose inputs are constant, corrected by a step. The bits are those of <see cref="Multiply"/>,
    /// <see cref="SubtractTransposed"/> and <see cref="Threshold"/>, but a block of neurons goes through all three in the caches.
    /// </summary>
    /// <param name="matrix">M: inner products, data x terms.</param>
    /// <param name="columns">x: a list of terms per neuron.</param>
    /// <param name="values">In the order of <paramref name="columns"/>.</param>
    /// <param name="product">Scratch: data x neurons.</param>
    /// <param name="source">Pre-activations before: neurons x data.</param>
    /// <param name="scale">Multiplies the product.</param>
    /// <param name="target">Pre-activations after.</param>
    /// <param name="thresholds">One per neuron, padding included.</param>
    /// <param name="gain">Multiplies what is above.</param>
    /// <param name="active">Takes the lists.</param>
    public void Correct(
        PanelMatrix matrix, ActiveBatch columns, NativeBuffer<float> values, PanelMatrix product, PanelMatrix source, float scale,
        PanelMatrix target, NativeBuffer<float> thresholds, float gain, ActiveBatch active)
    {
        if (PanelMatrix.BytesOf(matrix.Rows, matrix.Columns) > MostResidentBytes)
        {
            Multiply(matrix, columns, values, product);
            SubtractTransposed(source, product, scale, target);
            Threshold(target, thresholds, gain, active);
            return;
        }
        Hold(matrix, columns, values, product);
        target.SetShape(source.Rows, source.Columns);
        active.SetShape(source.Columns, source.Rows);
        KernelSet.CheckTransposed(source, product, target, 0, target.Panels);
        KernelSet.CheckThresholds(target, thresholds, active, 0, active.Blocks);
        (_source, _scale, _target, _thresholds, _active) = (source, scale, target, thresholds, active);
        Team.Run(active.Blocks, _correctBlock ??= (block, _) => CorrectBlock(block));
        active.SumCountsAndReserve();
        (_sums, _floats, _lists, _scale) = (target, thresholds, active, gain);
        Team.Run(active.Blocks, _compress);
    }

    private void Hold(PanelMatrix matrix, ActiveBatch columns, NativeBuffer<float> values, PanelMatrix product)
    {
        product.SetShape(matrix.Rows, columns.Count);
        MultiplyAdds += columns.EntryCount * matrix.Rows;
        KernelSet.CheckAccumulate(matrix, columns, values, product, 0, matrix.Panels, 0, columns.Count);
        (_weights, _lists, _inputValues, _sums) = (matrix, columns, values, product);
    }

    /// <summary>
    /// Shared by data when there are too few rows to share: a network's outputs, a small matrix times the lists of all neurons.
    /// </summary>
    private void RunAccumulate()
    {
        if (_weights.Panels / 2 >= Team.Degree)
        {
            Team.Run(_weights.Panels / 2, _accumulate);
            return;
        }
        _dataAtOnce = Math.Clamp(_lists.Count / (4 * Team.Degree), 1, ActiveBatch.BlockSize);
        Team.Run((_lists.Count + _dataAtOnce - 1) / _dataAtOnce, _accumulateChunk ??= (chunk, _) =>
            AccumulateData(chunk * _dataAtOnce, _dataAtOnce));
    }

    private void CorrectBlock(int block)
    {
        AccumulateData(block * ActiveBatch.BlockSize, ActiveBatch.BlockSize);
        Kernels.SubtractTransposedUnchecked(
            _source, _sums, _scale, _target, block * PanelsOfBlock, Math.Min(_target.Panels, (block + 1) * PanelsOfBlock));
        Kernels.CountAboveUnchecked(_target, _thresholds, _active, block, block + 1);
    }

    private void AccumulateData(int from, int count) =>
        Kernels.AccumulateUnchecked(_weights, _lists, _inputValues, _sums, 0, _weights.Panels, from, Math.Min(_lists.Count, from + count));
}
