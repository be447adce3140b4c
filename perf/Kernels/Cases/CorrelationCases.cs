using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>
/// Which neurons fire, by correlation trees and by the flat scan of the pre-activations, on one thread, each with ids and values for a
/// batch. And the upkeep of the trees: new pre-activations for all neurons, or for some.
/// </summary>
sealed class CorrelationCases : IVerbCases
{
    const int Width = 16_384, Batch = 64;

    readonly WorkerTeam _team = new(1);
    readonly PanelMatrix _sums = new(Width, Batch);
    readonly List<Layer> _layers = [];

    public CorrelationCases()
    {
        for (int row = 0; row < Width; row++)
            _sums.SetRows(row, 1, Operands.Uniform(Batch, row));
    }

    public IEnumerable<VerbCase> Cases()
    {
        foreach (double active in (double[])[0.0005, 0.024])
        {
            var layer = new Layer(_sums, active, _team);
            _layers.Add(layer);
            string shape = $"{Batch} data, m = {Width:#,0}, {100 * active:0.##} %";
            yield return new("ScanAbove", shape, layer.Scan);
            yield return new("ReportForest", shape, layer.Report);
            yield return new("BuildForest", shape, layer.Build);
            yield return new("UpdateForest", shape, layer.Update);
        }
    }

    public void Dispose()
    {
        _layers.ForEach(layer => layer.Dispose());
        _sums.Dispose();
        _team.Dispose();
    }

    /// <summary>One share of neurons above their thresholds, which is also the share of leaves that change.</summary>
    sealed class Layer : IDisposable
    {
        readonly PanelMatrix _sums;
        readonly WorkerTeam _team;
        readonly NativeBuffer<float> _thresholds = new(Width);
        readonly ActiveBatch _lists = new(), _changed = new();
        readonly Dictionary<KernelSet, (CorrelationForest Forest, TeamKernels Kernels)> _sets = [];

        public Layer(PanelMatrix sums, double active, WorkerTeam team)
        {
            (_sums, _team) = (sums, team);
            _thresholds.Span.Fill((float)(0.5 - active));
            new TeamKernels(KernelSets.Best, team).Threshold(sums, _thresholds, 1f, _changed);
        }

        public void Scan(KernelSet set) => Of(set).Kernels.Threshold(_sums, _thresholds, 1f, _lists);

        public void Report(KernelSet set) => Of(set).Forest.Report(1f, _lists);

        public void Build(KernelSet set) => Of(set).Forest.Build(_sums, _thresholds);

        public void Update(KernelSet set) => Of(set).Forest.Update(_sums, _thresholds, _changed);

        public void Dispose()
        {
            foreach ((CorrelationForest forest, _) in _sets.Values)
                forest.Dispose();
            foreach (IDisposable part in (IDisposable[])[_thresholds, _lists, _changed])
                part.Dispose();
        }

        (CorrelationForest Forest, TeamKernels Kernels) Of(KernelSet set)
        {
            if (_sets.TryGetValue(set, out (CorrelationForest, TeamKernels) known))
                return known;
            var forest = new CorrelationForest(set, _team);
            forest.Build(_sums, _thresholds);
            return _sets[set] = (forest, new TeamKernels(set, _team));
        }
    }
}
