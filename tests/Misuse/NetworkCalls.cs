namespace Subquad.Misuse;

/// <summary>Calls of the public types of Subquad: networks, trainers and data that all threads share.</summary>
internal sealed class NetworkCalls : IDisposable
{
    private const int Features = 6, Classes = 3, Rows = 60;

    private static readonly float[] s_row = [0.1f, 0.2f, -0.3f, 0.4f, -0.5f, 0.6f];

    private readonly string _folder = Directory.CreateTempSubdirectory("subquad-misuse").FullName;
    private readonly Dataset _data = Data(1), _other = Data(2);
    private readonly Slots<Network> _networks;
    private readonly Slots<GaussNewtonTrainer> _trainers;
    private readonly Slots<OnlineLearner> _learners;

    public NetworkCalls()
    {
        _networks = new(4, random => Create(random));
        _trainers = new(3, random => new GaussNewtonTrainer(Options(random)));
        _learners = new(2, StartLearning);
        using Network first = Network.Create(Shape, _data, 1);
        first.Save(File(0));
        first.SavePanels(File(0));
        System.IO.File.WriteAllText(Table, "x,y\n1,a\n3,b\n5,a\n");
        // Four images of 2 x 3 pixels.
        System.IO.File.WriteAllBytes(
            Path.Combine(_folder, "t10k-images-idx3-ubyte"), [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 3, .. new byte[24]]);
        System.IO.File.WriteAllBytes(Path.Combine(_folder, "t10k-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 0, 1]);
    }

    public IEnumerable<Call> All =>
    [
        new("Network.Predict", 400, random => Finite(Predict(_networks.Any(random), random))),
        new("Network.Predict of entries", 40, random => _networks.Any(random).Predict(
            [random.Next(-1, Features + 1), random.Next(Features)], [1, 2], new float[random.Next(10) == 0 ? 2 : Classes])),
        new("Network.Classify of entries", 10, random => _networks.Any(random).Classify([random.Next(-1, Features + 1)], [1])),
        new("Network.Classify", 40, random => _networks.Any(random).Classify(s_row.AsSpan(0, random.Next(10) == 0 ? 5 : Features))),
        new("Network.PredictAll", 20,
            random => _networks.Any(random).PredictAll(_data, new float[random.Next(10) == 0 ? 7 : Rows * Classes], 1 + random.Next(2))),
        new("Network.PredictProbabilities", 40,
            random => _networks.Any(random).PredictProbabilities(s_row, new float[random.Next(10) == 0 ? 2 : Classes])),
        new("Network.PredictProbabilities of data", 10,
            random => _networks.Any(random).PredictProbabilities(_data, new float[random.Next(10) == 0 ? 7 : Rows * Classes], 1)),
        new("Network.TopK", 20, random => TopK(_networks.Any(random), random.Next(0, Classes + 2), random.Next(2) == 0)),
        new("Network.TopK of data", 10, random => TopKOfData(_networks.Any(random), random.Next(0, Classes + 2))),
        new("Network.Calibrate", 6, random => _networks.Any(random).Calibrate(random.Next(2) == 0 ? _data : _other, 1)),
        new("Network.Evaluate", 20, random => _networks.Any(random).Evaluate(random.Next(2) == 0 ? _data : _other, 1)),
        new("Network.Save", 10, random => _networks.Any(random).Save(File(random.Next(1, 4)))),
        new("Network.Save to a stream", 6, random => _networks.Any(random).Save(new MemoryStream())),
        new("Network.Load of a stream and swap", 6, random =>
        {
            using FileStream stream = System.IO.File.OpenRead(File(random.Next(4)));
            _networks.Swap(random, Network.Load(stream));
        }),
        new("Network.SaveDelta to a stream", 3, random => _networks.Any(random).SaveDelta(new MemoryStream())),
        new("Network.ApplyDelta of a stream", 6, random => _networks.Any(random).ApplyDelta(new MemoryStream(DeltaBytes(random)))),
        new("Network.SaveDelta", 6, random => _networks.Any(random).SaveDelta(Path.Combine(_folder, $"{random.Next(3)}.delta"))),
        new("Network.ApplyDelta", 6, random => _networks.Any(random).ApplyDelta(Path.Combine(_folder, $"{random.Next(3)}.delta"))),
        new("Network.SavePanels", 3, random => _networks.Any(random).SavePanels(File(random.Next(4)))),
        new("Network.HasPanels", 3, random => Network.HasPanels(File(random.Next(4)))),
        new("Network.DeltaRanks", 10, random => _ = _networks.Any(random).DeltaRanks.Count),
        new("Network.Summary", 10, random => _ = _networks.Any(random).Summary.DataHash),
        new("Network.Read", 4, random => _networks.Any(random).Read(DataPath(random), withTargets: random.Next(2) == 0)),
        new("Network.Load and swap", 12, random => _networks.Swap(random, Load(random))),
        new("Network.Create and swap", 12, random => _networks.Swap(random, Create(random))),
        new("Network.Dispose", 6, _networks.DisposeAny),
        new("Network dropped", 3, random => Replace(_networks, random)),
        new("GaussNewtonTrainer.Fit", 30, Fit),
        new("GaussNewtonTrainer.Fit with callbacks", 10, FitWithCallbacks),
        new("GaussNewtonTrainer.Dispose", 4, _trainers.DisposeAny),
        new("GaussNewtonTrainer swapped", 8, random => _trainers.Swap(random, new GaussNewtonTrainer(Options(random)))),
        new("GaussNewtonTrainer dropped", 3, random => Replace(_trainers, random)),
        new("PublishedNetwork.Predict", 60, random => _trainers.Any(random).Published.Predict(s_row, new float[Classes])),
        new("PublishedNetwork.Evaluate", 6, random => _trainers.Any(random).Published.Evaluate(_data, 1)),
        new("Network.StartLearning and swap", 20, random => _learners.Swap(random, StartLearning(random))),
        new("OnlineLearner.Learn", 60,
            random => _learners.Any(random).Learn(Row(random), random.Next(50) == 0 ? Classes : random.Next(Classes))),
        new("OnlineLearner.Forget", 40, random => _learners.Any(random).Forget(random.Next(Rows))),
        new("OnlineLearner.Forget by row", 20, random => _learners.Any(random).Forget(s_row)),
        new("OnlineLearner.Classify", 40, random => _learners.Any(random).Classify(Row(random))),
        new("OnlineLearner.Apply", 10, random => _learners.Any(random).Apply()),
        new("OnlineLearner.Dispose", 3, _learners.DisposeAny),
        new("OnlineLearner dropped", 3, random => Replace(_learners, random)),
        new("Dataset.Split", 4, random => _data.Split(random.NextDouble() * 1.2, 1)),
        new("Dataset.First", 4, random => _data.First(random.Next(-1, Rows + 2))),
        new("Dataset.Read", 4, random => Dataset.Read(DataPath(random))),
        new("Dataset.ReadLike", 4, random => _data.ReadLike(DataPath(random))),
        new("Dataset.FormatOf", 4, random => Dataset.FormatOf(DataPath(random))),
        new("Dataset.SavePacked", 4, random => _data.SavePacked(Path.Combine(_folder, $"{random.Next(2)}.pack"))),
        new("Dataset.ReadPacked", 4, random => Dataset.ReadPacked(Path.Combine(_folder, $"{random.Next(2)}.pack"))),
        new("Dataset.FromSparse", 8, random => Dataset.FromSparse(
            [0, random.Next(-1, 4), 3], [random.Next(-1, 9), 2, 5], new float[3], random.Next(-1, 8))),
        new("Dataset.From", 4, random => Dataset.From(new float[random.Next(20)], random.Next(-1, 7))),
    ];

    public void Dispose()
    {
        _networks.Dispose();
        _trainers.Dispose();
        _learners.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private static NetworkShape Shape => new() { Hidden = [96, 64], Densities = [0.2, 0.2] };

    private static Dataset Data(int seed)
    {
        var random = new Random(seed);
        float[] inputs = [.. Enumerable.Range(0, Rows * Features).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        int[] labels = [.. Enumerable.Range(0, Rows).Select(row => row % Classes)];
        return Dataset.From(inputs, Features, labels, ["a", "b", "c"]);
    }

    /// <summary>A delta, its beginning, or no delta at all.</summary>
    private byte[] DeltaBytes(Random random)
    {
        byte[] delta = System.IO.File.ReadAllBytes(Path.Combine(_folder, $"{random.Next(3)}.delta"));
        return random.Next(4) switch
        {
            0 => delta[..random.Next(delta.Length)],
            1 => new byte[random.Next(9)],
            _ => delta,
        };
    }

    /// <summary>A model, a folder, a table, or nothing.</summary>
    private string DataPath(Random random) => random.Next(4) switch
    {
        0 => File(random.Next(4)),
        1 => _folder,
        2 => Table,
        _ => Path.Combine(_folder, "absent"),
    };

    private string Table => Path.Combine(_folder, "table.csv");

    private string File(int number) => Path.Combine(_folder, $"{number}.safetensors");

    private Network Create(Random random) => Network.Create(Shape, _data, (ulong)random.Next(1, 4), threads: 1);

    private Network Load(Random random) => random.Next(4) switch
    {
        0 => Network.Load(File(0), sharesBase: true),
        1 => Network.Load(File(random.Next(4)), weights: WeightFormat.BFloat16),
        _ => Network.Load(File(random.Next(4))),
    };

    private static GaussNewtonOptions Options(Random random) => new()
    {
        Steps = random.Next(1, 4),
        TrainFrom = random.Next(1, 3),
        Threads = random.Next(1, 4),
        Batch = random.Next(3) == 0 ? 20 : 0,
        Flush = random.Next(2) == 0 ? FlushPolicy.Never : new GaussNewtonOptions().Flush,
        PublishEvery = random.Next(2) == 0 ? TimeSpan.Zero : null,
    };

    private static void TopK(Network network, int k, bool asProbabilities) =>
        network.TopK(s_row, new int[k], new float[k], asProbabilities);

    private void TopKOfData(Network network, int k) => network.TopK(_data, k, new int[Rows * k], new float[Rows * k], threads: 1);

    private static float[] Predict(Network network, Random random)
    {
        var scores = new float[random.Next(50) == 0 ? 2 : Classes];
        network.Predict(Row(random), scores);
        return scores;
    }

    /// <summary>The row, sometimes with a number that is not finite.</summary>
    private static float[] Row(Random random)
    {
        float[] row = [.. s_row];
        if (random.Next(50) == 0)
            row[random.Next(Features)] = float.NaN;
        return row;
    }

    private OnlineLearner StartLearning(Random random) =>
        _networks.Any(random).StartLearning(
            _data, new() { FreezeHidden = random.Next(4) > 0, Damping = 0.01, Threads = 1 + random.Next(2) });

    private static void Finite(float[] scores)
    {
        foreach (float score in scores)
            if (!float.IsFinite(score))
                throw new ArithmeticException($"a prediction is {score}");
    }

    /// <summary>Uses one, then leaves it to the garbage collector.</summary>
    private static void Replace<T>(Slots<T> slots, Random random) where T : class, IDisposable => slots.Drop(random);

    private void Fit(Random random)
    {
        using var stop = new CancellationTokenSource();
        if (random.Next(3) == 0)
            stop.CancelAfter(random.Next(1, 20));
        _trainers.Any(random).Fit(_networks.Any(random), _data, random.Next(3) == 0 ? _other : null, cancellation: stop.Token);
    }

    private void FitWithCallbacks(Random random)
    {
        Network network = _networks.Any(random);
        GaussNewtonTrainer trainer = _trainers.Any(random);
        trainer.Fit(network, _data, progress: new Callback(() =>
        {
            switch (random.Next(8))
            {
                case 0:
                    network.Predict(s_row, new float[Classes]);
                    break;
                case 1:
                    Task.Run(() => network.Predict(s_row, new float[Classes])).GetAwaiter().GetResult();
                    break;
                case 2:
                    network.Evaluate(_data, 1);
                    break;
                case 3:
                    network.Save(File(random.Next(1, 4)));
                    break;
                case 4:
                    network.Dispose();
                    break;
                case 5:
                    trainer.Dispose();
                    break;
                case 6:
                    trainer.Fit(network, _data);
                    break;
                default:
                    _ = Task.Run(() => network.Predict(s_row, new float[Classes]));
                    break;
            }
        }));
    }

    private sealed class Callback(Action act) : IProgress<StepReport>
    {
        public void Report(StepReport value) => act();
    }
}
