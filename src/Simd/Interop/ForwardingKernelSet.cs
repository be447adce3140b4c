using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <summary>Hands every verb to another set: what a set that serves only some of them itself starts from. A new verb of the contract is one more line here.</summary>
/// <param name="managed">Who serves.</param>
internal abstract class ForwardingKernelSet(KernelSet managed) : KernelSet
{
    /// <summary>Who serves what this set does not.</summary>
    protected KernelSet Managed => managed;

    public override void Accumulate(PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo, int datumFrom, int datumTo) =>
        Managed.Accumulate(weights, inputs, values, sums, panelFrom, panelTo, datumFrom, datumTo);

    public override void AccumulateDense(PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo) =>
        Managed.AccumulateDense(weights, inputs, sums, panelFrom, panelTo);

    public override void Round(PanelMatrix source, PanelMatrix target, int panel) => Managed.Round(source, target, panel);

    public override void PullBack(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch) =>
        Managed.PullBack(weights, outputs, outputValues, inputs, pulled, inputFrom, inputTo, scratch);

    public override void PushForward(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs, NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch) =>
        Managed.PushForward(weights, outputs, pushed, inputs, inputValues, blockFrom, blockTo, scratch);

    public override void Scatter(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> inputValues, float scale,
        int blockFrom, int blockTo, Arena scratch) =>
        Managed.Scatter(weights, outputs, outputValues, inputs, inputValues, scale, blockFrom, blockTo, scratch);

    public override void Pack(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo, Arena scratch) =>
        Managed.Pack(weights, outputs, inputs, packed, inputFrom, inputTo, scratch);

    public override void PullBackPacked(PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch) =>
        Managed.PullBackPacked(packed, outputValues, pulled, datumFrom, datumTo, scratch);

    public override void PushForwardPacked(PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch) =>
        Managed.PushForwardPacked(packed, inputValues, pushed, datumFrom, datumTo, scratch);

