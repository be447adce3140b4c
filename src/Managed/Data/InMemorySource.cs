namespace Subquad.Data;

/// <summary>Rows in memory: all at once, or in shuffled batches that hold the classes in about the proportions of the whole.</summary>
internal sealed class InMemorySource : IBatchSource
{
    private readonly RowBatch _rows;
    private readonly int _batch;
    private readonly ulong _seed;

    /// <param name="rows">All rows.</param>
    /// <param name="batch">Rows of a batch; 0, or as many as there are, takes all of them.</param>
    /// <param name="seed">Draws the batches.</param>
    public InMemorySource(RowBatch rows, int batch = 0, ulong seed = 0) => (_rows, _batch, _seed) = (rows, batch, seed);

    public RowBatch? Whole => _batch > 0 && _batch < _rows.Count ? null : _rows;

    public IEnumerable<EpochBatch> Epoch(int epoch)
    {
        int[][] batches = Split.Batches(_rows.Labels, _rows.Count, _batch, _seed, epoch);
        for (int i = 0; i < batches.Length; i++)
            yield return new(_rows.Take(batches[i]), IsLast: i == batches.Length - 1);
    }
}
