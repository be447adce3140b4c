using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>Learning and forgetting rows equals fitting the output weights anew; what would not be exact is refused.</summary>
[TestFixture]
internal sealed class OnlineLearnerTests
{
    private const int Width = 7;

    private static readonly NetworkShape s_shape = new() { Hidden = [200, 150], Densities = [0.3] };

    [Test]
    public void Ten_thousand_random_calls_equal_a_refit(
        [Values] bool classifies, [Values(null, 1e-6)] double? damping, [Values] bool direct)
    {
        const int First = 30, Most = 50;
        LearnedRows pool = new(classifies ? 3 : 1, 400);
        Dataset first = pool.Take(Enumerable.Range(0, First));
        using Network network = Network.Create(s_shape with { DirectWeights = direct }, first, 4, threads: 1);
        using OnlineLearner learner = network.StartLearning(first, new() { Damping = damping, Threads = 1 });
        var present = Enumerable.Range(0, First).Select(row => (Number: (long)row, Row: row)).ToList();
        var random = new Random(6);
        for (int call = 0; call < 10_000; call++)
        {
            if (present.Count > 2 && random.Next(Most) < present.Count)
            {
                int place = random.Next(present.Count);
                learner.Forget(present[place].Number);
                present.RemoveAt(place);
            }
            else
            {
                int row = random.Next(pool.Count);
                present.Add((pool.Learn(learner, row), row));
            }
        }
        Assert.That(learner.Count, Is.EqualTo(present.Count));
        pool.CheckEqual(network, learner, [.. present.Select(one => one.Row)], 1e-5);
    }

    [Test]
    public void Predictions_of_several_outputs_equal_a_refit()
    {
        LearnedRows pool = new(outputs: 4, 60);
        Dataset first = pool.Take(Enumerable.Range(0, 20));
        using Network network = Network.Create(s_shape, first, 4, threads: 1);
        using OnlineLearner learner = network.StartLearning(first);
        for (int row = 20; row < 40; row++)
            pool.Learn(learner, row);
        for (int row = 0; row < 10; row++)
            learner.Forget(row);
        pool.CheckEqual(network, learner, [.. Enumerable.Range(10, 30)], 1e-5);
        var intervals = new PredictionInterval[4];
        var output = new float[4];
        learner.PredictIntervals(pool.Row(50), 0.8, intervals);
        learner.Predict(pool.Row(50), output);
        for (int c = 0; c < 4; c++)
            Assert.That(intervals[c].Value, Is.EqualTo(output[c]).Within(1e-5).And.InRange(intervals[c].Lower, intervals[c].Upper));
        Assert.That(() => learner.PredictInterval(pool.Row(50), 0.8), Throws.InvalidOperationException);
        Assert.That(() => learner.Learn(pool.Row(50), 1), Throws.InvalidOperationException.With.Message.Contains("expected 4 targets"));
    }

    [Test]
    public void Everything_can_be_forgotten_and_learned_again()
    {
        LearnedRows pool = new(1, 12);
        Dataset first = pool.Take(Enumerable.Range(0, 6));
        using Network network = Network.Create(s_shape, first, 4, threads: 1);
        using OnlineLearner learner = network.StartLearning(first);
        for (int row = 0; row < 6; row++)
            learner.Forget(row);
        var output = new float[1];
        learner.Predict(pool.Row(8), output);
        Assert.That(output[0], Is.EqualTo(first.Examples.Values.Average()).Within(1e-5), "no row: the mean of the transform");
        PredictionInterval none = learner.PredictInterval(pool.Row(8), 0.5);
        Assert.That((none.Lower, none.Upper), Is.EqualTo((double.NegativeInfinity, double.PositiveInfinity)));
        for (int row = 0; row < 6; row++)
            Assert.That(pool.Learn(learner, row), Is.EqualTo(6 + row), "numbers are not given twice");
        pool.CheckEqual(network, learner, [.. Enumerable.Range(0, 6)], 1e-5);
    }

