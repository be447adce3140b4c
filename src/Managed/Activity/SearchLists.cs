using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Activity;

/// <summary>What many half-space queries find, a list for each, searched by all workers of a team.</summary>
internal sealed class SearchLists : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly SearchHits[] _hits;
    private int[] _counts = [];
    private int[][] _ids = [];
    private float[][] _values = [];
    private int _found;

    public SearchLists(TeamKernels kernels)
    {
        _kernels = kernels;
        _hits = [.. Enumerable.Range(0, kernels.Team.Degree).Select(_ => new SearchHits())];
    }

    /// <summary>Rows that the queries of the last search reported.</summary>
    public long Found => _found;

    /// <summary>Sparse rows as dense ones, row after row.</summary>
    public static float[] Dense(ActiveBatch rows)
    {
        var dense = new float[rows.Count * rows.Width];
        int[] ids = new int[rows.Width];
        float[] values = new float[rows.Width];
        for (int row = 0; row < rows.Count; row++)
        {
            int count = rows.CopyDatum(row, ids, values);
            for (int i = 0; i < count; i++)
                dense[row * rows.Width + ids[i]] = values[i];
        }
        return dense;
    }

    /// <summary>
    /// Runs a query for each of <paramref name="queries"/> lists and keeps what is above its threshold, as gain * (value - threshold).
    /// </summary>
    /// <param name="queries">Lists, numbered from 0.</param>
    /// <param name="report">Fills hits, ids ascending.</param>
    /// <param name="thresholdOf">The threshold of (list, id).</param>
    /// <param name="gain">Multiplies what is kept.</param>
    /// <param name="skips">Lists that stay as they are.</param>
    public void Search(
        int queries, Action<int, SearchHits> report, Func<int, int, float> thresholdOf, float gain, Func<int, bool>? skips = null)
    {
        if (_counts.Length != queries)
        {
            (_counts, _ids, _values) = (new int[queries], new int[queries][], new float[queries][]);
            Array.Fill(_ids, []);
            Array.Fill(_values, []);
        }
        _found = 0;
        _kernels.Team.Run(queries, (query, worker) =>
        {
            if (skips is not null && skips(query))
                return;
            SearchHits hits = _hits[worker];
            report(query, hits);
            Interlocked.Add(ref _found, hits.Count);
            Keep(query, hits, thresholdOf, gain);
        });
    }

    /// <summary>The lists as a batch.</summary>
    public void FillInto(ActiveBatch batch, int width) => batch.SetLists(width, _counts, _ids, _values);

    public void Dispose()
    {
        foreach (SearchHits hits in _hits)
            hits.Dispose();
    }

    private void Keep(int query, SearchHits hits, Func<int, int, float> thresholdOf, float gain)
    {
        if (_ids[query].Length < hits.Count)
            (_ids[query], _values[query]) = (new int[hits.Count + hits.Count / 4], new float[hits.Count + hits.Count / 4]);
        ReadOnlySpan<int> ids = hits.Ids;
        ReadOnlySpan<float> values = hits.Values;
        int kept = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            float threshold = thresholdOf(query, ids[i]);
            if (!(values[i] > threshold))
                continue;
            _ids[query][kept] = ids[i];
            _values[query][kept++] = gain * (values[i] - threshold);
        }
        _counts[query] = kept;
    }
}
