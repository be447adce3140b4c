using NUnit.Framework;
using Subquad.Data;
using Subquad.Formats;
using Subquad.Support;

namespace Subquad.Managed.Tests.Formats;

/// <summary>Batches of a packed file are those of the same rows in memory, from any place on.</summary>
[TestFixture]
internal sealed class PackedSourceTests
{
    private const int Count = 603, Width = 40;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void An_epoch_has_every_row_once_with_the_bits_of_rows_in_memory(
        [Values("dense", "bytes", "sparse", "labels", "classes")] string kind, [Values(1, 64, 1000)] int batch,
        [Values(1, 50, 1000)] int waiting)
    {
        Dataset data = Make(kind);
        (PackedSource source, RowBatch all) = Open(data, batch, waiting);
        Assert.That(source.Whole, Is.Null);
        int[] order = [.. ShuffleBuffer.Shuffle(Enumerable.Range(0, Count), waiting, new SplitMix64(7, 2))];
        EpochBatch[] epoch = [.. source.Epoch(2)];
        Assert.That(epoch, Has.Length.EqualTo(source.Batches));
        Assert.That(epoch.Select(part => part.IsLast), Is.EqualTo(epoch.Select((_, i) => i == epoch.Length - 1)));
        int first = 0;
        foreach (EpochBatch part in epoch)
        {
            Same(part.Rows, all.Take(order.AsSpan(first, part.Rows.Count)));
            first += part.Rows.Count;
        }
        Assert.That(first, Is.EqualTo(Count));
    }

    [Test]
    public void An_epoch_goes_on_from_any_batch([Values("dense", "sparse")] string kind, [Values(1, 50, 1000)] int waiting)
    {
        (PackedSource source, _) = Open(Make(kind), 50, waiting);
        RowBatch[] whole = [.. source.Epoch(1).Select(part => part.Rows)];
        for (int first = 0; first < whole.Length; first++)
        {
            EpochBatch[] rest = [.. source.Epoch(1, first)];
            Assert.That(rest, Has.Length.EqualTo(whole.Length - first));
            Assert.That(rest[^1].IsLast);
            for (int i = 0; i < rest.Length; i++)
                Same(rest[i].Rows, whole[first + i]);
        }
        Assert.That(() => source.Epoch(1, whole.Length), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => source.Epoch(1, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Memory_depends_on_the_buffer_not_on_the_file()
    {
        const int Rows = 20_000, Columns = 100;
        float[] inputs = [.. Enumerable.Range(0, Rows * Columns).Select(i => i + 0.5f)];
        Dataset data = Dataset.From(inputs, Columns, new float[Rows]).WithoutTransforms();
        (PackedSource source, _) = Open(data, 100, 300);
        data = null!;
        inputs = null!;
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0;
        int rows = 0;
        foreach (EpochBatch part in source.Epoch(0))
        {
            rows += part.Rows.Count;
            if (rows % 5000 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        Assert.That(rows, Is.EqualTo(Rows));
        Assert.That(most, Is.LessThan(4L * Rows * Columns / 8));
    }

    [Test]
    public void A_file_that_is_damaged_packed_or_changed_meanwhile_is_refused()
    {
        Dataset data = Make("sparse");
        (PackedSource source, _) = Open(data, 50, 10);
        string path = _folder.File("rows");
        byte[] whole = File.ReadAllBytes(path);
        for (int place = whole.Length - 8 * Count; place < whole.Length; place += 97)
            Damage.Allowed(() => Changed(place));
        File.WriteAllBytes(path, whole[..^100]);
        Assert.That(() => source.Epoch(0).Count(), Throws.TypeOf<InvalidDataException>().With.Message.Contains("the file was cut"));
        Assert.That(() => Open(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("the data were cut"));
        _folder.Write("rows", TemporaryFolder.Pack(whole));
        Assert.That(() => Open(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("found gzip data"));
        Dataset.From([1, 2], 1).SavePacked(path);
        Assert.That(() => Open(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected rows with targets"));

        void Changed(int place)
        {
            byte[] bytes = [.. whole];
            bytes[place] ^= 0x81;
            File.WriteAllBytes(path, bytes);
            Assert.That(() => Open(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains("the data are damaged"));
            foreach (EpochBatch part in source.Epoch(0))
                Assert.That(part.Rows.Inputs.Values, Is.All.Matches<float>(float.IsFinite));
        }
    }

    private static PackedSource Open(string path) =>
        new(path, InputTransform.Identity(Width), TargetTransform.Identity(1), 10, 10, 1);

    private (PackedSource Source, RowBatch All) Open(Dataset data, int batch, int waiting)
    {
        string path = _folder.File("rows");
        data.SavePacked(path);
        InputTransform input = InputTransform.Learn(data.Examples);
        TargetTransform target = TargetTransform.Learn(data.Examples);
        return (new(path, input, target, batch, waiting, seed: 7), RowBatch.From(data.Examples, input, target, needsTargets: true));
    }

    private static Dataset Make(string kind)
    {
        var random = new Random(5);
        if (kind is "dense" or "bytes")
        {
            float[] inputs = [.. Enumerable.Range(0, Count * Width).Select(i => kind == "bytes" ? i % 251 : random.NextSingle() - 0.5f)];
            return Dataset.From(inputs, Width, [.. Enumerable.Range(0, 2 * Count).Select(i => i * 0.25f)], 2);
        }
        List<int> starts = [0], indices = [];
        for (int row = 0; row < Count; row++)
        {
            indices.AddRange(Enumerable.Range(0, row % 5).Select(_ => random.Next(Width)).Distinct());
            starts.Add(indices.Count);
        }
        float[] values = [.. indices.Select(_ => random.NextSingle() + 0.1f)];
        if (kind == "classes")
            return Dataset.FromSparse([.. starts], [.. indices], values, Width, [.. Enumerable.Range(0, Count).Select(row => row % 3)]);
        if (kind == "sparse")
            return Dataset.FromSparse([.. starts], [.. indices], values, Width, [.. Enumerable.Range(0, Count).Select(row => (float)row)]);
        int[] ends = [.. Enumerable.Range(0, Count + 1).Select(row => row / 2)];
        var sets = new LabelSets("t", 4, ends, [.. Enumerable.Range(0, Count / 2).Select(i => i % 4)]);
        return new(Examples.OfLabelSets(InputRows.Checked([.. starts], [.. indices], values, Width), sets));
    }

    private static void Same(RowBatch found, RowBatch expected)
    {
        Numbers.SameBits(found.Inputs.Values, expected.Inputs.Values, "inputs");
        Numbers.SameBits(found.Targets, expected.Targets, "targets");
        Assert.That(found.Labels, Is.EqualTo(expected.Labels));
        Assert.That((found.Count, found.Inputs.IsSparse), Is.EqualTo((expected.Count, expected.Inputs.IsSparse)));
        for (int row = 0; found.Inputs.IsSparse && row < found.Count; row++)
            Assert.That(found.Inputs.ColumnsOf(row).SequenceEqual(expected.Inputs.ColumnsOf(row)));
    }
}