    [Test]
    public void Apply_puts_the_result_into_the_network_and_its_file([Values] bool direct)
    {
        LearnedRows pool = new(3, 40);
        Dataset first = pool.Take(Enumerable.Range(0, 25));
        using var folder = new TemporaryFolder();
        using Network network = Network.Create(s_shape with { DirectWeights = direct }, first, 4, threads: 1);
        using OnlineLearner learner = network.StartLearning(first);
        pool.Learn(learner, 30);
        float[] before = new float[3], learned = new float[3], applied = new float[3];
        network.Predict(pool.Row(30), before);
        learner.Predict(pool.Row(30), learned);
        network.Predict(pool.Row(30), applied);
        Assert.That(applied, Is.EqualTo(before), "the network is not changed until Apply");
        network.Calibrate(first);
        learner.Apply();
        Assert.That(network.Temperature, Is.Null, "it was that of other weights");
        network.Predict(pool.Row(30), applied);
        Assert.That(applied, Is.EqualTo(learned).Within(1e-5));
        Assert.That(network.Classify(pool.Row(30)), Is.EqualTo(learner.Classify(pool.Row(30))));
        network.Save(folder.File("model"));
        using Network loaded = Network.Load(folder.File("model"));
        float[] again = new float[3];
        loaded.Predict(pool.Row(30), again);
        Numbers.SameBits(again, applied, "loaded");
        // The rows say all: a learner of the loaded model is the same one.
        using OnlineLearner resumed = loaded.StartLearning(
            pool.Take([.. Enumerable.Range(0, 25), 30]), new() { Damping = learner.Damping });
        resumed.Predict(pool.Row(31), again);
        learner.Predict(pool.Row(31), learned);
        Assert.That(again, Is.EqualTo(learned).Within(1e-5));
    }

    [Test]
    public void Columns_far_from_zero_keep_their_digits()
    {
        const int N = 40;
        // Seconds since 1970 that are float32 numbers, so that a row of floats says them too.
        double[] inputs = [.. Enumerable.Range(0, N).SelectMany(i => new[] { 1.7e9 + 128 * i, i % 5 })];
        double[] targets = [.. Enumerable.Range(0, N).Select(i => 5e6 + Math.Sin(0.2 * i) + 0.1 * (i % 5))];
        Dataset data = Dataset.From(inputs, 2, targets), most = Dataset.From(inputs.AsSpan(0, 2 * N - 2), 2, targets.AsSpan(0, N - 1));
        using Network network = Network.Create(s_shape, data, 4, threads: 1);
        Assert.That(data.Examples.ValueOrigins, Is.Not.Null);
        using OnlineLearner learner = network.StartLearning(most, new() { Damping = 1e-3 }), refit = network.StartLearning(
            data, new() { Damping = 1e-3 });
        float[] last = [(float)inputs[^2], (float)inputs[^1]];
        learner.Learn(last, targets[^1]);
        refit.Apply();
        var found = new double[1];
        for (int i = 0; i < N; i++)
        {
            float[] row = [(float)inputs[2 * i], (float)inputs[2 * i + 1]];
            network.Predict(inputs.AsSpan(2 * i, 2), found);
            Assert.That(found[0], Is.EqualTo(targets[i]).Within(0.3));
            Assert.That(learner.PredictInterval(row, 0.8).Value, Is.EqualTo(found[0]).Within(1e-4));
        }
        Assert.That(learner.Forget(last), Is.EqualTo(N - 1));
    }

