using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Perf.EndToEnd.Kernels;

/// <summary>One m x m layer of Subquad and a batch with random active inputs and outputs: the verbs that the kernels run times.</summary>
sealed class SparseLayer : IDisposable
{
    const int LineFloats = 16;

    readonly WorkerTeam _team;
    readonly TeamKernels _kernels;
    readonly PanelMatrix _weights, _sums;
    readonly ActiveBatch _inputs = new(), _outputs = new();
    readonly TransposedBatch _transposed = new();
    readonly PackedBlocks _packed = new();
    readonly NativeBuffer<float> _pulled;

    /// <param name="kernels">Does the work.</param>
    /// <param name="weights">m x m, shared by the cases of one width.</param>
    /// <param name="batch">Data.</param>
    /// <param name="density">Share of neurons active, at both ends.</param>
    /// <param name="threads">Threads that split every verb.</param>
    public SparseLayer(KernelSet kernels, PanelMatrix weights, int batch, double density, int threads)
    {
        _team = new WorkerTeam(threads);
        _kernels = new TeamKernels(kernels, _team);
        _weights = weights;
        int width = weights.Columns, active = (int)Math.Round(density * width);
        _sums = new PanelMatrix(width, batch);
        _inputs.FillNonZero(RandomRows(batch, width, active, seed: 1), batch, width);
        _outputs.FillNonZero(RandomRows(batch, width, active, seed: 2), batch, width);
        _transposed.Build(_inputs);
        _packed.Plan(_outputs, _inputs);
        _pulled = new NativeBuffer<float>(_inputs.Entries);
    }

    /// <summary>Multiply-adds of a forward pass: every active input meets every output.</summary>
    public long ForwardElements => _inputs.Entries * _weights.Rows;

    /// <summary>Elements that pull-back, scatter and pack touch: active inputs times active outputs, summed over the data.</summary>
    public long ActivePairs => Enumerable.Range(0, _inputs.Count).Sum(datum => (long)_inputs.CountOf(datum) * _outputs.CountOf(datum));

    /// <summary>Different 64-byte lines of W that a forward pass needs: whole columns of the inputs that any datum has active.</summary>
    public long ForwardLines() => (long)Enumerable.Range(0, _weights.Columns).Count(input => DataOf(input).Any()) * LinesOf(_weights.Rows);

    /// <summary>Different 64-byte lines of W that hold an element of <see cref="ActivePairs"/>.</summary>
    public long PairLines()
    {
        int[][] linesOfDatum =
        [
            .. Enumerable.Range(0, _outputs.Count)
                .Select(datum => ActiveIds(_outputs, datum).Select(id => id / LineFloats).Distinct().ToArray()),
        ];
        int[] lastSeen = new int[LinesOf(_weights.Rows)];
        Array.Fill(lastSeen, -1);
        long lines = 0;
        for (int input = 0; input < _weights.Columns; input++)
            foreach (int datum in DataOf(input))
                foreach (int line in linesOfDatum[datum])
                    if (lastSeen[line] != input)
                    {
                        lastSeen[line] = input;
                        lines++;
                    }
        return lines;
    }

    public void Forward() => _kernels.Forward(_weights, _inputs, _sums);

    public void PullBack() => _kernels.PullBack(_weights, _outputs, _outputs.Values, _transposed, _pulled);

    /// <summary>A small step, so that repeats do not drive the weights to infinity.</summary>
    public void Scatter() => _kernels.Scatter(_weights, _outputs, _outputs.Values, _transposed, _transposed.Lists.Values, -1e-6f);

    public void Pack() => _kernels.Pack(_weights, _outputs, _transposed, _packed);

    /// <summary>Pull-back from what <see cref="Pack"/> gathered.</summary>
    public void PullBackPacked() => _kernels.PullBack(_packed, _outputs.Values, _pulled);

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[_sums, _inputs, _outputs, _transposed, _packed, _pulled, _team])
            part.Dispose();
    }

    IEnumerable<int> DataOf(int input) => ActiveIds(_transposed.Lists, input);

    static int LinesOf(int rows) => (rows + LineFloats - 1) / LineFloats;

    static int[] ActiveIds(ActiveBatch batch, int datum)
    {
        int[] ids = new int[batch.CountOf(datum)];
        batch.CopyDatum(datum, ids, new float[ids.Length]);
        return ids;
    }

    /// <summary>Rows with exactly that many random non-zero elements.</summary>
    static float[] RandomRows(int count, int width, int active, int seed)
    {
        var random = new Random(seed);
        float[] rows = new float[count * width];
        int[] ids = [.. Enumerable.Range(0, width)];
        for (int row = 0; row < count; row++)
            for (int i = 0; i < active; i++)
            {
                int other = random.Next(i, width);
                (ids[i], ids[other]) = (ids[other], ids[i]);
                rows[row * width + ids[i]] = 0.5f + random.NextSingle();
            }
        return rows;
    }
}
