using NUnit.Framework;
using Subquad.Data;
using Subquad.Formats;

namespace Subquad.Managed.Tests.Formats;

[TestFixture]
internal sealed class IdxReaderTests
{
    [Test]
    public void Images_and_labels_become_rows_of_bytes([Values] bool packed)
    {
        Examples read = Read(IdxBytes.Images(3), IdxBytes.Labels(2, 0, 1), packed);
        Assert.That(read.Count, Is.EqualTo(3));
        Assert.That(read.Width, Is.EqualTo(6));
        Assert.That(read.Inputs.Values, Is.EqualTo(Enumerable.Range(0, 18).Select(i => (float)i)));
        Assert.That(read.Labels, Is.EqualTo(new[] { 2, 0, 1 }));
        Assert.That(read.ClassNames, Is.EqualTo(new[] { "0", "1", "2" }));
        Assert.That(read.IsTabular, Is.False);
    }

    [Test]
    public void Other_numbers_of_dimensions_are_read()
    {
        Assert.That(Read(IdxBytes.Of(0x802, [2, 3], new byte[6]), IdxBytes.Labels(0, 1)).Width, Is.EqualTo(3));
        Assert.That(Read(IdxBytes.Of(0x804, [2, 3, 2, 2], new byte[24]), IdxBytes.Labels(0, 1)).Width, Is.EqualTo(12));
    }

    [TestCase(0x902u, "FF02", -1f, 2f)]
    [TestCase(0xB02u, "FFFE0100", -2f, 256f)]
    [TestCase(0xC02u, "FFFFFFFD00010000", -3f, 65536f)]
    [TestCase(0xD02u, "3FC00000C0000000", 1.5f, -2f)]
    [TestCase(0xE02u, "3FF8000000000000C000000000000000", 1.5f, -2f)]
    public void Other_types_of_numbers_are_read(uint magic, string bytes, float first, float second)
    {
        byte[] labels = IdxBytes.Of(0xC01, [1], [0, 0, 1, 0]);
        Examples read = Read(IdxBytes.Of(magic, [1, 2], Convert.FromHexString(bytes)), labels);
        Assert.That(read.Inputs.Values, Is.EqualTo(new[] { first, second }));
        Assert.That(read.Labels, Is.EqualTo(new[] { 256 }));
    }

    [Test]
    public void Names_with_a_dot_and_other_ranks_are_found()
    {
        using var folder = new TemporaryFolder();
        string images = folder.Write("train-images.idx3-ubyte", IdxBytes.Images(2));
        folder.Write("train-labels.idx1-ubyte.gz", TemporaryFolder.Pack(IdxBytes.Labels(0, 1)));
        Assert.That(IdxReader.ReadFolder(folder.Path, train: true).Count, Is.EqualTo(2));
        Assert.That(IdxReader.ReadImages(folder.Path, train: true).Count, Is.EqualTo(2));
        Assert.That(IdxReader.Read(images).Count, Is.EqualTo(2));
        string colours = folder.Write("my-images-idx4-ubyte", IdxBytes.Of(0x804, [2, 1, 2, 3], new byte[12]));
        folder.Write("my-labels-idx1-ubyte", IdxBytes.Labels(1, 0));
        Assert.That(IdxReader.Read(colours).Width, Is.EqualTo(6));
    }

    [Test]
    public void One_label_only_still_makes_two_classes() =>
        Assert.That(Read(IdxBytes.Images(1), IdxBytes.Labels(0)).ClassNames, Has.Length.EqualTo(2));

    [Test]
    public void A_folder_is_read_by_the_usual_names()
    {
        using var folder = new TemporaryFolder();
        folder.Write("train-images-idx3-ubyte.gz", TemporaryFolder.Pack(IdxBytes.Images(2)));
        folder.Write("train-labels-idx1-ubyte", IdxBytes.Labels(0, 1));
        folder.Write("t10k-images-idx3-ubyte", IdxBytes.Images(3));
        Assert.That(IdxReader.ReadFolder(folder.Path, train: true).Count, Is.EqualTo(2));
        Assert.That(
            () => IdxReader.ReadFolder(folder.Path, train: false),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("t10k-labels-idx1-ubyte"));
    }

    [Test]
    public void Labels_are_found_beside_the_images_and_gzip_by_content()
    {
        using var folder = new TemporaryFolder();
        string images = folder.Write("my-images.idx3", TemporaryFolder.Pack(IdxBytes.Images(2)));
        Assert.That(() => IdxReader.Read(images), Throws.TypeOf<FileNotFoundException>().With.Message.Contains("my-labels.idx1"));
        folder.Write("my-labels.idx1", IdxBytes.Labels(0, 1));
        Assert.That(IdxReader.Read(images).Count, Is.EqualTo(2));
        Assert.That(IdxReader.ReadImages(images).Kind, Is.EqualTo(TargetKind.None));

        string other = folder.Write("pictures", IdxBytes.Images(2));
        Assert.That(() => IdxReader.Read(other), Throws.ArgumentException.With.Message.Contains("pictures"));
        Assert.That(() => IdxReader.Read(folder.Path), Throws.InstanceOf<IOException>().With.Message.Contains("is a folder"));
        Assert.That(() => IdxReader.Read(folder.File("none")), Throws.TypeOf<FileNotFoundException>());
    }

