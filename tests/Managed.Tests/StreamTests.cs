using System.Text;
using NUnit.Framework;
using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>
/// Whatever reads or writes a file does the same with a stream: one that only goes forwards, a byte at a time, is enough, and it stays
/// open.
/// </summary>
[TestFixture]
internal sealed class StreamTests
{
    private const string Table = "x,colour,y\n1,red,0.5\n2,green,1.5\n,red,0.25\n4,green,3\n5,red,2.5\n";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void A_model_in_a_stream_has_the_bytes_of_the_file()
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        network.Save(_folder.File("model"));
        byte[] expected = File.ReadAllBytes(_folder.File("model"));
        var forwards = new TrickleStream();
        network.Save(forwards);
        Assert.That(forwards.Written.AsSpan().SequenceEqual(expected));
        Assert.That(forwards.IsDisposed, Is.False);
        var seeking = new MemoryStream();
        seeking.Write("before"u8);
        network.Save(seeking);
        Assert.That(seeking.ToArray().AsSpan(6).SequenceEqual(expected), "from the present position on");
    }

    [TestCase(0)]
    [TestCase(7)]
    public void A_model_is_loaded_from_the_rest_of_a_stream(int before)
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        byte[] bytes = Saved(network);
        byte[] content = [.. new byte[before], .. bytes];
        var seeking = new MemoryStream(content) { Position = before };
        var forwards = new TrickleStream(content[before..]);
        using Network first = Network.Load(seeking), second = Network.Load(forwards), third = Network.Load(content.AsMemory(before));
        Assert.That((seeking.Position, seeking.CanRead, forwards.IsDisposed), Is.EqualTo((content.Length, true, false)));
        foreach (Network loaded in new[] { first, second, third })
        {
            Assert.That(Saved(loaded).AsSpan().SequenceEqual(bytes));
            loaded.Save(_folder.File("again"));
            Assert.That(loaded.Summary.DataHash, Is.EqualTo(network.Summary.DataHash));
        }
        using Network half = Network.Load(new MemoryStream(bytes), weights: WeightFormat.BFloat16);
        Assert.That(half.WeightFormat, Is.EqualTo(WeightFormat.BFloat16));
    }

    [Test]
    public void A_stream_is_refused_in_the_words_for_a_file()
    {
        using (Network network = Network.Create(Shapes.Odd, 5))
            network.Save(_folder.File("model"));
        byte[] whole = File.ReadAllBytes(_folder.File("model")), flipped = [.. whole];
        flipped[^5] ^= 1;
        byte[][] bad =
            [[], [1, 2, 3], whole[..^1], [.. whole, 0], flipped, "version https://git-lfs"u8.ToArray(), TemporaryFolder.Pack(whole)];
        foreach (byte[] content in bad)
        {
            string path = _folder.Write("bad", content);
            string expected = Refusal(() => Network.Load(path)).Replace($"'{path}'", "the stream", StringComparison.Ordinal);
            long live = NativeBytes.Live;
            Assert.That(Refusal(() => Network.Load(new MemoryStream(content))), Is.EqualTo(expected));
            Assert.That(Refusal(() => Network.Load(new TrickleStream(content))), Is.EqualTo(expected));
            Assert.That(NativeBytes.Live, Is.EqualTo(live));
        }
        var random = new Random(1);
        for (int round = 0; round < 100; round++)
        {
            byte[] damaged = Damage.Bytes(whole, random);
            Damage.Allowed(() => Network.Load(new MemoryStream(damaged)).Dispose());
        }
    }

    [Test]
    public void A_large_stream_that_does_not_seek_is_copied_to_a_file()
    {
        using Network network = Network.Create(new() { Inputs = 2100, Hidden = [2048], Outputs = 1 }, 1);
        byte[] bytes = Saved(network);
        Assert.That(bytes, Has.Length.GreaterThan(1 << 24));
        using var forwards = new BufferedStream(new Forwards(bytes), 1 << 16);
        using Network loaded = Network.Load(forwards);
        Numbers.SameBits(TestTraining.Weights(loaded), TestTraining.Weights(network), "weights");
    }

    [Test]
    public void A_delta_goes_through_streams()
    {
        Dataset data = TestTraining.Smooth(40, 6);
        using Network network = Network.Create(new() { Hidden = [80], Densities = [0.3] }, data, 1);
        byte[] model = Saved(network);
        using Network tuned = Network.Load(new MemoryStream(model)), again = Network.Load(new MemoryStream(model));
        TestTraining.Fit(tuned, data, new() { Steps = 2, TrainFrom = 1, Threads = 1, Flush = FlushPolicy.Never });
        tuned.SaveDelta(_folder.File("delta"));
        var written = new TrickleStream();
        tuned.SaveDelta(written);
        Assert.That(written.Written.AsSpan().SequenceEqual(File.ReadAllBytes(_folder.File("delta"))));
        again.ApplyDelta(new TrickleStream(written.Written));
        float[] expected = Predictions(tuned, data), found = Predictions(again, data);
        Numbers.SameBits(found, expected, "predictions");
        Assert.That(Refusal(() => again.ApplyDelta(new MemoryStream(model))), Is.EqualTo("InvalidOperationException"));
        using Network fresh = Network.Load(new MemoryStream(model));
        Assert.That(Refusal(() => fresh.ApplyDelta(new MemoryStream(model))), Does.StartWith("the stream: expected a delta"));
    }

    [Test]
    public void A_table_is_read_from_streams_and_memory([Values] bool packed)
    {
        byte[] content = Encoding.UTF8.GetBytes(Table);
        content = packed ? TemporaryFolder.Pack(content) : content;
        Dataset expected = Dataset.ReadCsv(_folder.Write("t", content));
        var forwards = new TrickleStream(content);
        Dataset[] read = [Dataset.ReadCsv(forwards), Dataset.ReadCsv(Behind(content)), Dataset.ReadCsv(content.AsMemory())];
        Assert.That(forwards.IsDisposed, Is.False);
        using Network network = Network.Create(new() { Hidden = [20], Densities = [0.5] }, expected, 1);
        foreach (Dataset data in read)
        {
            Same(data, expected);
            Assert.That((data.TargetColumn, data.MissingCells), Is.EqualTo(("y", 1)));
            Same(data.ReadCsvLike(new TrickleStream(content)), expected);
        }
        Same(network.ReadCsv(new TrickleStream(content)), expected);
        Assert.That(network.ReadCsv(new TrickleStream(content), withTargets: false).Task, Is.EqualTo(TaskKind.None));
        Assert.That(Refusal(() => Dataset.ReadCsv(new TrickleStream("x,y\n1,2\n1\n"u8.ToArray()))),
            Is.EqualTo("the stream, line 3: expected 2 cells as in the header, found 1"));
        Assert.That(() => Dataset.ReadCsv(Stream.Null, new() { Task = TaskKind.None }), Throws.ArgumentException);
    }

    [Test]
    public void Sparse_text_is_read_from_streams_and_memory([Values] bool packed)
    {
        byte[] content = "1 1:2 3:4\n2 2:5\n1 1:1\n2 3:9\n"u8.ToArray();
        content = packed ? TemporaryFolder.Pack(content) : content;
        Dataset expected = Dataset.ReadLibsvm(_folder.Write("t", content), 4);
        var forwards = new TrickleStream(content);
        Dataset[] read =
            [Dataset.ReadLibsvm(forwards, 4), Dataset.ReadLibsvm(Behind(content), 4), Dataset.ReadLibsvm(content.AsMemory(), 4)];
        Assert.That(forwards.IsDisposed, Is.False);
        using Network network = Network.Create(new() { Hidden = [20], Densities = [0.5] }, expected, 1);
        foreach (Dataset data in read)
        {
            Same(data, expected);
            Same(data.ReadLibsvmLike(new TrickleStream(content)), expected);
        }
        Same(network.ReadLibsvm(new TrickleStream(content)), expected);
        Assert.That(
            Refusal(() => Dataset.ReadLibsvm(new TrickleStream("1 1:2\n2 x\n"u8.ToArray()))), Does.StartWith("the stream, line 2:"));
        Assert.That(() => Dataset.ReadLibsvm(Stream.Null, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Images_are_read_from_streams_and_memory([Values] bool packed)
    {
        byte[] images = IdxBytes.Images(3), labels = IdxBytes.Labels(0, 1, 1);
        (images, labels) = packed ? (TemporaryFolder.Pack(images), TemporaryFolder.Pack(labels)) : (images, labels);
        Dataset expected = Dataset.ReadIdx(_folder.Write("images", images), _folder.Write("labels", labels));
        var forwards = new TrickleStream(images);
        Same(Dataset.ReadIdx(forwards, new TrickleStream(labels)), expected);
        Same(Dataset.ReadIdx(images.AsMemory(), labels.AsMemory()), expected);
        Assert.That(forwards.IsDisposed, Is.False);
        Assert.That(Dataset.ReadIdxImages(new TrickleStream(images)).Count, Is.EqualTo(3));
    }

    [Test]
    public void Streams_of_the_wrong_direction_are_refused()
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        var written = new TrickleStream();
        var read = new TrickleStream([1]);
        Action[] calls =
        [
            () => Network.Load(written), () => network.Save(read), () => network.SaveDelta(read), () => network.ApplyDelta(written),
            () => Dataset.ReadCsv(written), () => Dataset.ReadLibsvm(written), () => Dataset.ReadIdxImages(written),
            () => Dataset.ReadIdx(written, read), () => network.ReadLibsvm(written),
        ];
        foreach (Action call in calls)
            Assert.That(() => call(), Throws.ArgumentException.With.Message.StartsWith("expected a stream that can be"));
    }

    private static byte[] Saved(Network network)
    {
        var stream = new MemoryStream();
        network.Save(stream);
        return stream.ToArray();
    }

    /// <summary>A stream that stands behind three other bytes.</summary>
    private static MemoryStream Behind(byte[] content) => new([7, 7, 7, .. content]) { Position = 3 };

    private static void Same(Dataset found, Dataset expected)
    {
        Numbers.SameBits(found.Examples.Inputs.Values, expected.Examples.Inputs.Values, "inputs");
        Assert.That(found.Examples.Labels, Is.EqualTo(expected.Examples.Labels));
        Assert.That(found.Examples.Values, Is.EqualTo(expected.Examples.Values));
        Assert.That((found.Count, found.InputWidth, found.Task), Is.EqualTo((expected.Count, expected.InputWidth, expected.Task)));
    }

    private static float[] Predictions(Network network, Dataset data)
    {
        var outputs = new float[data.Count * network.OutputCount];
        network.PredictAll(data, outputs, threads: 1);
        return outputs;
    }

    private static string Refusal(Action act)
    {
        try
        {
            act();
            return "nothing";
        }
        catch (InvalidDataException fault)
        {
            return fault.Message;
        }
        catch (Exception fault)
        {
            return fault.GetType().Name;
        }
    }

    /// <summary>Memory that cannot seek.</summary>
    private sealed class Forwards(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
