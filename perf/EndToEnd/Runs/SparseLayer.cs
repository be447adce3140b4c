using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad.Perf.EndToEnd.Runs;

/// <summary>One m x m layer of Subquad and a batch with random active inputs and outputs: the verbs that the kernels run times.</summary>
sealed class SparseLayer : IDisposable
{
    const int LineFloats = 16;

    readonly KernelSet _kernels;
    readonly PanelMatrix _weights;
    readonly PanelMatrix _sums;
    readonly ActiveBatch _inputs = new(), _outputs = new();
    readonly TransposedBatch _turned = new();
    readonly PackedBlocks _packed = new();
    readonly NativeBuffer<float> _pulled;
    readonly Arena[] _scratch;
    readonly int _threads;

    /// <param name="kernels">Does the work.</param>
    /// <param name="weights">m x m, shared by the cases of one width.</param>
    /// <param name="batch">Data.</param>
    /// <param name="density">Share of neurons active, at both ends.</param>
    /// <param name="threads">Threads that split every verb.</param>
    public SparseLayer(KernelSet kernels, PanelMatrix weights, int batch, double density, int threads)
    {
        (_kernels, _weights, _threads) = (kernels, weights, threads);
        int width = weights.Columns, active = (int)Math.Round(density * width);
        _sums = new PanelMatrix(width, batch);
        _inputs.FillNonZero(RandomRows(batch, width, active, seed: 1), batch, width);
        _outputs.FillNonZero(RandomRows(batch, width, active, seed: 2), batch, width);
        _turned.Build(_inputs);
        _packed.Plan(_outputs, _inputs);
        _pulled = new NativeBuffer<float>(_inputs.Entries);
        _scratch = [.. Enumerable.Range(0, threads).Select(_ => new Arena())];
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
        int[][] linesOfDatum = [.. Enumerable.Range(0, _outputs.Count).Select(datum => ActiveIds(_outputs, datum).Select(id => id / LineFloats).Distinct().ToArray())];
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

    public void Forward() => Split(_weights.Panels, 2, (from, to, _) => _kernels.Accumulate(_weights, _inputs, _sums, from, to));

    public void PullBack()
    {
        _pulled.Clear();
        Split(_weights.Columns, ActiveBatch.BlockSize, (from, to, scratch) => _kernels.PullBack(_weights, _outputs, _outputs.Values, _turned, _pulled, from, to, scratch));
    }

    /// <summary>A small step, so that repeats do not drive the weights to infinity.</summary>
    public void Scatter() => Split(_outputs.Blocks, 1, (from, to, scratch) =>
        _kernels.Scatter(_weights, _outputs, _outputs.Values, _turned, _turned.Lists.Values, -1e-6f, from, to, scratch));

    public void Pack() => Split(_weights.Columns, ActiveBatch.BlockSize, (from, to, scratch) => _kernels.Pack(_weights, _outputs, _turned, _packed, from, to, scratch));

    /// <summary>Pull-back from what <see cref="Pack"/> gathered.</summary>
    public void PullBackPacked()
    {
        _pulled.Clear();
        Split(_inputs.Count, 1, (from, to, scratch) => _kernels.PullBackPacked(_packed, _outputs.Values, _pulled, from, to, scratch));
    }

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[_sums, _inputs, _outputs, _turned, _packed, _pulled, .. _scratch])
            part.Dispose();
    }

    /// <summary>Gives each thread one stretch of a range; stretches begin at multiples of a unit.</summary>
    void Split(int length, int unit, Action<int, int, Arena> work)
    {
        int units = (length + unit - 1) / unit;
        var others = new Task[_threads - 1];
        for (int thread = 1; thread < _threads; thread++)
        {
            int own = thread;
            others[thread - 1] = Task.Run(() => work(Start(own), Start(own + 1), _scratch[own]));
        }
        work(0, Start(1), _scratch[0]);
        Task.WaitAll(others);

        int Start(int thread) => Math.Min(length, (int)((long)units * thread / _threads) * unit);
    }

    IEnumerable<int> DataOf(int input) => ActiveIds(_turned.Lists, input);

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