    [Test]
    public void The_network_s_output_weights_are_kept_if_asked_for([Values] bool keeps, [Values] bool direct)
    {
        LearnedRows pool = new(1, 30);
        Dataset first = pool.Take(Enumerable.Range(0, 20));
        using Network network = Network.Create(s_shape with { DirectWeights = direct }, first, 4, threads: 1);
        TestTraining.FillDirect(network);
        using OnlineLearner strong = network.StartLearning(first, new() { Damping = 1e9, KeepOutput = keeps });
        float[] found = new float[1], own = new float[1];
        strong.Predict(pool.Row(25), found);
        network.Predict(pool.Row(25), own);
        Assert.That(found[0], Is.EqualTo(keeps ? own[0] : network.Target.Mean[0]).Within(1e-4));
        using OnlineLearner learner = network.StartLearning(first, new() { Damping = 1e-3, KeepOutput = keeps });
        long number = pool.Learn(learner, 22);
        learner.Predict(pool.Row(25), found);
        learner.Apply();
        network.Predict(pool.Row(25), own);
        Assert.That(own[0], Is.EqualTo(found[0]).Within(1e-5));
        learner.Forget(number);
        learner.Predict(pool.Row(22), found);
        Assert.That(found[0], Is.Not.EqualTo(own[0]));
    }

    [Test]
    public void Trained_hidden_layers_are_refused_unless_they_are_frozen([Values] bool direct)
    {
        LearnedRows pool = new(1, 40);
        Dataset first = pool.Take(Enumerable.Range(0, 20));
        using Network network = Network.Create(s_shape with { DirectWeights = direct }, first, 4, threads: 1);
        TestTraining.Fit(network, first, new() { Steps = 2, Threads = 1 });
        Assert.That(
            () => network.StartLearning(first), Throws.InvalidOperationException.With.Message.Contains("hidden layers were not trained"));
        var frozen = new OnlineLearningOptions { FreezeHidden = true };
        using OnlineLearner learner = network.StartLearning(first, frozen);
        for (int row = 20; row < 30; row++)
            pool.Learn(learner, row);
        learner.Forget(0);
        pool.CheckEqual(network, learner, [.. Enumerable.Range(1, 29)], 1e-5);
        float[] learned = new float[1], applied = new float[1];
        learner.Predict(pool.Row(33), learned);
        learner.Apply();
        network.Predict(pool.Row(33), applied);
        Assert.That(applied, Is.EqualTo(learned).Within(1e-4));
    }

    [Test]
    public void A_network_that_is_trained_meanwhile_has_other_features()
    {
        LearnedRows pool = new(1, 30);
        Dataset first = pool.Take(Enumerable.Range(0, 20));
        using Network network = Network.Create(s_shape, first, 4, threads: 1);
        using OnlineLearner learner = network.StartLearning(first);
        var failures = new List<Exception?>();
        TestTraining.Fit(network, first, new() { Steps = 1, Threads = 1 }, new Recorder(_ =>
        {
            failures.Add(Assert.Catch(() => learner.Predict(pool.Row(0), new float[1])));
            failures.Add(Assert.Catch(() => network.StartLearning(first, new() { FreezeHidden = true })));
            failures.Add(Assert.Catch(learner.Apply));
            failures.Add(GateCase.Elsewhere(() => learner.Forget(0)));
        }));
        Assert.That(failures, Is.Not.Empty.And.All.TypeOf<InvalidOperationException>());
        foreach (Action call in (Action[])
            [() => pool.Learn(learner, 25), () => learner.Forget(0), () => learner.PredictInterval(pool.Row(0), 0.5), learner.Apply])
            Assert.That(call, Throws.InvalidOperationException.With.Message.Contains("call StartLearning again"));
        Assert.That(learner.Count, Is.EqualTo(20));
    }

    [Test]
    public void Rows_are_forgotten_by_their_features()
    {
        LearnedRows pool = new(1, 30);
        Dataset first = pool.Take(Enumerable.Range(0, 20));
        using Network network = Network.Create(s_shape, first, 4, threads: 1);
        using OnlineLearner learner = network.StartLearning(first);
        long twin = pool.Learn(learner, 7);
        Assert.That(learner.Forget(pool.Row(7)), Is.EqualTo(twin), "the last one of two");
        Assert.That(learner.Forget(pool.Row(7)), Is.EqualTo(7));
        Assert.That(() => learner.Forget(pool.Row(7)), Throws.ArgumentException.With.Message.Contains("found another one"));
        Assert.That(() => learner.Forget(7), Throws.ArgumentException.With.Message.Contains("found 7"));
        learner.Learn(pool.Row(8), 1e3);
        Assert.That(() => learner.Forget(pool.Row(8)), Throws.ArgumentException.With.Message.Contains("by its number"));
        learner.Forget(8);
        learner.Forget(pool.Row(8));
        pool.CheckEqual(network, learner, [.. Enumerable.Range(0, 20).Where(row => row is not 7 and not 8)], 1e-5);
    }

