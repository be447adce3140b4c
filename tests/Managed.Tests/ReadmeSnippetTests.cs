using NUnit.Framework;

namespace Subquad.Managed.Tests;

/// <summary>The C# of README and of the pages in docs, run: the architecture tests hold them together.</summary>
[TestFixture]
public sealed class ReadmeSnippetTests
{
    [Test]
    public void A_network_is_trained_saved_loaded_and_asked()
    {
        string folder = Directory.CreateTempSubdirectory("subquad-readme").FullName;
        string path = Path.Combine(folder, "model.safetensors");
        (float[] inputs, int[] labels) = TwoRings(400);
        try
        {
            #region train
            // Rows of plain floats and a class for each; or Dataset.ReadCsv(path), or Dataset.ReadIdx(folder).
            Dataset data = Dataset.From(inputs, width: 2, labels, ["inner", "outer"]);
            (Dataset training, Dataset heldOut) = data.Split(0.2, seed: 1);

            // Two hidden layers of 1,024 neurons; one neuron in ten fires for a row.
            using Network network = Network.Create(new NetworkShape { Hidden = [1024, 1024], Densities = [0.1] }, training, seed: 1);

            // No learning rate: the damping adapts, and training stops when the held-out loss would rise.
            using var trainer = new GaussNewtonTrainer(new GaussNewtonOptions { Steps = 10 });
            TrainingResult result = trainer.Fit(network, training, heldOut);
            Console.WriteLine($"{result.Steps} steps, {result.ValidationMetric:P1} of the held-out rows right: {result.Message}");

            network.Save(path);
            #endregion
            Assert.That(result.ValidationMetric, Is.GreaterThan(0.95));

            #region predict
            // Any number of threads may predict at once; a warm call allocates nothing.
            using Network loaded = Network.Load(path);
            float[] scores = new float[loaded.OutputCount];
            loaded.Predict([0.1f, 0.2f], scores);
            string name = loaded.ClassNames[loaded.Classify([0.1f, 0.2f])];
            #endregion
            Assert.That(name, Is.EqualTo("inner"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Rows_are_learned_and_forgotten()
    {
        string folder = Directory.CreateTempSubdirectory("subquad-readme").FullName;
        string path = Path.Combine(folder, "model.safetensors");
        (float[] inputs, int[] labels) = TwoRings(40);
        Dataset training = Dataset.From(inputs, width: 2, [.. labels.Select(label => label + 0.5f)]);
        using Network network = Network.Create(new NetworkShape { Hidden = [256], Densities = [0.5] }, training, seed: 1);
        float[] row = [0.1f, 0.2f];
        const double target = 0.5;
        try
        {
            #region learn
            using OnlineLearner learner = network.StartLearning(training);
            long number = learner.Learn(row, target);
            PredictionInterval interval = learner.PredictInterval(row, level: 0.9);
            learner.Forget(number);
            learner.Apply();
            network.Save(path);
            #endregion
            Assert.That(interval.Value, Is.InRange(interval.Lower, interval.Upper));
            using Network loaded = Network.Load(path);
            float[] expected = new float[1], found = new float[1];
            network.Predict(row, expected);
            loaded.Predict(row, found);
            Assert.That(found, Is.EqualTo(expected));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void A_shared_model_is_fine_tuned()
    {
        string folder = Directory.CreateTempSubdirectory("subquad-readme").FullName;
        string path = Path.Combine(folder, "model.safetensors"), delta = Path.Combine(folder, "delta.safetensors");
        (float[] inputs, int[] labels) = TwoRings(200);
        Dataset data = Dataset.From(inputs, width: 2, labels, ["inner", "outer"]);
        (Dataset first, Dataset others) = data.Split(0.5, seed: 1);
        using Network network = Network.Create(new NetworkShape { Hidden = [256, 256], Densities = [0.1] }, first, seed: 1);
        using var trainer = new GaussNewtonTrainer(new GaussNewtonOptions { Steps = 3 });
        try
        {
            trainer.Fit(network, first);
            network.Save(path);

            #region finetune
            // Once per model: writes the weights in the order of memory to a file beside it.
            network.SavePanels(path);

            // The weights are mapped, not read: networks and processes share the pages, and training keeps its terms beside them.
            using Network tuned = Network.Load(path, sharesBase: true);
            trainer.Fit(tuned, others);
            tuned.SaveDelta(delta);

            // Another network on the same pages becomes the fine-tuned one, bit for bit.
            using Network served = Network.Load(path, sharesBase: true);
            served.ApplyDelta(delta);
            #endregion
            float[] expected = new float[2], found = new float[2];
            tuned.Predict([0.1f, 0.2f], expected);
            served.Predict([0.1f, 0.2f], found);
            Assert.That(found, Is.EqualTo(expected));
            Assert.That(served.Evaluate(others).Loss, Is.LessThan(network.Evaluate(others).Loss));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Points of the plane within radius 1 or between 1.3 and 2, with a constant third feature: the network sees directions only.
    /// </summary>
    private static (float[] Inputs, int[] Labels) TwoRings(int count)
    {
        var random = new Random(1);
        var inputs = new float[2 * count];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % 2;
            double radius = labels[i] == 0 ? random.NextDouble() : 1.3 + 0.7 * random.NextDouble(),
                angle = 2 * Math.PI * random.NextDouble();
            (inputs[2 * i], inputs[2 * i + 1]) = ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)));
        }
        return (inputs, labels);
    }
}
