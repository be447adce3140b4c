using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;

namespace Subquad.Misuse;

/// <summary>Calls of the public types of Subquad.Simd: memory, lists, trees and teams that all threads share.</summary>
internal sealed class MemoryCalls : IDisposable
{
    private readonly Slots<NativeBuffer<float>> _floats = new(3, random => new(random.Next(300)));
    private readonly Slots<NativeBuffer<double>> _doubles = new(3, random => new(random.Next(5000)));
    private readonly Slots<PanelMatrix> _matrices =
        new(4, random => new(Small(random), Small(random), random.Next(6) == 0 ? ElementFormat.BFloat16 : ElementFormat.Float32));
    private readonly Slots<ActiveBatch> _batches = new(3, _ => new());
    private readonly Slots<TransposedBatch> _transposed = new(2, _ => new());
    private readonly Slots<SearchHits> _hits = new(2, _ => new());
    private readonly Slots<CorrelationTree> _keys = new(2, random => new(Kernels(random)));
    private readonly Slots<HalfSpaceTree> _trees = new(2, random => new(Numbers(random, 40 * 3), 3, Kernels(random)));
    private readonly Slots<WorkerTeam> _teams = new(2, random => new(random.Next(1, 4)));
    private readonly Slots<CorrelationForest> _forests;
    private readonly int[] _ids = [.. Enumerable.Range(0, 64)];
    private readonly float[] _values = new float[4096];

    public MemoryCalls() => _forests = new(2, random => new(Kernels(random), _teams.Any(random)));

    public IEnumerable<Call> All =>
    [
        new("NativeBuffer", 40, random => UseBuffer(_floats.Any(random), random)),
        new("NativeBuffer disposed", 4, _floats.DisposeAny),
        new("NativeBuffer swapped", 8, random => _floats.Swap(random, new(random.Next(300)))),
        new("PanelMatrix", 60, random => UseMatrix(_matrices.Any(random), random)),
        new("PanelMatrix disposed", 4, _matrices.DisposeAny),
        new("PanelMatrix swapped", 8, random => _matrices.Swap(random, new(Small(random), Small(random)))),
        new("ActiveBatch", 80, random => UseBatch(_batches.Any(random), random)),
        new("ActiveBatch disposed", 4, _batches.DisposeAny),
        new("ActiveBatch swapped", 8, random => _batches.Swap(random, new())),
        new("TransposedBatch", 30, random => UseTransposed(_transposed.Any(random), random)),
        new("TransposedBatch disposed", 2, _transposed.DisposeAny),
        new("TransposedBatch swapped", 4, random => _transposed.Swap(random, new())),
        new("CorrelationTree", 40, random => UseKeys(_keys.Any(random), random)),
        new("CorrelationTree disposed", 2, _keys.DisposeAny),
        new("CorrelationTree swapped", 4, random => _keys.Swap(random, new(Kernels(random)))),
        new("CorrelationForest", 30, random => UseForest(_forests.Any(random), random)),
        new("CorrelationForest disposed", 2, _forests.DisposeAny),
        new("CorrelationForest swapped", 6, random => _forests.Swap(random, new(Kernels(random), _teams.Any(random)))),
        new("HalfSpaceTree", 60, random => UseTree(_trees.Any(random), _hits.Any(random), random)),
        new("HalfSpaceTree disposed", 2, _trees.DisposeAny),
        new("HalfSpaceTree swapped", 4, random => _trees.Swap(random, new(Numbers(random, 40 * 3), 3, Kernels(random)))),
        new("SearchHits disposed", 2, _hits.DisposeAny),
        new("SearchHits swapped", 4, random => _hits.Swap(random, new())),
        new("WorkerTeam.Run", 20, random => _teams.Any(random).Run(random.Next(-1, 20), (_, _) => Thread.SpinWait(50))),
        new("WorkerTeam disposed", 2, _teams.DisposeAny),
        new("WorkerTeam swapped", 6, random => _teams.Swap(random, new(random.Next(1, 4)))),
        new("WorkerTeam dropped", 2, _teams.Drop),
        new("KernelSet on matrices", 80, UseMatrixVerbs),
        new("KernelSet on factors", 40, UseFactorVerbs),
        new("KernelSet on vectors", 40, UseVectorVerbs),
    ];

    public void Dispose()
    {
        foreach (IDisposable slots in (IDisposable[])[_floats, _doubles, _matrices, _batches, _transposed, _hits, _keys, _trees, _forests,
            _teams])
            slots.Dispose();
    }

    private static int Small(Random random) => random.Next(1, 200);

    /// <summary>Mostly inside 0 to <paramref name="most"/>, now and then far outside.</summary>
    private static int Wild(Random random, int most) => random.Next(12) switch
    {
        0 => -random.Next(1, 1000),
        1 => random.Next(2) == 0 ? int.MaxValue : int.MinValue,
        2 => most + random.Next(100),
        _ => random.Next(most + 1),
    };