    [Test]
    public void Intervals_are_those_of_refits_without_each_row([Values(0.5, 0.9)] double level)
    {
        const int N = 24;
        LearnedRows pool = new(1, 40);
        Dataset first = pool.Take(Enumerable.Range(0, N));
        using Network network = Network.Create(s_shape, first, 4, threads: 1);
        using OnlineLearner learner = network.StartLearning(first);
        var options = new OnlineLearningOptions { Damping = learner.Damping };
        float[] of = new float[1], at = new float[1];
        double[] lower = new double[N], upper = new double[N];
        for (int left = 0; left < N; left++)
        {
            using OnlineLearner without = network.StartLearning(pool.Take(Enumerable.Range(0, N).Where(row => row != left)), options);
            without.Predict(pool.Row(left), of);
            without.Predict(pool.Row(30), at);
            double error = Math.Abs(pool.Target(left) - of[0]);
            (lower[left], upper[left]) = (at[0] - error, at[0] + error);
        }
        int rank = (int)Math.Ceiling(level * (N + 1));
        PredictionInterval found = learner.PredictInterval(pool.Row(30), level);
        learner.Predict(pool.Row(30), at);
        Assert.That(found.Value, Is.EqualTo(at[0]).Within(1e-5));
        Assert.That(found.Lower, Is.EqualTo(lower.OrderDescending().ElementAt(rank - 1)).Within(1e-4));
        Assert.That(found.Upper, Is.EqualTo(upper.Order().ElementAt(rank - 1)).Within(1e-4));
        PredictionInterval high = learner.PredictInterval(pool.Row(30), 0.97);
        Assert.That((high.Lower, high.Upper), Is.EqualTo((double.NegativeInfinity, double.PositiveInfinity)), "24 rows are too few");
    }

    [Test]
    public void Intervals_cover_what_they_say([Values(0.8, 0.9)] double level)
    {
        const int First = 200, Held = 1_000;
        LearnedRows pool = new(1, First + Held);
        Dataset first = pool.Take(Enumerable.Range(0, First));
        using Network network = Network.Create(s_shape, first, 4);
        using OnlineLearner learner = network.StartLearning(first);
        int covered = 0;
        for (int row = First; row < First + Held; row++)
        {
            PredictionInterval interval = learner.PredictInterval(pool.Row(row), level);
            covered += pool.Target(row) >= interval.Lower && pool.Target(row) <= interval.Upper ? 1 : 0;
        }
        // The coverage given 200 rows spreads by 0.03 around the level.
        Assert.That(covered / (double)Held, Is.EqualTo(level).Within(0.06));
    }

    [Test]
    public void A_warm_call_allocates_nothing([Values] bool classifies)
    {
        LearnedRows pool = new(classifies ? 3 : 1, 60);
        Dataset first = pool.Take(Enumerable.Range(0, 30));
        using Network network = Network.Create(s_shape, first, 4, threads: 1);
        using OnlineLearner learner = network.StartLearning(first, new() { Threads = 1 });
        var output = new float[classifies ? 3 : 1];
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int row = 30; row < 60; row++)
            {
                long number = pool.Learn(learner, row);
                learner.Predict(pool.Features(row), output);
                if (!classifies)
                    learner.PredictInterval(pool.Features(row), 0.9);
                learner.Forget(number);
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.That(least, Is.Zero);
    }

