using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;

namespace Subquad.Activity;

/// <summary>
/// One half-space tree over the data, built once: each neuron that moved asks for the data it fires for, the lists of the others stay
/// (Song, Yang, Zhang, NeurIPS 2021, algorithm X).
/// </summary>
internal sealed class HalfSpaceOverData(TeamKernels kernels, Layer layer) : IncrementalActiveSetFinder(kernels, layer)
{
    private readonly SearchLists _lists = new(kernels);
    private readonly ActiveBatch _byNeuron = new();
    private readonly TransposedBatch _transposed = new();
    private readonly float[] _rows = new float[layer.Width * layer.Inputs];
    private HalfSpaceTree? _tree;
    private int _data;
    private bool _isFirst;

    public override bool ReadsWeights => true;

    public override void Dispose()
    {
        _tree?.Dispose();
        _lists.Dispose();
        _byNeuron.Dispose();
        _transposed.Dispose();
    }

    protected override void Build(ActiveBatch inputs, PanelMatrix sums)
    {
        _tree?.Dispose();
        _data = inputs.Count;
        _tree = new HalfSpaceTree(SearchLists.Dense(inputs), Layer.Inputs, Kernels.Kernels);
        Layer.LowRank.CopyRows(0, Layer.Width, _rows, Kernels.Kernels.IsFused);
        _isFirst = true;
    }

    protected override void Update(PanelMatrix sums, PanelMatrix weights)
    {
        for (int row = 0; row < Layer.Width; row++)
            if (Changed[row])
                weights.CopyRows(row, 1, _rows.AsSpan(row * Layer.Inputs, Layer.Inputs));
    }

    protected override void List(float gain, ActiveBatch active)
    {
        bool isFirst = _isFirst;
        _isFirst = false;
        _lists.Search(
            Layer.Width,
            (neuron, hits) => _tree!.ReportAscending(_rows.AsSpan(neuron * Layer.Inputs, Layer.Inputs), Layer.Thresholds[neuron], hits),
            (neuron, _) => Layer.Thresholds[neuron],
            gain,
            skips: neuron => !isFirst && !IsChanged(neuron));
        Computed = (double)_lists.Found / ((double)_data * Layer.Width);
        _lists.FillInto(_byNeuron, _data);
        _transposed.Build(_byNeuron);
        active.CopyFrom(_transposed.Lists);
    }
}
