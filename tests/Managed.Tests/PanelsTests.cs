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
    public void Every_flipped_bit_of_shared_weights_is_refused()
    {
        Save(Shapes.Odd, seed: 5);
        byte[] bytes = File.ReadAllBytes(Panels);
        var random = new Random(1);
        foreach ((int matrix, int place) in PlacesOfWeights(200, random))
        {
            var bit = (byte)(1 << random.Next(8));
            bytes[place] ^= bit;
            File.WriteAllBytes(Panels, bytes);
            Refused<InvalidDataException>(Panels, $"weights W.{matrix}", "expected the checksum");
            bytes[place] ^= bit;
        }
        File.WriteAllBytes(Panels, bytes);
        Network.Load(Model, sharesBase: true).Dispose();
    }

    [Test]
    public void Numbers_that_are_not_finite_and_blocks_of_zeros_are_refused()
    {
        Save(Shapes.Odd, seed: 5);
        byte[] bytes = File.ReadAllBytes(Panels), nan = [.. bytes], zeros = [.. bytes];
        BitConverter.TryWriteBytes(nan.AsSpan(MappedFile.Alignment + 64), float.NaN);
        zeros.AsSpan(MappedFile.Alignment, 64 * 37 * 4).Clear();
        foreach (byte[] damaged in new[] { nan, zeros })
        {
            File.WriteAllBytes(Panels, damaged);
            Refused<InvalidDataException>(Panels, "weights W.1, rows from 0");
            Network.Load(Model, sharesBase: true, verify: false).Dispose();
        }
    }

    [Test]
    public void Outputs_and_thresholds_are_verified_whether_the_weights_are_or_not([Values] bool verify)
    {
        Save(Shapes.Odd, seed: 5);
        byte[] bytes = File.ReadAllBytes(Model);
        TensorInfo[] small;
        using (SafetensorsFile file = SafetensorsFile.Open(Model))
            small = [.. file.Tensors.Where(tensor => !tensor.Name.StartsWith('W'))];
        Assert.That(small, Has.Length.EqualTo(4));
        foreach (TensorInfo tensor in small)
        {
            byte[] zeroed = [.. bytes], flipped = [.. bytes];
            zeroed.AsSpan((int)tensor.Offset, (int)tensor.Bytes).Clear();
            flipped[tensor.Offset + tensor.Bytes / 2] ^= 0x20;
            foreach (byte[] damaged in new[] { zeroed, flipped })
            {
                File.WriteAllBytes(Model, damaged);
                Assert.That(
                    () => Network.Load(Model, sharesBase: true, verify: verify).Dispose(),
                    Throws.TypeOf<InvalidDataException>().With.Message.Contains($"tensor '{tensor.Name}'"));
            }
        }
    }

    [Test]
    public void Panels_belong_to_a_model_by_their_content_and_not_by_what_they_say()
    {
        Save(Shapes.Odd, seed: 6);
        byte[] others = File.ReadAllBytes(Panels);
        Save(Shapes.Odd, seed: 5);
        byte[] own = File.ReadAllBytes(Panels);
        own.AsSpan(0, MappedFile.Alignment).CopyTo(others);
        File.WriteAllBytes(Panels, others);
        Refused<InvalidDataException>(Panels, "belongs to other weights");
    }

    [Test]
    public void A_matrix_moved_within_its_file_is_refused()
    {
        Save(Shapes.Odd with { Hidden = [65, 65, 65], Inputs = 65 }, seed: 5);
        byte[] bytes = File.ReadAllBytes(Panels);
        long size = MappedFile.BytesOf(65, 65);
        byte[] first = bytes[MappedFile.Alignment..(int)(MappedFile.Alignment + size)];
        bytes.AsSpan((int)(MappedFile.Alignment + size), (int)size).CopyTo(bytes.AsSpan(MappedFile.Alignment));
        first.CopyTo(bytes, (int)(MappedFile.Alignment + size));
        File.WriteAllBytes(Panels, bytes);
        Refused<InvalidDataException>(Panels, "weights W.1");
    }

    [Test]
    public void Checksums_of_rows_and_of_panels_are_the_same_in_every_shape()
    {
        foreach ((int rows, int columns) in new[] { (1, 1), (64, 3), (65, 1), (511, 2), (512, 5), (513, 4), (1300, 7) })
        {
            using var matrix = new PanelMatrix(rows, columns);
            var random = new Random(rows);
            float[] values = [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle() - 0.5f)];
            matrix.SetRowMajor(0, values);
            var sums = new BlockChecksums([rows, columns]);
            ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan());
            for (int start = 0; start < bytes.Length; start += 40)
                sums.Append(bytes[start..Math.Min(bytes.Length, start + 40)]);
            string whole = sums.Text();
            Assert.That(whole, Has.Length.EqualTo(16 * ((rows + 511) / 512)));
            Assert.That(BlockChecksums.Of(matrix).Text(), Is.EqualTo(whole), $"{rows} x {columns}");
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

    /// <summary>Places of bytes of weights, and the numbers of their layers; Shapes.Odd is what was saved.</summary>
    private static IEnumerable<(int Matrix, int Place)> PlacesOfWeights(int count, Random random)
    {
        int[] widths = [Shapes.Odd.Inputs, .. Shapes.Odd.Hidden];
        for (int i = 0; i < count; i++)
        {
            int matrix = 1 + i % 3, rows = widths[matrix], columns = widths[matrix - 1], row = random.Next(rows);
            long place = MappedFile.Alignment;
            for (int before = 1; before < matrix; before++)
                place += MappedFile.BytesOf(widths[before], widths[before - 1]);
            // A panel has one column of padding more.
            place += row / 64 * 256L * (columns + 1) + 256 * random.Next(columns) + 4 * (row % 64) + random.Next(4);
            yield return (matrix, (int)place);
        }
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
