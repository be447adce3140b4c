using Subquad.Simd.Memory;

namespace Subquad.Simd.Threading;

/// <summary>
/// The verbs of certified activity over their whole range, shared among the workers of a team; see <see cref="TeamKernels"/>.
/// </summary>
internal sealed class CertificateKernels
{
    private readonly TeamKernels _kernels;
    private readonly Action<int, int> _supportNorms, _rowNorms, _raise, _countUncertain, _listUncertain;
    private readonly Action<int, int> _setListed, _countListed, _compressListed, _countNonZero, _listNonZero;

    private PanelMatrix _weights = null!, _upper = null!, _support = null!;
    private ActiveBatch _inputs = null!, _lists = null!, _listed = null!;
    private NativeBuffer<float> _first = null!, _second = null!, _third = null!;
    private RowBound _bound = null!;
    private float _scale;

    /// <summary>The verbs on the set and team of <paramref name="kernels"/>, which also counts their arithmetic.</summary>
    public CertificateKernels(TeamKernels kernels)
    {
        _kernels = kernels;
        KernelSet set = kernels.Kernels;
        _supportNorms = (pair, _) => set.SupportNormsUnchecked(_weights, _inputs, _scale, _support, 2 * pair, 2 * pair + 2);
        _rowNorms = (panel, _) => set.RowNormsUnchecked(_weights, _scale, _first, panel, panel + 1);
        _raise = (panel, _) => set.RaiseUnchecked(_upper, _first, _second, _support, panel, panel + 1);
        _countUncertain = (block, _) => set.RaiseAndCountUncertainUnchecked(_upper, _support, _bound, _lists, block, block + 1);
        _listUncertain = (block, _) => set.ListUncertainUnchecked(_upper, _bound, _lists, block, block + 1);
        _setListed = (block, _) => set.SetListedUnchecked(_listed, _first, _second, _third, _upper, block, block + 1);
        _countListed = (block, _) => set.CountListedAboveUnchecked(_listed, _first, _second, _lists, block, block + 1);
        _compressListed = (block, _) => set.CompressListedAboveUnchecked(_listed, _first, _second, _scale, _lists, block, block + 1);
        _countNonZero = (block, _) => set.CountNonZeroUnchecked(_upper, _lists, block, block + 1);
        _listNonZero = (block, _) => set.ListNonZeroUnchecked(_upper, _lists, block, block + 1);
    }

    /// <summary>Upper bounds of the norms of all rows on each datum's active inputs; see <see cref="KernelSet.SupportNorms"/>.</summary>
    public void SupportNorms(PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms)
    {
        norms.SetShape(weights.Rows, inputs.Count);
        _kernels.MultiplyAdds += inputs.EntryCount * weights.Rows;
        if (_kernels.CountsLines)
            _kernels.TouchedLines += LineCounter.OfForward(weights, inputs);
        KernelSet.CheckSupportNorms(weights, inputs, norms, 0, weights.Panels);
        (_weights, _inputs, _scale, _support) = (weights, inputs, raise, norms);
        _kernels.Team.Run(weights.Panels / 2, _supportNorms);
    }

    /// <summary>Upper bounds of the norms of all rows, padding included.</summary>
    public void RowNorms(PanelMatrix weights, float raise, NativeBuffer<float> norms)
    {
        KernelSet.CheckRowNorms(weights, norms, 0, weights.Panels);
        (_weights, _scale, _first) = (weights, raise, norms);
        _kernels.Team.Run(weights.Panels, _rowNorms);
    }

    /// <summary>target[r, i] = source[r, i] + slack[r] * sizes[i]; source and target may be the same.</summary>
    public void Raise(PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target)
    {
        target.SetShape(source.Rows, source.Columns);
        KernelSet.CheckRaise(source, slack, sizes, target, 0, target.Panels);
        (_upper, _first, _second, _support) = (source, slack, sizes, target);
        _kernels.Team.Run(source.Panels, _raise);
    }

    /// <summary>
    /// Raises upper to the bound and counts the rows that it does not rule out, as runs of <paramref name="destination"/>;
    /// <see cref="ListUncertain"/> lists them.
    /// </summary>
    public void RaiseAndCountUncertain(PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination)
    {
        destination.SetShape(upper.Columns, upper.Rows);
        KernelSet.CheckRaiseAndCount(upper, support, bound, destination, 0, destination.Blocks);
        (_upper, _support, _bound, _lists) = (upper, support, bound, destination);
        _kernels.Team.Run(destination.Blocks, _countUncertain);
        destination.SumCounts();
    }

    /// <summary>Lists the rows that were counted.</summary>
    public void ListUncertain(PanelMatrix upper, RowBound bound, ActiveBatch destination)
    {
        destination.ReserveEntries(destination.EntryCount);
        KernelSet.CheckBound(upper, bound, destination, 0, destination.Blocks);
        (_upper, _bound, _lists) = (upper, bound, destination);
        _kernels.Team.Run(destination.Blocks, _listUncertain);
    }

    /// <summary>target[r, i] = value + slack[r] * sizes[i] for the listed elements.</summary>
    public void SetListed(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target)
    {
        KernelSet.CheckSetListed(listed, values, slack, sizes, target, 0, listed.Blocks);
        (_listed, _first, _second, _third, _upper) = (listed, values, slack, sizes, target);
        _kernels.Team.Run(listed.Blocks, _setListed);
    }

    /// <summary>Among listed rows, those above their thresholds, and gain * (sum - threshold) for each.</summary>
    public void ThresholdListed(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination)
    {
        destination.SetShape(listed.Count, listed.Width);
        KernelSet.CheckListed(listed, sums, thresholds, destination, 0, listed.Blocks);
        (_listed, _first, _second, _lists, _scale) = (listed, sums, thresholds, destination, gain);
        _kernels.Team.Run(destination.Blocks, _countListed);
        destination.SumCountsAndReserve();
        _kernels.Team.Run(destination.Blocks, _compressListed);
    }

    /// <summary>Lists the elements that are not zero, with their values, column by column of a matrix neurons x data.</summary>
    public void NonZero(PanelMatrix matrix, ActiveBatch destination)
    {
        destination.SetShape(matrix.Columns, matrix.Rows);
        (_upper, _lists) = (matrix, destination);
        _kernels.Team.Run(destination.Blocks, _countNonZero);
        destination.SumCountsAndReserve();
        _kernels.Team.Run(destination.Blocks, _listNonZero);
        _kernels.GatherActive(matrix, destination, dataInRows: false, destination.Values);
    }
}
