using System.Buffers.Binary;
using System.Text;
using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>A model's way through a file and back, and files that are damaged or lie.</summary>
[TestFixture]
internal sealed class SaveLoadTests
{
    private TemporaryFolder _folder = null!;

    private string Model => _folder.File("model.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void A_loaded_network_predicts_the_same_bits(KernelSet kernels)
    {
        Dataset data = Dataset.ReadCsv(_folder.Write("a.csv", Table(60)));
        using Network network = Network.Create(new() { Hidden = [130, 65], Densities = [0.2, 0.3] }, data, 5, kernels);
        TrainingResult result = TestTraining.Fit(network, data, new() { TrainFrom = 1, Steps = 2, Threads = 2 });
        Assert.That(result.Accepted, Is.Positive);
        network.Save(Model);
        using Network loaded = Network.Load(Model, kernels);
        Numbers.SameBits(TestTraining.Weights(loaded), TestTraining.Weights(network), "weights");
        Assert.That(
            (loaded.Seed, loaded.HiddenStepScale, loaded.TrainedBy, loaded.Task, loaded.InputWidth),
            Is.EqualTo((network.Seed, network.HiddenStepScale, kernels.Name, network.Task, network.InputWidth)));
        Assert.That(loaded.ClassNames, Is.EqualTo(network.ClassNames));
        Assert.That(loaded.Shape.Hidden, Is.EqualTo(network.Shape.Hidden));
        Dataset again = loaded.ReadCsv(_folder.Write("b.csv", Table(20)));
        float[] expected = new float[network.OutputCount], found = new float[network.OutputCount];
        for (int row = 0; row < again.Count; row++)
        {
            network.Predict(again.Examples.Inputs.ValuesOf(row), expected);
            loaded.Predict(again.Examples.Inputs.ValuesOf(row), found);
            Numbers.SameBits(found, expected, $"row {row}");
        }
        loaded.Save(_folder.File("again"));
        Assert.That(File.ReadAllBytes(_folder.File("again")).AsSpan().SequenceEqual(File.ReadAllBytes(Model)), "the same file again");
    }

    [Test]
    public void A_plain_reader_finds_the_weights()
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        network.Save(Model);
        byte[] bytes = File.ReadAllBytes(Model);
        long start = 8 + BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.That(start % 4096, Is.Zero);
        string header = Encoding.UTF8.GetString(bytes, 8, (int)start - 8);
        Assert.That(header, Does.Contain("\"W.1\":{\"dtype\":\"F32\",\"shape\":[513,37],\"data_offsets\":[0,75924]}"));
        Assert.That(header, Does.Contain("\"A\":{\"dtype\":\"F32\",\"shape\":[130,3]"));
        Assert.That(
            BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan((int)start + 4 * (37 * 7 + 5))),
            Is.EqualTo(network.Layers.Hidden[0].Weights[7, 5]), "row-major");
        Assert.That(
            BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(bytes.Length - 4)), Is.EqualTo(network.Layers.Output[2, 129]),
            "one row of A per neuron");
    }

    [TestCase("\"hidden\":\"513,65,130\"", "\"hidden\":\"513,65,999\"", "tensor 'W.3'")]
    [TestCase(
        "\"hidden\":\"513,65,130\"", "\"hidden\":\"513,65\"    ",
        "Densities: expected one value or one for each of 2 hidden layers, found 3")]
    [TestCase("\"inputs\":\"37\"", "\"inputs\":\"99\"", "inputs: expected 99, found 37")]
    [TestCase("\"inputs\":\"37\"", "\"inputs\":\"x7\"", "inputs: expected numbers, found 'x7'")]
    [TestCase("\"hidden\":\"513,65,130\"", "\"hidden\":\"999999999\" ", "")]
    [TestCase("\"seed\":\"5\"", "\"need\":\"5\"", "'seed'")]
    [TestCase("\"format_version\":\"1\"", "\"format_version\":\"3\"", "expected format version 1 or 2, found '3'")]
    [TestCase("\"normalisation\":\"Normalised\"", "\"normalisation\":\"Normalized\"", "normalisation")]
    [TestCase("\"W.2\"", "\"V.2\"", "'W.2'")]
    [TestCase("\"metric\":\"0\"", "\"metric\":\"-\"", "metric: expected numbers, found '-'")]
    [TestCase("\"metric\":\"0\"", "\"metric\":\"NaN\"", "metric: expected a finite number")]
    [TestCase("\\u0022unit_norm\\u0022:true", "\\u0022unit_norm\\u0022:null", "the input transform")]
    public void A_header_that_lies_is_refused_and_allocates_nothing_large(string truth, string lie, string says)
    {
        using (Network network = Network.Create(Shapes.Odd, 5))
            network.Save(Model);
        byte[] bytes = File.ReadAllBytes(Model);
        string header = FirstVersion.Of(Encoding.Latin1.GetString(bytes, 0, 4096));
        Assert.That(header, Does.Contain(truth));
        // A longer lie eats of the padding.
        Encoding.Latin1.GetBytes(header.Replace(truth, lie, StringComparison.Ordinal)[..4096]).CopyTo(bytes, 0);
        File.WriteAllBytes(Model, bytes);
        Refused(says);
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_number_that_is_not_finite_is_refused(float value)
    {
        using (Network network = Network.Create(Shapes.Odd, 5))
        {
            network.Layers.Hidden[1].Weights[3, 4] = value;
            network.Save(Model);
        }
        Refused("tensor 'W.2': expected a finite number at element 1543");
    }

    [Test]
    public void What_a_file_cannot_hold_is_refused_by_the_call_that_takes_it()
    {
        foreach (string name in new[] { "\ud800", "a\udc00", "\udc00\ud800", "\ud83d\ude00\ud83d" })
            Assert.That(
                () => Dataset.From([1f, 2f], 1, [0, 1], ["a", name]),
                Throws.ArgumentException.With.Property("ParamName").EqualTo("classNames").And.Message.Contains("class 1"));
        Assert.That(() => Network.Load(Model, weights: (WeightFormat)9), Throws.ArgumentException.With.Message.Contains("found 9"));
        Assert.That(
            () => new GaussNewtonTrainer(new() { Activity = (ActivityStrategy)99 }),
            Throws.ArgumentException.With.Message.Contains("Activity"));
        Assert.That(() => MemoryEstimate.OfPredictions(Shapes.Odd, 1, (WeightFormat)9), Throws.ArgumentException);
        string[] names = ["\ud83d\ude00", "\0", "", "\"\\\u2028", "\uffff"];
        Dataset data = Dataset.From([1f, 2, 3, 4, 5], 1, [0, 1, 2, 3, 4], names);
        using Network network = Network.Create(new() { Hidden = [9], Densities = [0.3] }, data, 1);
        network.Save(Model);
        using Network loaded = Network.Load(Model);
        Assert.That(loaded.ClassNames, Is.EqualTo(names));
        string[] endless = [.. Enumerable.Range(0, 2).Select(label => new string((char)('a' + label), 60_000_000))];
        using Network wordy = Network.Create(new() { Hidden = [9], Densities = [0.3] }, Dataset.From([1f, 2], 1, [0, 1], endless), 1);
        Assert.That(
            () => wordy.Save(_folder.File("wordy")),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected metadata of at most"));
        Assert.That(File.Exists(_folder.File("wordy")), Is.False);
    }

    [Test]
    public void A_shape_that_changes_after_the_network_was_made_is_not_that_of_the_network()
    {
        int[] hidden = [9, 5];
        double[] densities = [0.3, 0.2];
        using Network network = Network.Create(new() { Inputs = 3, Hidden = hidden, Outputs = 2, Densities = densities }, 5);
        (hidden[1], densities[0]) = (7, 0.4);
        network.Save(Model);
        using Network loaded = Network.Load(Model);
        Assert.That((loaded.Shape.Hidden[1], loaded.Shape.Densities![0]), Is.EqualTo((5, 0.3)));
    }

    [Test]
    public void Rows_of_one_class_make_no_network()
    {
        Dataset one = Dataset.From([1f, 2, 3], 1, [1, 1, 1], ["a", "b"]);
        const string Says = "the rows to train on: expected at least 2 classes, found 'b' only";
        Assert.That(
            () => Network.Create(new() { Hidden = [9] }, one, 1), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(Says));
    }

    [Test]
    public void Random_damage_gives_a_clean_error_or_a_network()
    {
        using (Network network = Network.Create(new() { Inputs = 3, Hidden = [9, 5], Outputs = 2, Densities = [0.3] }, 5))
            network.Save(Model);
        byte[] whole = File.ReadAllBytes(Model);
        var random = new Random(1);
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = Damage.Bytes(whole, random);
            // Most bytes are padding; every other round hits the text that matters.
            if (round % 2 == 0)
                damaged[random.Next(Math.Min(damaged.Length, 1500))] ^= (byte)(1 << random.Next(7));
            File.WriteAllBytes(Model, damaged);
            Damage.Allowed(() => Network.Load(Model).Dispose());
            Assert.That(NativeBytes.Live, Is.Zero, $"round {round}");
        }
    }

    private void Refused(string says)
    {
        long live = NativeBytes.Live, before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(
            () => Network.Load(Model).Dispose(),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(Model).And.Message.Contains(says));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(8 << 20));
        Assert.That(NativeBytes.Live, Is.EqualTo(live));
    }

    /// <summary>Two numbers with a gap now and then, a text, and two classes.</summary>
    private static string Table(int rows)
    {
        return "x,place,y,kind\n" + string.Concat(Enumerable.Range(0, rows).Select(Row));

        static string Row(int i) => $"{(i % 7 == 3 ? "" : $"{i % 11}")},{"abc"[i % 3]},{i % 5 - 2},{(i % 11 > 5 ? "high" : "low")}\n";
    }
}
