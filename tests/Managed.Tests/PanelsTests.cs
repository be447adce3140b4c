using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Formats;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>Weights in a file that networks map and share, and files that are missing, old, cut or damaged.</summary>
[TestFixture]
internal sealed class PanelsTests
{
    private TemporaryFolder _folder = null!;

    private string Model => _folder.File("model.safetensors");

    private string Panels => Model + ".panels";

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void A_network_that_shares_predicts_the_same_bits(KernelSet kernels)
    {
        foreach (NetworkShape shape in new[] { Shapes.Odd, Shapes.Plain, Shapes.Dense })
        {
            Save(shape, seed: 5);
            using Network own = Network.Load(Model, kernels), shared = Network.Load(Model, kernels, sharesBase: true);
            Assert.That((own.SharesBase, shared.SharesBase), Is.EqualTo((false, true)));
            Numbers.SameBits(Outputs(shared), Outputs(own), "predictions");
            Assert.That(Weights(shared), Is.EqualTo(Weights(own)));
        }
    }

    [Test]
    public void Shared_weights_take_no_native_memory()
    {
        Save(Shapes.Odd, seed: 5);
        using Network shared = Network.Load(Model, sharesBase: true);
        long hidden = shared.Layers.Hidden.Sum(layer => PanelMatrix.BytesOf(layer.Width, layer.Inputs));
        Assert.That(NativeBytes.Live, Is.LessThan(hidden / 4), "thresholds and outputs");
        Assert.That(shared.WeightBytes, Is.GreaterThan(hidden));
    }

    [Test]
    public void Every_matrix_begins_at_a_page_and_is_as_in_memory()
    {
        Save(Shapes.Odd, seed: 5);
        byte[] bytes = File.ReadAllBytes(Panels);
        using Network network = Network.Load(Model);
        long place = MappedFile.Alignment;
        foreach (Layer layer in network.Layers.Hidden)
        {
            Assert.That(BitConverter.ToSingle(bytes, (int)(place + 4 * (64 * 3 + 5))), Is.EqualTo(layer.Weights[5, 3]));
            place += MappedFile.BytesOf(layer.Width, layer.Inputs);
        }
        Assert.That(bytes, Has.Length.EqualTo(place));
    }

    [Test]
    public void Networks_that_train_on_one_base_never_write_to_it([Values(1, 2, 3)] int trainFrom)
    {
        Save(Shapes.Odd, seed: 5);
        byte[] model = File.ReadAllBytes(Model), panels = File.ReadAllBytes(Panels);
        using Network first = Network.Load(Model, sharesBase: true), second = Network.Load(Model, sharesBase: true),
            still = Network.Load(Model, sharesBase: true);
        float[] before = Outputs(still);
        var options = new GaussNewtonOptions { TrainFrom = trainFrom, Steps = 3, Threads = 2 };
        Assert.That(TestTraining.Fit(first, TestTraining.Smooth(40, 37, 3, seed: 1), options).Accepted, Is.Positive);
        Assert.That(
            TestTraining.Fit(second, TestTraining.Smooth(40, 37, 3, seed: 2), options with { Batch = 16, Steps = 4 }).Accepted,
            Is.Positive);
        Assert.That(first.DeltaRanks.Take(trainFrom - 1), Is.All.Zero);
        Assert.That(first.DeltaRanks.Skip(trainFrom - 1), Is.All.Positive);
        Assert.That(Outputs(first), Is.Not.EqualTo(before));
        Assert.That(Outputs(second), Is.Not.EqualTo(Outputs(first)));
        Numbers.SameBits(Outputs(still), before, "the base");
        first.Save(_folder.File("first.safetensors"));
        Assert.That(File.ReadAllBytes(Model).AsSpan().SequenceEqual(model));
        Assert.That(File.ReadAllBytes(Panels).AsSpan().SequenceEqual(panels));
    }

    [Test]
    public void Training_on_a_shared_base_gives_the_bits_of_terms_kept_beside_an_own_one()
    {
        Save(Shapes.Odd, seed: 5);
        using Network own = Network.Load(Model), shared = Network.Load(Model, sharesBase: true);
        var options = new GaussNewtonOptions { TrainFrom = 2, Steps = 3, Threads = 2, Flush = FlushPolicy.Never };
        Dataset data = TestTraining.Smooth(40, 37, 3);
        TestTraining.Fit(own, data, options);
        TestTraining.Fit(shared, data, options);
        Numbers.SameBits(Outputs(shared), Outputs(own), "predictions");
    }

    [Test]
    public void A_model_that_was_saved_anew_leaves_old_panels_behind()
    {
        Save(Shapes.Odd, seed: 5);
        Assert.That(Network.HasPanels(Model));
        string old = HashOf(Model);
        using (Network other = Network.Create(Shapes.Odd, 6))
            other.Save(Model);
        Assert.That(Network.HasPanels(Model), Is.False);
        Refused<InvalidDataException>(HashOf(Model), old, "saved anew");
        using (Network again = Network.Load(Model))
            again.SavePanels(Model);
        Assert.That(Network.HasPanels(Model));
        Network.Load(Model, sharesBase: true).Dispose();
    }