    public override void CountAbove(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.CountAbove(sums, thresholds, destination, blockFrom, blockTo);

    public override void CompressAbove(PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.CompressAbove(sums, thresholds, gain, destination, blockFrom, blockTo);

    public override void GatherActive(PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo) =>
        Managed.GatherActive(sums, entries, dataInRows, destination, blockFrom, blockTo);

    public override void Gram(PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom, int panelTo) =>
        Managed.Gram(rows, entries, values, gram, stride, panelFrom, panelTo);

    public override void Spread(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo) =>
        Managed.Spread(entries, values, rows, panelFrom, panelTo);

    public override void SubtractTransposed(PanelMatrix source, PanelMatrix turned, float scale, PanelMatrix target, int panelFrom, int panelTo) =>
        Managed.SubtractTransposed(source, turned, scale, target, panelFrom, panelTo);

    public override void NarrowSymmetric(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo) =>
        Managed.NarrowSymmetric(gram, stride, matrix, panelFrom, panelTo);

    public override bool FactorDiagonal(NativeBuffer<double> matrix, int stride, int column, int n) => Managed.FactorDiagonal(matrix, stride, column, n);

    public override void SolveBelowDiagonal(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo) =>
        Managed.SolveBelowDiagonal(matrix, stride, column, n, panel, rowFrom, rowTo);

    public override void UpdateTrailing(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo) =>
        Managed.UpdateTrailing(matrix, stride, column, n, panel, rowFrom, rowTo);

    public override void SolveFactored(NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> right, int rightStride) =>
        Managed.SolveFactored(matrix, stride, n, right, rightStride);

    public override void PackRows(NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo) =>
        Managed.PackRows(rows, rowStride, columnFrom, columnTo, panel, rowFrom, rowTo);

    public override void AddOuterProduct(NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo) =>
        Managed.AddOuterProduct(panel, columns, gram, stride, rowFrom, rowTo);

    public override void SolveLower(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch) =>
        Managed.SolveLower(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);

    public override void SolveUpper(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch) =>
        Managed.SolveUpper(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);

    public override void SolveLower(NativeBuffer<double> factor, int stride, Span<double> vector) => Managed.SolveLower(factor, stride, vector);

    public override void SolveUpper(NativeBuffer<double> factor, int stride, Span<double> vector) => Managed.SolveUpper(factor, stride, vector);

    public override void MultiplySymmetric(NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom, int rowTo) =>
        Managed.MultiplySymmetric(matrix, stride, x, y, partial, rowFrom, rowTo);

    public override void TransformHadamard(Span<float> vector) => Managed.TransformHadamard(vector);

    public override void TransformHadamardColumns(Span<float> matrix, int columns, int columnFrom, int columnTo) => Managed.TransformHadamardColumns(matrix, columns, columnFrom, columnTo);

    public override void SampleHadamard(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, Span<float> result) =>
        Managed.SampleHadamard(ids, values, samples, result);

    public override void CountSketch(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result) =>
        Managed.CountSketch(ids, values, buckets, signs, result);

    public override double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Managed.Dot(x, y);
    public override void Axpy(double a, ReadOnlySpan<double> x, Span<double> y) => Managed.Axpy(a, x, y);
    public override void AddProduct(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z) => Managed.AddProduct(a, x, y, z);
    public override float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => Managed.Dot(x, y);
    public override void Axpy(float a, ReadOnlySpan<float> x, Span<float> y) => Managed.Axpy(a, x, y);
    public override double SquaredNorm(ReadOnlySpan<float> x) => Managed.SquaredNorm(x);

    public override void FillNormal(Span<float> destination, ulong seed, uint row, uint layer, double deviation) =>
        Managed.FillNormal(destination, seed, row, layer, deviation);

    // ---- certified activity ------------------------------------------------------------------------------------------------------------------------------------

    public override void SupportNorms(PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo) =>
        Managed.SupportNorms(weights, inputs, raise, norms, panelFrom, panelTo);

    public override void RowNorms(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo) =>
        Managed.RowNorms(weights, raise, norms, panelFrom, panelTo);

    public override void Raise(PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo) =>
        Managed.Raise(source, slack, sizes, target, panelFrom, panelTo);

    public override void RaiseAndCountUncertain(PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.RaiseAndCountUncertain(upper, support, bound, destination, blockFrom, blockTo);

    public override void ListUncertain(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.ListUncertain(upper, bound, destination, blockFrom, blockTo);

    public override void SetListed(ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int blockFrom, int blockTo) =>
        Managed.SetListed(listed, values, slack, sizes, target, blockFrom, blockTo);

    public override void CountListedAbove(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.CountListedAbove(listed, sums, thresholds, destination, blockFrom, blockTo);

    public override void CompressListedAbove(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.CompressListedAbove(listed, sums, thresholds, gain, destination, blockFrom, blockTo);

    public override void CountNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.CountNonZero(matrix, destination, blockFrom, blockTo);

    public override void ListNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo) =>
        Managed.ListNonZero(matrix, destination, blockFrom, blockTo);

    // ---- half-spaces and neighbours ----------------------------------------------------------------------------------------------------------------------------

    public override void ReportHalfSpace(RowTree tree, ReadOnlySpan<float> x, float norm, float bound, float listedCost, SearchHits hits) =>
        Managed.ReportHalfSpace(tree, x, norm, bound, listedCost, hits);

    public override void Nearest(RowTree tree, ReadOnlySpan<float> x, int k, float listedCost, SearchHits hits) => Managed.Nearest(tree, x, k, listedCost, hits);

    public override void LargestProducts(RowTree tree, ReadOnlySpan<float> x, float norm, int k, float listedCost, SearchHits hits) =>
        Managed.LargestProducts(tree, x, norm, k, listedCost, hits);

    public override void SortById(SearchHits hits, int largestId) => Managed.SortById(hits, largestId);

    // ---- max-tournaments ---------------------------------------------------------------------------------------------------------------------------------------

    public override void BuildTournament(ReadOnlySpan<float> keys, TournamentTrees trees, int tree) => Managed.BuildTournament(keys, trees, tree);

    public override void BuildTournaments(PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo) =>
        Managed.BuildTournaments(sums, thresholds, overData, trees, treeFrom, treeTo);

    public override void UpdateTournament(ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree, bool byLevel) =>
        Managed.UpdateTournament(leaves, keys, trees, tree, byLevel);

    public override void UpdateTournaments(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, ActiveBatch changed, TournamentTrees trees, int treeFrom, int treeTo, int mostPaths, Arena scratch) =>
        Managed.UpdateTournaments(sums, thresholds, overData, changed, trees, treeFrom, treeTo, mostPaths, scratch);

    public override int ReportAbove(TournamentTrees trees, int tree, float threshold, Span<int> ids) => Managed.ReportAbove(trees, tree, threshold, ids);
    public override int ReportTop(TournamentTrees trees, int tree, Span<int> ids) => Managed.ReportTop(trees, tree, ids);

    public override void CountPositive(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo) =>
        Managed.CountPositive(trees, destination, treeFrom, treeTo);

    public override void CompressPositive(TournamentTrees trees, float gain, ActiveBatch destination, int treeFrom, int treeTo) =>
        Managed.CompressPositive(trees, gain, destination, treeFrom, treeTo);
}
