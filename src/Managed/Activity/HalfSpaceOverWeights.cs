using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;

namespace Subquad.Activity;

/// <summary>
/// A half-space tree over the rows of W: each datum asks for the rows with &lt;w, x&gt; above the threshold, moved rows are moved in the
/// tree (Song, Yang, Zhang, NeurIPS 2021, algorithm W).
/// </summary>
internal sealed class HalfSpaceOverWeights(TeamKernels kernels, Layer layer) : IncrementalActiveSetFinder(kernels, layer)
{
    private readonly SearchLists _lists = new(kernels);
    private HalfSpaceTree? _tree;
    private float[] _rows = [];

    public override bool ReadsWeights => true;

    public override void Dispose()
    {
        _tree?.Dispose();
        _lists.Dispose();
    }

    protected override void Build(ActiveBatch inputs, PanelMatrix sums)
    {
        _tree?.Dispose();
        float[] rows = new float[Layer.Width * Layer.Inputs];
        Layer.LowRank.CopyRows(0, Layer.Width, rows, Kernels.Kernels.IsFused);
        _tree = new HalfSpaceTree(rows, Layer.Inputs, Kernels.Kernels);
        _rows = SearchLists.Dense(inputs);
        Computed = 1;
    }

    protected override void Update(PanelMatrix sums, PanelMatrix weights)
    {
        int changed = Changed.Count(true), next = 0;
        int[] ids = new int[changed];
        float[] rows = new float[changed * Layer.Inputs];
        for (int row = 0; row < Layer.Width; row++)
            if (Changed[row])
            {
                ids[next] = row;
                weights.CopyRows(row, 1, rows.AsSpan(next++ * Layer.Inputs, Layer.Inputs));
            }
        _tree!.Move(ids, rows);
    }

    protected override void List(float gain, ActiveBatch active)
    {
        // One bound serves the query; a neuron's own threshold is compared with afterwards.
        float least = float.PositiveInfinity;
        foreach (float threshold in Layer.Thresholds.Slice(0, Layer.Width))
            least = Math.Min(least, threshold);
        int data = _rows.Length / Layer.Inputs;
        _lists.Search(data, (datum, hits) => _tree!.ReportAscending(_rows.AsSpan(datum * Layer.Inputs, Layer.Inputs), least, hits),
            (_, id) => Layer.Thresholds[id], gain);
        Computed = (double)_lists.Found / ((double)data * Layer.Width);
        _lists.FillInto(active, Layer.Width);
    }
}
