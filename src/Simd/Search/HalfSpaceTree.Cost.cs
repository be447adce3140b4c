using System.Diagnostics;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Search;

public sealed partial class HalfSpaceTree
{
    /// <summary>For trees too small to be measured.</summary>
    private const float DefaultListedCost = 2;

    /// <summary>From this many groups on a query takes long enough for the clock.</summary>
    private const int LeastMeasured = 1_024;

    private const int Probes = 3, Repeats = 4, Sampled = 4_096;

    /// <summary>
    /// The cost model's one number: seconds per group that a walk computes, rows or nodes, over seconds per group of a scan. Measured on
    /// rows of the tree itself as queries, with bounds that a thousandth of the rows exceed: the median of the best times. It decides
    /// between two ways with the same result, so a wrong measurement costs time only.
    /// </summary>
    private float MeasureListedCost()
    {
        if (_tree.Leaves < LeastMeasured)
            return DefaultListedCost;
        using var hits = new SearchHits();
        var ratios = new List<double>();
        var x = new float[Dimension];
        for (int probe = 0; probe < Probes; probe++)
        {
            long slot = Count * (2L * probe + 1) / (2 * Probes);
            _tree.CopyRow(slot, x);
            float bound = SampledBound(x);
            double scan = double.MaxValue, walk = double.MaxValue;
            for (int repeat = 0; repeat < Repeats; repeat++)
            {
                scan = Math.Min(scan, Time(SearchPath.Scan) / hits.RowGroups);
                walk = Math.Min(walk, Time(SearchPath.Tree) / Math.Max(1, hits.RowGroups + hits.NodeGroups));
            }
            ratios.Add(walk / scan);

            double Time(SearchPath path)
            {
                (SearchPath before, Path) = (Path, path);
                long start = Stopwatch.GetTimestamp();
                ReportCore(x, bound, hits);
                Path = before;
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
        ratios.Sort();
        // Only noise makes a listed group cheaper than one of a scan.
        return (float)Math.Clamp(ratios[ratios.Count / 2], 1, 8);
    }

    /// <summary>A bound that about a thousandth of the rows exceed.</summary>
    private float SampledBound(float[] x)
    {
        int taken = Math.Min(Count, Sampled);
        var products = new float[taken];
        for (int i = 0; i < taken; i++)
        {
            long slot = (long)i * Count / taken;
            for (int j = 0; j < Dimension; j++)
                products[i] += _tree.Row(slot, j) * x[j];
        }
        Array.Sort(products);
        return products[taken - 1 - taken / 1000];
    }
}
