using Subquad.Simd.Memory;

namespace Subquad.Perf.EndToEnd.BFloat16;

/// <summary>Batches of rows with exactly so many random active inputs, to be taken by turns.</summary>
sealed class BFloat16Inputs : IDisposable
{
    readonly List<ActiveBatch> _turns = [];

    /// <param name="width">Inputs.</param>
    /// <param name="batch">Data of a batch.</param>
    /// <param name="density">Share of the inputs that is active.</param>
    /// <param name="turns">Batches.</param>
    public BFloat16Inputs(int width, int batch, double density, int turns)
    {
        (Batch, Density) = (batch, density);
        var random = new Random(3);
        int active = (int)Math.Round(density * width);
        int[] ids = [.. Enumerable.Range(0, width)];
        for (int turn = 0; turn < turns; turn++)
        {
            float[] rows = new float[batch * width];
            bool[] used = new bool[width];
            for (int row = 0; row < batch; row++)
                for (int i = 0; i < active; i++)
                {
                    int other = random.Next(i, width);
                    (ids[i], ids[other]) = (ids[other], ids[i]);
                    rows[row * width + ids[i]] = 0.5f + random.NextSingle();
                    used[ids[i]] = true;
                }
            var lists = new ActiveBatch();
            lists.FillNonZero(rows, batch, width);
            _turns.Add(lists);
            Columns += used.Count(isUsed => isUsed) / (double)turns;
        }
    }

    public int Batch { get; }
    public double Density { get; }
    public IReadOnlyList<ActiveBatch> Turns => _turns;

    /// <summary>Inputs that are active for some datum, on average over the turns.</summary>
    public double Columns { get; }

    public void Dispose() => _turns.ForEach(lists => lists.Dispose());
}