    [Test]
    public void Threads_take_turns()
    {
        LearnedRows pool = new(1, 90);
        Dataset first = pool.Take(Enumerable.Range(0, 30));
        using Network network = Network.Create(s_shape, first, 4, threads: 1);
        using OnlineLearner learner = network.StartLearning(first);
        var threads = new List<(Thread Thread, Func<Exception?> Failure)>();
        for (int t = 0; t < 3; t++)
        {
            int own = 30 + 20 * t;
            Thread thread = GateCase.Start(
                () =>
                {
                    for (int round = 0; round < 5; round++)
                    {
                        long[] numbers = [.. Enumerable.Range(own, 20).Select(row => pool.Learn(learner, row))];
                        learner.PredictInterval(pool.Row(own), 0.8);
                        foreach (long number in numbers.AsSpan(round == 4 ? 10 : 0))
                            learner.Forget(number);
                    }
                },
                out Func<Exception?> failure);
            threads.Add((thread, failure));
        }
        foreach ((Thread thread, Func<Exception?> failure) in threads)
        {
            thread.Join();
            Assert.That(failure(), Is.Null);
        }
        pool.CheckEqual(
            network, learner,
            [.. Enumerable.Range(0, 40), .. Enumerable.Range(50, 10), .. Enumerable.Range(70, 10)], 1e-5);
    }