    [Test]
    public void A_file_that_is_missing_cut_longer_or_something_else_is_refused()
    {
        Save(Shapes.Odd, seed: 5);
        byte[] bytes = File.ReadAllBytes(Panels);
        Try(bytes[..^1], "the file is cut or damaged");
        Try([.. bytes, 0], "the file is cut or damaged");
        Try(bytes[..MappedFile.Alignment], "the file is cut or damaged");
        Try(bytes[..1000], "found something else");
        Try(File.ReadAllBytes(Model), "found something else");
        byte[] next = [.. bytes];
        next[8]++;
        Try(next, "expected version 1 of weights in panels, found 2");
        File.WriteAllBytes(Panels, []);
        Refused<IOException>("is empty");
        File.Delete(Panels);
        Assert.That(Network.HasPanels(Model), Is.False);
        Refused<FileNotFoundException>("does not exist", "SavePanels");

        void Try(byte[] content, string says)
        {
            File.WriteAllBytes(Panels, content);
            Refused<InvalidDataException>(says);
            Assert.That(Network.HasPanels(Model), Is.False);
        }
    }

    [Test]
    public void Every_byte_of_the_header_counts()
    {
        Save(Shapes.Plain, seed: 5);
        byte[] bytes = File.ReadAllBytes(Panels);
        foreach (int place in Enumerable.Range(0, 120).Concat([5000, MappedFile.Alignment - 1]))
        {
            bytes[place] ^= 0x10;
            File.WriteAllBytes(Panels, bytes);
            Refused<InvalidDataException>(Panels);
            bytes[place] ^= 0x10;
        }
    }

    [Test]
    public void Panels_of_other_weights_are_not_written()
    {
        using Network network = Network.Create(Shapes.Odd, 5), other = Network.Create(Shapes.Odd, 6);
        Assert.That(() => network.SavePanels(Model), Throws.TypeOf<FileNotFoundException>());
        other.Save(Model);
        Assert.That(
            () => network.SavePanels(Model),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(HashOf(Model)).And.Message.Contains(
            "save the network there first"));
        network.Save(Model);
        TestTraining.Fit(network, TestTraining.Smooth(20, 37, 3), new() { Steps = 1, Threads = 2, Flush = FlushPolicy.Never });
        Assert.That(() => network.SavePanels(Model), Throws.InvalidOperationException.With.Message.Contains("keeps a change beside them"));
        Assert.That(File.Exists(Panels), Is.False);
    }

    [Test]
    public void Data_that_are_not_those_of_their_hash_are_refused()
    {
        Save(Shapes.Odd, seed: 5);
        byte[] bytes = File.ReadAllBytes(Model);
        bytes[^2] ^= 1;
        File.WriteAllBytes(Model, bytes);
        Assert.That(
            () => Network.Load(Model).Dispose(),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("the file is damaged, or its tensors were changed"));
    }

    [Test]
    public void A_model_without_a_hash_is_read_and_shared_all_the_same()
    {
        Save(Shapes.Odd, seed: 5);
        string hash = HashOf(Model);
        byte[] bytes = File.ReadAllBytes(Model);
        int place = bytes.AsSpan().IndexOf("data_sha256"u8);
        bytes[place] = (byte)'D';
        // Files of version 1 have no hash of the header either.
        bytes[bytes.AsSpan().IndexOf("header_sha256"u8)] = (byte)'H';
        ReadOnlySpan<byte> version = "\"format_version\":\""u8;
        bytes[bytes.AsSpan().IndexOf(version) + version.Length] = (byte)'1';
        File.WriteAllBytes(Model, bytes);
        Assert.That(HashOf(Model), Is.EqualTo(hash));
        using Network own = Network.Load(Model), shared = Network.Load(Model, sharesBase: true);
        Numbers.SameBits(Outputs(shared), Outputs(own), "predictions");
    }

    /// <summary>Outputs of a few rows that nobody trained on.</summary>
    internal static float[] Outputs(Network network)
    {
        const int Rows = 20;
        float[] rows = ReferenceData.UnitRows(Rows, network.InputWidth, 77), outputs = new float[Rows * network.OutputCount];
        for (int row = 0; row < Rows; row++)
            network.Predict(
                rows.AsSpan(row * network.InputWidth, network.InputWidth), outputs.AsSpan(row * network.OutputCount, network.OutputCount));
        return outputs;
    }

    private static float[] Weights(Network network) =>
        [.. network.Layers.Hidden.SelectMany(layer => Samples.ToArray(layer.Weights)), .. Samples.ToArray(network.Layers.Output)];

    private static string HashOf(string model)
    {
        using SafetensorsFile file = SafetensorsFile.Open(model);
        return file.HashData();
    }

    private void Save(NetworkShape shape, ulong seed)
    {
        using Network network = Network.Create(shape, seed);
        network.Save(Model);
        network.SavePanels(Model);
    }

    private void Refused<TFault>(params string[] says) where TFault : Exception
    {
        Exception fault = Assert.Throws<TFault>(() => Network.Load(Model, sharesBase: true).Dispose())!;
        foreach (string part in says)
            Assert.That(fault.Message, Does.Contain(part));
        Assert.That(NativeBytes.Live, Is.Zero);
    }
}
