using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <summary>
/// Hands every verb to another set: what a set that serves only some of them itself starts from. A new verb of the contract is one more
/// line here.
/// </summary>
/// <param name="managed">Who serves.</param>
internal abstract class ForwardingKernelSet(KernelSet managed) : KernelSet
{
    /// <summary>Who serves what this set does not.</summary>
    protected KernelSet Managed => managed;

    internal override void AccumulateCore(PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo, int datumFrom, int datumTo) =>
        Managed.AccumulateCore(weights, inputs, values, sums, panelFrom, panelTo, datumFrom, datumTo);

    internal override void AccumulateDenseCore(PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo) =>
        Managed.AccumulateDenseCore(weights, inputs, sums, panelFrom, panelTo);

    internal override void RoundCore(PanelMatrix source, PanelMatrix target, int panel) => Managed.RoundCore(source, target, panel);

    internal override void PullBackCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch) =>
        Managed.PullBackCore(weights, outputs, outputValues, inputs, pulled, inputFrom, inputTo, scratch);

    internal override void PushForwardCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs, NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch) =>
        Managed.PushForwardCore(weights, outputs, pushed, inputs, inputValues, blockFrom, blockTo, scratch);

    internal override void ScatterCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> inputValues, float scale,
        int blockFrom, int blockTo, Arena scratch) =>
        Managed.ScatterCore(weights, outputs, outputValues, inputs, inputValues, scale, blockFrom, blockTo, scratch);

    internal override void PackCore(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo, Arena scratch) =>
        Managed.PackCore(weights, outputs, inputs, packed, inputFrom, inputTo, scratch);

    internal override void PullBackPackedCore(PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch) =>
        Managed.PullBackPackedCore(packed, outputValues, pulled, datumFrom, datumTo, scratch);

    internal override void PushForwardPackedCore(PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch) =>
        Managed.PushForwardPackedCore(packed, inputValues, pushed, datumFrom, datumTo, scratch);

    internal override void CountAboveCore(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.CountAboveCore(sums, thresholds, destination, blockFrom, blockTo);

    internal override void CompressAboveCore(PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.CompressAboveCore(sums, thresholds, gain, destination, blockFrom, blockTo);

    internal override void GatherActiveCore(PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo) =>
        Managed.GatherActiveCore(sums, entries, dataInRows, destination, blockFrom, blockTo);

    internal override void GramCore(PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom, int panelTo) =>
        Managed.GramCore(rows, entries, values, gram, stride, panelFrom, panelTo);

    internal override void SpreadCore(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo) =>
        Managed.SpreadCore(entries, values, rows, panelFrom, panelTo);

    internal override void SubtractTransposedCore(PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target, int panelFrom, int panelTo) =>
        Managed.SubtractTransposedCore(source, transposed, scale, target, panelFrom, panelTo);

    internal override void NarrowSymmetricCore(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo) =>
        Managed.NarrowSymmetricCore(gram, stride, matrix, panelFrom, panelTo);

    internal override bool FactorDiagonalCore(NativeBuffer<double> matrix, int stride, int column, int n) => Managed.FactorDiagonalCore(matrix, stride, column, n);

    internal override void SolveBelowDiagonalCore(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo) =>
        Managed.SolveBelowDiagonalCore(matrix, stride, column, n, panel, rowFrom, rowTo);

    internal override void UpdateTrailingCore(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo) =>
        Managed.UpdateTrailingCore(matrix, stride, column, n, panel, rowFrom, rowTo);

    internal override void SolveFactoredCore(NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> right, int rightStride) =>
        Managed.SolveFactoredCore(matrix, stride, n, right, rightStride);

    internal override void PackRowsCore(NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo) =>
        Managed.PackRowsCore(rows, rowStride, columnFrom, columnTo, panel, rowFrom, rowTo);

    internal override void AddOuterProductCore(NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo) =>
        Managed.AddOuterProductCore(panel, columns, gram, stride, rowFrom, rowTo);

    internal override void SolveLowerCore(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch) =>
        Managed.SolveLowerCore(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);

    internal override void SolveUpperCore(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch) =>
        Managed.SolveUpperCore(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);

    internal override void SolveLowerCore(NativeBuffer<double> factor, int stride, Span<double> vector) => Managed.SolveLowerCore(factor, stride, vector);

    internal override void SolveUpperCore(NativeBuffer<double> factor, int stride, Span<double> vector) => Managed.SolveUpperCore(factor, stride, vector);

    internal override void MultiplySymmetricCore(NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom, int rowTo) =>
        Managed.MultiplySymmetricCore(matrix, stride, x, y, partial, rowFrom, rowTo);

    internal override void TransformHadamardCore(Span<float> vector) => Managed.TransformHadamardCore(vector);

    internal override void TransformHadamardColumnsCore(Span<float> matrix, int columns, int columnFrom, int columnTo) => Managed.TransformHadamardColumnsCore(matrix, columns, columnFrom, columnTo);

    internal override void SampleHadamardCore(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, Span<float> result) =>
        Managed.SampleHadamardCore(ids, values, samples, result);

    internal override void CountSketchCore(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result) =>
        Managed.CountSketchCore(ids, values, buckets, signs, result);

    internal override double DotCore(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Managed.DotCore(x, y);
    internal override void AxpyCore(double a, ReadOnlySpan<double> x, Span<double> y) => Managed.AxpyCore(a, x, y);
    internal override void AddProductCore(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z) => Managed.AddProductCore(a, x, y, z);
    internal override float DotCore(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => Managed.DotCore(x, y);
    internal override void AxpyCore(float a, ReadOnlySpan<float> x, Span<float> y) => Managed.AxpyCore(a, x, y);
    internal override double SquaredNormCore(ReadOnlySpan<float> x) => Managed.SquaredNormCore(x);

    internal override void FillNormalCore(Span<float> destination, ulong seed, uint row, uint layer, double deviation) =>
        Managed.FillNormalCore(destination, seed, row, layer, deviation);

    // ---- certified activity

    internal override void SupportNormsCore(PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo) =>
        Managed.SupportNormsCore(weights, inputs, raise, norms, panelFrom, panelTo);

    internal override void RowNormsCore(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo) =>
        Managed.RowNormsCore(weights, raise, norms, panelFrom, panelTo);

    internal override void RaiseCore(PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo) =>
        Managed.RaiseCore(source, slack, sizes, target, panelFrom, panelTo);

    internal override void RaiseAndCountUncertainCore(PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.RaiseAndCountUncertainCore(upper, support, bound, destination, blockFrom, blockTo);

    internal override void ListUncertainCore(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.ListUncertainCore(upper, bound, destination, blockFrom, blockTo);

    internal override void SetListedCore(ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int blockFrom, int blockTo) =>
        Managed.SetListedCore(listed, values, slack, sizes, target, blockFrom, blockTo);

    internal override void CountListedAboveCore(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.CountListedAboveCore(listed, sums, thresholds, destination, blockFrom, blockTo);

    internal override void CompressListedAboveCore(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.CompressListedAboveCore(listed, sums, thresholds, gain, destination, blockFrom, blockTo);

    internal override void CountNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.CountNonZeroCore(matrix, destination, blockFrom, blockTo);

    internal override void ListNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.ListNonZeroCore(matrix, destination, blockFrom, blockTo);

    // ---- half-spaces and neighbours

    internal override void ReportHalfSpaceCore(RowTree tree, ReadOnlySpan<float> x, float norm, float bound, float listedCost, SearchHits hits) =>
        Managed.ReportHalfSpaceCore(tree, x, norm, bound, listedCost, hits);

    internal override void NearestCore(RowTree tree, ReadOnlySpan<float> x, int k, float listedCost, SearchHits hits) => Managed.NearestCore(tree, x, k, listedCost, hits);

    internal override void LargestProductsCore(RowTree tree, ReadOnlySpan<float> x, float norm, int k, float listedCost, SearchHits hits) =>
        Managed.LargestProductsCore(tree, x, norm, k, listedCost, hits);

    internal override void SortByIdCore(SearchHits hits, int largestId) => Managed.SortByIdCore(hits, largestId);

    // ---- max-tournaments

    internal override void BuildTournamentCore(ReadOnlySpan<float> keys, TournamentTrees trees, int tree) => Managed.BuildTournamentCore(keys, trees, tree);

    internal override void BuildTournamentsCore(PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo) =>
        Managed.BuildTournamentsCore(sums, thresholds, overData, trees, treeFrom, treeTo);

    internal override void UpdateTournamentCore(ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree, bool byLevel) =>
        Managed.UpdateTournamentCore(leaves, keys, trees, tree, byLevel);

    internal override void UpdateTournamentsCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, ActiveBatch changed, TournamentTrees trees, int treeFrom, int treeTo, int mostPaths, Arena scratch) =>
        Managed.UpdateTournamentsCore(sums, thresholds, overData, changed, trees, treeFrom, treeTo, mostPaths, scratch);

    internal override int ReportAboveCore(TournamentTrees trees, int tree, float threshold, Span<int> ids) => Managed.ReportAboveCore(trees, tree, threshold, ids);
    internal override int ReportTopCore(TournamentTrees trees, int tree, Span<int> ids) => Managed.ReportTopCore(trees, tree, ids);

    internal override void CountPositiveCore(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo) =>
        Managed.CountPositiveCore(trees, destination, treeFrom, treeTo);

    internal override void CompressPositiveCore(TournamentTrees trees, float gain, ActiveBatch destination, int treeFrom, int treeTo) =>
        Managed.CompressPositiveCore(trees, gain, destination, treeFrom, treeTo);
}