    [Test]
    public void Wrong_arguments_are_named()
    {
        LearnedRows numbers = new(1, 30), classes = new(3, 30);
        Dataset first = numbers.Take(Enumerable.Range(0, 20)), labelled = classes.Take(Enumerable.Range(0, 20));
        using Network network = Network.Create(s_shape, first, 4, threads: 1), other = Network.Create(s_shape, labelled, 4, threads: 1);
        Assert.That(() => network.StartLearning(labelled), Throws.TypeOf<InvalidDataException>());
        Assert.That(
            () => network.StartLearning(first, new() { Damping = 0 }), Throws.ArgumentException.With.Message.Contains("Damping"));
        Assert.That(
            () => network.StartLearning(first, new() { Damping = double.NaN }), Throws.ArgumentException.With.Message.Contains("Damping"));
        Assert.That(
            () => network.StartLearning(first, new() { Threads = 0 }), Throws.ArgumentException.With.Message.Contains("Threads"));
        Assert.That(
            () => network.StartLearning(numbers.Take([0, 0]), new() { Damping = 1e-30 }),
            Throws.InvalidOperationException.With.Message.Contains("larger Damping"));
        using (var stop = new CancellationTokenSource())
        {
            stop.Cancel();
            Assert.That(() => network.StartLearning(first, null, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        }
        using OnlineLearner learner = network.StartLearning(first), classifier = other.StartLearning(labelled);
        float[] row = numbers.Row(25), bad = [.. row];
        bad[3] = float.NaN;
        Assert.That(() => learner.Learn(row.AsSpan(1), 1.5), Throws.ArgumentException.With.Property("ParamName").EqualTo("row"));
        Assert.That(() => learner.Learn(bad, 1.5), Throws.TypeOf<InvalidDataException>().With.Message.Contains("column 3"));
        Assert.That(() => learner.Predict(bad, new float[1]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("column 3"));
        Assert.That(() => learner.Forget(bad), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => learner.Learn(row, double.NaN), Throws.TypeOf<InvalidDataException>().With.Message.Contains("target 0"));
        Assert.That(() => learner.Learn(row, 1e300), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => learner.Learn(row, [1f, 2f]), Throws.ArgumentException.With.Message.Contains("expected 1 targets"));
        Assert.That(() => learner.Learn(row, "1"), Throws.InvalidOperationException.With.Message.Contains("expected a number"));
        Assert.That(() => learner.Predict(row, new float[2]), Throws.ArgumentException.With.Property("ParamName").EqualTo("output"));
        Assert.That(
            () => learner.PredictIntervals(row, 0.5, new PredictionInterval[2]),
            Throws.ArgumentException.With.Property("ParamName").EqualTo("intervals"));
        foreach (double level in (double[])[0, 1, -1, double.NaN])
            Assert.That(() => learner.PredictInterval(row, level), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => classifier.Learn(row, 3), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => classifier.Learn(row, -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => classifier.Learn(row, "none"), Throws.ArgumentException.With.Message.Contains("'none'"));
        Assert.That(() => classifier.Learn(row, 1.5), Throws.InvalidOperationException.With.Message.Contains("expected a class"));
        Assert.That(() => classifier.PredictInterval(row, 0.5), Throws.InvalidOperationException.With.Message.Contains("classifies"));
        Assert.That((learner.Count, classifier.Count), Is.EqualTo((20, 20)));
        Assert.That(classifier.Learn(row, "2"), Is.EqualTo(20));
        Assert.That(learner.Learn(row, 3), Is.EqualTo(20), "a whole number is a number");
        learner.Dispose();
        learner.Dispose();
        foreach (Action call in (Action[])
            [() => learner.Learn(row, 1.5), () => learner.Forget(0), learner.Apply, () => _ = learner.Count])
            Assert.That(call, Throws.TypeOf<ObjectDisposedException>());
        other.Dispose();
        Assert.That(() => classifier.Classify(row), Throws.TypeOf<ObjectDisposedException>());
    }

    /// <summary>Rows of a noisy function, or of noisy classes, that are learned again and again.</summary>
    private sealed class LearnedRows
    {
        private readonly int _outputs;
        private readonly float[] _rows, _targets;
        private readonly int[] _labels;

        public LearnedRows(int outputs, int count)
        {
            (_outputs, Count) = (outputs, count);
            _rows = ReferenceData.Normals(count * Width, 11);
            float[] noise = ReferenceData.Normals(count * outputs, 12);
            _targets = new float[count * outputs];
            _labels = new int[count];
            for (int row = 0; row < count; row++)
            {
                for (int c = 0; c < outputs; c++)
                    _targets[row * outputs + c] = 20 + 5 * (Row(row)[c] + MathF.Sin(2 * Row(row)[c + 1])) + noise[row * outputs + c];
                _labels[row] = Row(row).AsSpan(0, 3).IndexOf(Row(row).Take(3).Max());
            }
        }

        public int Count { get; }

        private bool Classifies => _outputs == 3;

        public ReadOnlySpan<float> Features(int row) => _rows.AsSpan(row * Width, Width);

        public float[] Row(int row) => Features(row).ToArray();

        public float Target(int row) => _targets[row];

        public long Learn(OnlineLearner learner, int row)
        {
            if (Classifies)
                return learner.Learn(Features(row), _labels[row]);
            return _outputs == 1
                ? learner.Learn(Features(row), (double)_targets[row])
                : learner.Learn(Features(row), _targets.AsSpan(row * _outputs, _outputs));
        }

        public Dataset Take(IEnumerable<int> rows)
        {
            int[] taken = [.. rows];
            float[] inputs = [.. taken.SelectMany(Row)];
            return Classifies
                ? Dataset.From(inputs, Width, [.. taken.Select(row => _labels[row])], ["0", "1", "2"])
                : Dataset.From(inputs, Width, [.. taken.SelectMany(row => _targets[(row * _outputs)..((row + 1) * _outputs)])], _outputs);
        }

        /// <summary>Compares with a learner that starts from these rows.</summary>
        public void CheckEqual(Network network, OnlineLearner learner, int[] present, double tolerance)
        {
            using OnlineLearner refit = network.StartLearning(
                Take(present), new() { Damping = learner.Damping, Threads = 1, FreezeHidden = true });
            Assert.That(learner.Count, Is.EqualTo(refit.Count));
            float[] found = new float[_outputs], expected = new float[_outputs];
            for (int row = 0; row < Math.Min(Count, 60); row++)
            {
                learner.Predict(Row(row), found);
                refit.Predict(Row(row), expected);
                Assert.That(found, Is.EqualTo(expected).Within(tolerance * (Classifies ? 1 : 5)), $"row {row}");
            }
        }
    }
}