    private static KernelSet Kernels(Random random) => KernelSets.Available[random.Next(KernelSets.Available.Count)];

    private static float[] Numbers(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1))];

    private void UseBuffer(NativeBuffer<float> buffer, Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                buffer.CopyTo(Wild(random, 300), _values.AsSpan(0, random.Next(50)));
                break;
            case 1:
                buffer.CopyFrom(Wild(random, 300), new float[random.Next(50)]);
                break;
            case 2:
                buffer.CopyFrom(_floats.Any(random));
                break;
            case 3:
                buffer.Fill(1);
                break;
            case 4:
                buffer.Clear(Wild(random, 300));
                break;
            default:
                buffer.Clear();
                break;
        }
    }

    private void UseMatrix(PanelMatrix matrix, Random random)
    {
        switch (random.Next(7))
        {
            case 0:
                matrix.Reshape(Wild(random, 100) is var rows and < 1000 ? rows : -1, Small(random));
                break;
            case 1:
                matrix.CopyRows(Wild(random, 200), Wild(random, 5), new float[1000]);
                break;
            case 2:
                matrix.SetRows(Wild(random, 200), Wild(random, 5), new float[1000]);
                break;
            case 3:
                matrix.CopyRowMajor(Wild(random, 10_000), new float[random.Next(100)]);
                break;
            case 4:
                matrix.SetRowMajor(Wild(random, 10_000), new float[random.Next(100)]);
                break;
            case 5:
                matrix.CopyFrom(_matrices.Any(random));
                break;
            default:
                matrix.Clear();
                break;
        }
    }

    private void UseBatch(ActiveBatch batch, Random random)
    {
        int count = random.Next(4), width = random.Next(600);
        switch (random.Next(11))
        {
            case 0:
                batch.Reshape(
                    Wild(random, 5) is var rows and < 1000 ? rows : -1, Wild(random, 600) is var columns and < 10_000 ? columns : -1);
                break;
            case 1:
                batch.FillDense(new float[count * width], count, width);
                break;
            case 2:
                // Other threads write these numbers meanwhile.
                batch.FillNonZero(_values.AsSpan(0, count * width), count, width);
                break;
            case 3:
                _values[random.Next(_values.Length)] = random.Next(2);
                batch.FillLists(width, [2, 1], [[Wild(random, width), Wild(random, width)], [0]], [[1, 2], [3]]);
                break;
            case 4:
                batch.CopyFrom(_batches.Any(random));
                break;
            case 5:
                batch.CopyFrom(_batches.Any(random), _floats.Any(random));
                break;
            case 6:
                batch.Join(_batches.Any(random), _batches.Any(random), _floats.Any(random));
                break;
            case 7:
                batch.CopyDatum(Wild(random, 4), new int[random.Next(700)], new float[600]);
                break;
            case 8:
                _ = batch.Longest() + batch.Entries + batch.CountOf(Wild(random, 4)) + batch.Density;
                break;
            case 9:
                batch.FillCsr(width, [0, Wild(random, 3), 3], [0, Wild(random, width), Wild(random, width)], [1, 2, 3]);
                break;
            default:
                batch.SameEntries(_batches.Any(random));
                break;
        }
    }

    private void UseTransposed(TransposedBatch transposed, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                transposed.Build(_batches.Any(random));
                break;
            case 1:
                _ = transposed.CountOf(Wild(random, 4));
                break;
            default:
                transposed.Gather(_floats.Any(random), _floats.Any(random));
                break;
        }
    }

    private void UseKeys(CorrelationTree tree, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                tree.Build(_values.AsSpan(0, random.Next(2000)));
                break;
            case 1:
                // Other threads write these ids meanwhile.
                _ids[random.Next(_ids.Length)] = Wild(random, 60);
                tree.UpdateMany(_ids.AsSpan(0, 8), Numbers(random, 8));
                break;
            case 2:
                tree.Report(0, new int[random.Next(2500)]);
                break;
            case 3:
                tree.Top(Wild(random, 20), new int[30]);
                break;
            default:
                tree.CopyKeys(new float[random.Next(2500)]);
                break;
        }
    }

    private void UseForest(CorrelationForest forest, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                forest.Build(_matrices.Any(random), _floats.Any(random), random.Next(2) == 0);
                break;
            case 1:
                forest.Update(_matrices.Any(random), _floats.Any(random), _batches.Any(random));
                break;
            default:
                forest.Report(1, _batches.Any(random));
                break;
        }
    }

    private void UseTree(HalfSpaceTree tree, SearchHits hits, Random random)
    {
        float[] x = Numbers(random, random.Next(20) == 0 ? 2 : 3);
        switch (random.Next(8))
        {
            case 0:
                tree.Report(x, 0, hits);
                break;
            case 1:
                tree.ReportAscending(x, 0.1f, hits);
                break;
            case 2:
                tree.Nearest(x, Wild(random, 10), hits);
                break;
            case 3:
                tree.MaxInnerProduct(x, Wild(random, 10), hits);
                break;
            case 4:
                tree.Insert([random.Next(100)], Numbers(random, 3));
                break;
            case 5:
                tree.Remove([Wild(random, 100)]);
                break;
            case 6:
                tree.Move([random.Next(60)], Numbers(random, 3));
                break;
            default:
                long sum = 0;
                foreach (int id in hits.Ids)
                    sum += id;
                break;
        }
    }

    private void UseMatrixVerbs(Random random)
    {
        KernelSet kernels = Kernels(random);
        (PanelMatrix a, PanelMatrix b, PanelMatrix c) = (_matrices.Any(random), _matrices.Any(random), _matrices.Any(random));
        ActiveBatch batch = _batches.Any(random);
        (int from, int to) = random.Next(4) == 0 ? (Wild(random, 4), Wild(random, 4)) : (0, a.Panels);
        switch (random.Next(11))
        {
            case 0:
                kernels.Accumulate(a, batch, c, from, to);
                break;
            case 1:
                // Shapes that fit, so that the kernel runs beside the changes of others.
                using (var weights = new PanelMatrix(100, Math.Max(1, batch.Width)))
                using (var sums = new PanelMatrix(100, Math.Max(1, batch.Count)))
                    kernels.Accumulate(weights, batch, sums, 0, sums.Panels);
                break;
            case 2:
                kernels.AccumulateDense(a, b, c, from, to);
                break;
            case 3:
                kernels.Round(a, b, Wild(random, 2));
                break;
            case 4:
                kernels.SupportNorms(a, batch, 1, c, from, to);
                break;
            case 5:
                kernels.RowNorms(a, 1, _floats.Any(random), from, to);
                break;
            case 6:
                kernels.Raise(a, _floats.Any(random), _floats.Any(random), c, from, to);
                break;
            case 7:
                kernels.Gram(a, batch, _floats.Any(random), _doubles.Any(random), 128, from, to);
                break;
            case 8:
                using (var rows = new PanelMatrix(Math.Max(1, batch.Count), Math.Max(1, batch.Width)))
                using (var values = new NativeBuffer<float>(4096))
                    kernels.Spread(batch, values, rows, 0, rows.Panels);
                break;
            case 9:
                kernels.GatherActive(a, batch, random.Next(2) == 0, _floats.Any(random), 0, 1);
                break;
            default:
                kernels.SubtractTransposed(a, b, 1, c, from, to);
                break;
        }
    }

    private void UseFactorVerbs(Random random)
    {
        KernelSet kernels = Kernels(random);
        (NativeBuffer<double> a, NativeBuffer<double> b) = (_doubles.Any(random), _doubles.Any(random));
        int n = Wild(random, 64), stride = random.Next(2) == 0 ? 64 : Wild(random, 80);
        switch (random.Next(8))
        {
            case 0:
                kernels.FactorDiagonal(a, stride, 0, n);
                break;
            case 1:
                kernels.SolveBelowDiagonal(a, stride, 0, n, b, 64, n);
                break;
            case 2:
                kernels.SolveFactored(a, stride, n, b, 16);
                break;
            case 3:
                kernels.SolveLower(a, stride, new double[random.Next(70)]);
                break;
            case 4:
                kernels.SolveUpper(a, stride, new double[random.Next(70)]);
                break;
            case 5:
                kernels.PackRows(a, stride, 0, Wild(random, 64), b, 0, n);
                break;
            case 6:
                kernels.AddOuterProduct(a, Wild(random, 30), b, stride, 0, n);
                break;
            default:
                kernels.MultiplySymmetric(a, stride, new double[32], new double[32], new double[32], 0, 32);
                break;
        }
    }

    private void UseVectorVerbs(Random random)
    {
        KernelSet kernels = Kernels(random);
        float[] x = new float[random.Next(300)], y = new float[random.Next(2) == 0 ? x.Length : random.Next(300)];
        switch (random.Next(7))
        {
            case 0:
                kernels.Dot(x, y);
                break;
            case 1:
                kernels.Axpy(1, x, y);
                break;
            case 2:
                kernels.TransformHadamard(new float[1 << random.Next(12)].AsSpan(random.Next(2)));
                break;
            case 3:
                int[] samples = [.. _ids];
                kernels.SampleHadamard(samples.AsSpan(0, 8), new float[8], samples, new float[random.Next(2) == 0 ? samples.Length : 3]);
                break;
            case 4:
                // Other threads write these buckets meanwhile.
                kernels.CountSketch([0, 1, 2, 3], [1, 1, 1, 1], _ids, new float[_ids.Length], new float[64]);
                break;
            case 5:
                kernels.StepAdam(1, 1, 1, 1, x, y, new float[random.Next(2) == 0 ? x.Length : 3], new float[x.Length]);
                break;
            default:
                kernels.FillNormal(x, 1, 2, 3, 4);
                break;
        }
    }
}
