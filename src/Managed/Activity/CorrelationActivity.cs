using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;

namespace Subquad.Activity;

/// <summary>
/// A tournament tree per datum over its pre-activations (DTree), or one per neuron where there are more data than neurons (WTree): leaves
/// above 0 are the firing pairs (Alman et al., NeurIPS 2023).
/// </summary>
internal sealed class CorrelationActivity(TeamKernels kernels, Layer layer) : IncrementalActiveSetFinder(kernels, layer)
{
    private readonly CorrelationForest _forest = new(kernels.Kernels, kernels.Team);
    private readonly ActiveBatch _changes = new(), _byNeuron = new();
    private readonly TransposedBatch _transposed = new();
    private int[] _counts = [];
    private int[][] _ids = [];
    private float[][] _values = [];

    public override bool ReadsWeights => false;

    /// <summary>Bytes of the trees and of the lists of their changed leaves, which may be all of them.</summary>
    public static Int128 BytesOf(int neurons, int data) => CorrelationForest.BytesOf(neurons, data)
        + ActiveBatch.BytesOf(Math.Min(neurons, data), Math.Max(neurons, data), (Int128)neurons * data);

    public override void Dispose()
    {
        _forest.Dispose();
        _changes.Dispose();
        _byNeuron.Dispose();
        _transposed.Dispose();
    }

    protected override void Build(ActiveBatch inputs, PanelMatrix sums)
    {
        _forest.Build(sums, Layer.Thresholds, overData: sums.Columns > sums.Rows);
        Computed = 1;
    }

    protected override void Update(PanelMatrix sums, PanelMatrix weights)
    {
        int trees = _forest.Count, leaves = _forest.Leaves, changed = Changed.Count(true);
        Computed = 0;
        if (_counts.Length != trees)
            (_counts, _ids, _values) = (new int[trees], new int[trees][], new float[trees][]);
        if (_forest.OverData)
        {
            // All leaves of the changed neurons' trees, none of the others'.
            int[] all = [.. Enumerable.Range(0, leaves)];
            var zeros = new float[leaves];
            for (int tree = 0; tree < trees; tree++)
                (_counts[tree], _ids[tree], _values[tree]) = (Changed[tree] ? leaves : 0, all, zeros);
        }
        else
        {
            int[] rows = new int[changed];
            for (int row = 0, next = 0; row < Layer.Width; row++)
                if (Changed[row])
                    rows[next++] = row;
            Array.Fill(_counts, changed);
            Array.Fill(_ids, rows);
            Array.Fill(_values, new float[changed]);
        }
        _changes.SetLists(leaves, _counts, _ids, _values);
        _forest.Update(sums, Layer.Thresholds, _changes);
    }

    protected override void List(float gain, ActiveBatch active)
    {
        if (!_forest.OverData)
        {
            _forest.Report(gain, active);
            return;
        }
        _forest.Report(gain, _byNeuron);
        _transposed.Build(_byNeuron);
        active.CopyFrom(_transposed.Lists);
    }
}
