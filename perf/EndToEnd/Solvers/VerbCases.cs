using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.Reports;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Perf.EndToEnd.Solvers;

/// <summary>
/// The verbs that solvers stand on, each beside what bounds it: Walsh-Hadamard transforms in place beside a copy of the same memory by as
/// many threads, the Cholesky factorisation beside OpenBLAS, the Gram matrix of sparse rows beside a dense product of rows.
/// </summary>
sealed class VerbCases(int threads, int repeats, bool withPeer) : IDisposable
{
    /// <summary>Floats of a batch of rows: 64 MiB, more than caches hold.</summary>
    const int BatchFloats = 1 << 24;

    static readonly int[] s_rowLengths = [4_096, 8_192, 16_384, 32_768], s_longLengths = [1 << 24, 1 << 26],
        s_orders = [512, 1_024, 2_048, 4_096];
    static readonly (int Width, int Data, double Density)[] s_grams =
        [(8_192, 512, 0.01), (8_192, 512, 0.05), (8_192, 2_048, 0.01), (8_192, 2_048, 0.05)];

    readonly KernelSet _kernels = KernelSets.Best;
    readonly WorkerTeam _team = new(threads);

    /// <summary>A row per case.</summary>
    public IEnumerable<Row> Run()
    {
        foreach (int length in s_rowLengths)
            yield return Transform("hadamard-rows", length, BatchFloats / length);
        foreach (int length in s_longLengths)
            yield return Transform("hadamard-long", length, 1);
        foreach (int order in s_orders)
            yield return Factor(order);
        foreach ((int width, int data, double density) in s_grams)
            yield return Gram(width, data, density);
    }

    public void Dispose() => _team.Dispose();

    Row Transform(string name, int length, int count)
    {
        using var rows = new NativeBuffer<float>((long)length * count);
        using var copy = new NativeBuffer<float>(rows.Length);
        // A transform makes values grow by the root of the length: small ones stay finite over all repeats.
        for (long i = 0; i < rows.Length; i++)
            rows[i] = 1e-20f * (i % 1_009 - 500);
        var verbs = new TeamKernels(_kernels, _team);
        int share = (int)(rows.Length / threads);
        Action<int, int> copyShare = (part, _) => rows.Slice((long)part * share, share).CopyTo(copy.Slice((long)part * share, share));
        double copied = Measure.Median(repeats, () => _team.Run(threads, copyShare));
        double seconds = Measure.Median(repeats, () => verbs.TransformHadamard(rows, length, count));
        Row row = Case(name, seconds, "memcpy", copied);
        row.Add("m", length);
        row.Add("n", count);
        row.Add("gigabytes_per_second", 4.0 * rows.Length / seconds / 1e9);
        row.Add("peer_gigabytes_per_second", 4.0 * rows.Length / copied / 1e9);
        return row;
    }

    Row Factor(int order)
    {
        using var source = new NativeBuffer<double>((long)order * order);
        using var matrix = new NativeBuffer<double>(source.Length);
        using var panel = new NativeBuffer<double>((order + 16L) * KernelSet.CholeskyBlock);
        var random = new Random(1);
        for (int row = 0; row < order; row++)
            for (int column = 0; column <= row; column++)
                source[(long)row * order + column] = row == column ? order : random.NextDouble() - 0.5;
        var verbs = new TeamKernels(_kernels, _team);
        double? peer = withPeer && OpenBlas.IsPresent ? Median(() => OpenBlas.Factor(matrix.Span, order, order, threads)) : null;
        double[] expected = peer is null ? [] : matrix.Slice(matrix.Length - order, order).ToArray();
        double seconds = Median(() =>
        {
            if (!verbs.Factor(matrix, order, order, panel))
                throw new InvalidOperationException($"a positive definite matrix of order {order} was refused");
        });
        for (int column = 0; column < expected.Length; column++)
            if (Math.Abs(expected[column] - matrix[(order - 1L) * order + column]) > 1e-9)
                throw new InvalidOperationException($"OpenBLAS finds another factor of order {order} at column {column}");
        double operations = Math.Pow(order, 3) / 3;
        Row result = Case("cholesky", seconds, peer is null ? null : "openblas", peer);
        result.Add("n", order);
        result.Add("gflops", operations / seconds / 1e9);
        result.Add("peer_gflops", operations / peer / 1e9);
        return result;

        // The matrix is put back before each repeat, which is not timed.
        double Median(Action work)
        {
            return Measure.Median(Enumerable.Range(-1, repeats + 1).Select(_ =>
            {
                matrix.CopyFrom(source);
                return Measure.Seconds(work);
            }).ToArray()[1..]);
        }
    }

    Row Gram(int width, int data, double density)
    {
        var random = new Random(1);
        float[] dense = new float[data * width];
        foreach (ref float value in dense.AsSpan())
            value = random.NextDouble() < density ? random.NextSingle() + 0.1f : 0f;
        using var entries = new ActiveBatch();
        entries.FillNonZero(dense, data, width);
        int stride = (data + 127) / 128 * 128;
        using var rows = new PanelMatrix(data, width);
        using var gram = new NativeBuffer<double>((long)data * stride);
        var verbs = new TeamKernels(_kernels, _team);
        float[] product = new float[data * data];
        double? peer = withPeer && OpenBlas.IsPresent
            ? Measure.Median(repeats, () => OpenBlas.MultiplyRows(dense, data, width, product, threads))
            : null;
        double seconds = Measure.Median(repeats, () =>
        {
            gram.Clear();
            verbs.Gram(rows, entries, entries.Values, gram, stride);
        });
        Row result = Case("gram", seconds, peer is null ? null : "openblas-syrk", peer);
        result.Add("m", width);
        result.Add("n", data);
        result.Add("density", density);
        result.Add("gigaupdates_per_second", entries.Entries * (data + 1.0) / 2 / seconds / 1e9);
        result.Add("peer_gigaupdates_per_second", (double)width * data * (data + 1.0) / 2 / peer / 1e9);
        return result;
    }

    Row Case(string name, double seconds, string? peer, double? peerSeconds) => new()
    {
        { "kind", "kernel" },
        { "name", name },
        { "threads", threads },
        { "kernels", _kernels.Name },
        { "seconds", seconds },
        { "peer", peer },
        { "peer_seconds", peerSeconds },
        { "ratio", peerSeconds / seconds },
        { "version", peer is not null && peer.StartsWith("openblas", StringComparison.Ordinal) ? OpenBlas.Version() : null },
    };
}