    [Test]
    public void What_does_not_fit_is_refused_in_a_sentence()
    {
        byte[] images = IdxBytes.Images(2), labels = IdxBytes.Labels(0, 1);
        Refused(images, IdxBytes.Labels(0, 1, 1), "expected 2 labels, one per image, found 3");
        Refused(labels, labels, "found 0x00000801");
        Refused(images, images, "expected the IDX magic number 0x00000801 of labels, found 0x00000803");
        Refused(images[..^1], labels, "expected 12 bytes after the header, found 11");
        Refused([.. images, 0], labels, "expected 12 bytes after the header, found more");
        Refused(images[..9], labels, "found the end of the file");
        Refused([], labels, "found the end of the file");
        Refused(IdxBytes.Of(0x803, [0, 2, 3], []), labels, "dimension 0");
        Refused(IdxBytes.Of(0x803, [2, -1, 3], []), labels, "found 4294967295");
        Refused(IdxBytes.Of(0xA03, [2, 2, 3], []), labels, "found 0x00000A03");
        Refused(IdxBytes.Of(0xD03, [2, 2, 3], []), labels, "expected 48 bytes after the header, found 0");
        Refused(images, IdxBytes.Of(0x901, [2], [0, 0xFF]), "expected whole labels from 0 on, found -1");
        Assert.That(
            () => IdxReader.Read(new MemoryStream(images), new MemoryStream(IdxBytes.Labels(0, 2)), ["a", "b"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected labels from 0 to 1, found 2"));
    }

    [TestCase(int.MaxValue, int.MaxValue, int.MaxValue)]
    [TestCase(2_000_000_000, 1, 1)]
    [TestCase(1, 40_000, 50_000)]
    public void A_lying_header_allocates_nothing_large(int count, int rows, int columns)
    {
        byte[] images = IdxBytes.Of(0x803, [count, rows, columns], new byte[1000]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(images, IdxBytes.Labels(0), "expected");
        Refused(TemporaryFolder.Pack(images), IdxBytes.Labels(0), "expected");
        Refused(IdxBytes.Images(1), IdxBytes.Of(0x801, [count], new byte[5]), "expected");
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4 << 20));
    }

    [Test]
    public void Damaged_gzip_is_refused()
    {
        byte[] packed = TemporaryFolder.Pack(IdxBytes.Images(1000));
        Refused(packed[..(packed.Length / 2)], IdxBytes.Labels(0, 1), "the images");
        Refused([0x1f, 0x8b, .. new byte[50]], IdxBytes.Labels(0, 1), "the images: expected whole gzip data");
        packed[packed.Length / 2] ^= 0x55;
        Refused(packed, IdxBytes.Labels(0, 1), "the images");
    }

    [Test]
    public void Random_damage_gives_a_clean_error_and_little_memory()
    {
        var random = new Random(7);
        byte[] labels = IdxBytes.Labels(0, 1, 2, 3);
        byte[][] sources = [IdxBytes.Images(4), TemporaryFolder.Pack(IdxBytes.Images(4))];
        for (int i = 0; i < 4000; i++)
        {
            byte[] damaged = Damage.Bytes(sources[i % 2], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(() => Damage.Allowed(() => Read(damaged, labels)), Throws.Nothing);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2 << 20));
        }
    }

    [Test]
    public void The_sample_of_the_command_is_whole()
    {
        string folder = RealData.InRepository(Path.Combine("src", "Cli", "Sample"));
        Examples train = IdxReader.Read(Path.Combine(folder, "fashion-mnist-train-images.idx.gz"));
        Examples test = IdxReader.Read(Path.Combine(folder, "fashion-mnist-test-images.idx.gz"));
        Assert.That((train.Count, train.Width, train.OutputCount), Is.EqualTo((4000, 784, 10)));
        Assert.That((test.Count, test.Width, test.OutputCount), Is.EqualTo((2000, 784, 10)));
        Assert.That(Directory.GetFiles(folder, "*.gz").Sum(file => new FileInfo(file).Length), Is.LessThan(4_000_000));
    }

    [Test]
    public void Fashion_MNIST_is_read()
    {
        Examples test = IdxReader.ReadFolder(RealData.Find("fashion-mnist"), train: false);
        Assert.That((test.Count, test.Width, test.OutputCount), Is.EqualTo((10_000, 784, 10)));
        Assert.That(test.Labels.CountBy(label => label).Select(pair => pair.Value), Is.All.EqualTo(1000));
        Assert.That(test.Inputs.Values.Max(), Is.EqualTo(255));
    }

    private static Examples Read(byte[] images, byte[] labels, bool packed = false) => packed
        ? IdxReader.Read(new MemoryStream(TemporaryFolder.Pack(images)), new MemoryStream(TemporaryFolder.Pack(labels)))
        : IdxReader.Read(new MemoryStream(images), new MemoryStream(labels));

    private static void Refused(byte[] images, byte[] labels, string message) =>
        Assert.That(() => Read(images, labels), Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
}
