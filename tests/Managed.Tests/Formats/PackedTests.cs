using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using Subquad.Data;
using Subquad.Formats;
using Subquad.Support;

namespace Subquad.Managed.Tests.Formats;

/// <summary>Rows in the packed format: there and back bit for bit, read like others, and every damage found.</summary>
[TestFixture]
internal sealed class PackedTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(nameof(Kinds))]
    public void Rows_come_back_bit_for_bit(string kind)
    {
        Dataset data = Make(kind);
        string path = _folder.File("rows");
        data.SavePacked(path);
        var forwards = new TrickleStream();
        data.SavePacked(forwards);
        byte[] bytes = File.ReadAllBytes(path);
        Assert.That(forwards.Written.AsSpan().SequenceEqual(bytes));
        Assert.That(Dataset.FormatOf(path), Is.EqualTo(DataFormat.Packed));
        string packed = _folder.Write("rows.gz", TemporaryFolder.Pack(bytes));
        Dataset[] read =
        [
            Dataset.ReadPacked(path), Dataset.Read(path), Dataset.Read(packed), Dataset.ReadPacked(new TrickleStream(bytes)),
            Dataset.ReadPacked(bytes.AsMemory()), data.ReadLike(path), data.ReadPackedLike(packed),
        ];
        foreach (Dataset again in read)
            Same(again, data);
        Assert.That(Dataset.ReadPacked(path).TaskReason, Is.EqualTo(data.TaskReason));
        Dataset.ReadPacked(path).SavePacked(_folder.File("again"));
        Assert.That(File.ReadAllBytes(_folder.File("again")).AsSpan().SequenceEqual(bytes), "the same bytes again");
    }

    [TestCaseSource(nameof(Kinds))]
    public void A_network_trained_on_packed_rows_is_that_of_the_rows(string kind)
    {
        Dataset data = Make(kind);
        if (data.Task == TaskKind.None)
            return;
        data.SavePacked(_folder.File("rows"));
        using Network expected = Network.Create(new() { Hidden = [40], Densities = [0.4] }, data, 1),
            found = Network.Create(new() { Hidden = [40], Densities = [0.4] }, Dataset.Read(_folder.File("rows")), 1);
        foreach (Network network in new[] { expected, found })
            Training.TestTraining.Fit(network, data, new() { Steps = 1, Threads = 1 });
        MemoryStream first = new(), second = new();
        expected.Save(first);
        found.Save(second);
        Assert.That(second.ToArray().AsSpan().SequenceEqual(first.ToArray()));
        Same(found.Read(_folder.File("rows")), data);
        Assert.That(found.Read(_folder.File("rows"), withTargets: false).Task, Is.EqualTo(TaskKind.None));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Data_cut_anywhere_are_refused(string kind)
    {
        byte[] whole = Packed(Make(kind));
        for (int length = 0; length < whole.Length; length++)
            Assert.That(() => Dataset.ReadPacked(whole.AsMemory(0, length)), Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
        Assert.That(() => Dataset.ReadPacked((byte[])[.. whole, 0]), Refuses("found more"));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Every_flipped_bit_is_found(string kind)
    {
        byte[] whole = Packed(Make(kind));
        for (int bit = 0; bit < 8 * whole.Length; bit += bit < 8 * 128 ? 1 : 5)
        {
            whole[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.That(() => Dataset.ReadPacked(whole.AsMemory()), Throws.TypeOf<InvalidDataException>(), $"bit {bit}");
            whole[bit / 8] ^= (byte)(1 << bit % 8);
        }
        Assert.That(() => Dataset.ReadPacked(whole.AsMemory()), Throws.Nothing);
    }

    [TestCase(24, 1L << 40, "expected counts that fit")]
    [TestCase(24, 0, "expected counts that fit")]
    [TestCase(24, -1, "expected counts that fit")]
    [TestCase(32, 1L << 49, "expected counts that fit")]
    [TestCase(32, 1L << 40, "bytes by the counts")]
    [TestCase(16, 9, "bytes by the counts")]
    public void A_header_that_lies_with_the_right_hash_allocates_nothing_large(int place, long lie, string says)
    {
        byte[] bytes = Packed(Make("sparse classes"));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(place), lie);
        Sign(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Dataset.ReadPacked(bytes.AsMemory()), Refuses(says));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void A_header_that_promises_much_costs_what_is_there()
    {
        byte[] bytes = Packed(Make("dense values"));
        int width = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(32)) / Make("dense values").Count;
        const int Rows = 1 << 28;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Rows);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), (long)Rows * width);
        int header = HeaderBytes(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), header + 4L * Rows * width + 4L * Rows);
        Sign(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Dataset.ReadPacked(bytes.AsMemory()), Refuses("the data were cut"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [TestCase("sparse classes", 8, 99L, "expected starts from 0 to")]
    [TestCase("sparse classes", 8, -1L, "expected starts from 0 to")]
    [TestCase("sparse classes", 0, 1L, "expected starts from 0")]
    public void Rows_that_are_not_whole_are_refused_with_the_right_hashes(string kind, int place, long lie, string says)
    {
        byte[] bytes = Packed(Make(kind));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(HeaderBytes(bytes) + place), lie);
        Sign(bytes);
        Assert.That(() => Dataset.ReadPacked(bytes.AsMemory()), Refuses(says));
    }

    [Test]
    public void A_column_a_label_and_a_number_are_checked()
    {
        Dataset data = Make("sparse classes");
        byte[] whole = Packed(data);
        int columns = HeaderBytes(whole) + 8 * (data.Count + 1);
        foreach ((int place, int lie, string says) in new[]
        {
            (columns, 99, "expected indices from 0 to 6, found 99"), (columns, -1, "expected indices from 0 to 6, found -1"),
            (columns, 4, "expected each index once, found 4 twice"), (whole.Length - 8, 7, "expected a label from 0 to 2, found 7"),
        })
        {
            byte[] bytes = [.. whole];
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(place), lie);
            Sign(bytes);
            Assert.That(() => Dataset.ReadPacked(bytes.AsMemory()), Refuses(says));
        }
        byte[] dense = Packed(Make("dense values"));
        BinaryPrimitives.WriteSingleLittleEndian(dense.AsSpan(HeaderBytes(dense)), float.NaN);
        Sign(dense);
        Assert.That(() => Dataset.ReadPacked(dense.AsMemory()), Refuses("expected a finite number, found NaN"));
    }

    [Test]
    public void What_is_no_packed_data_is_refused()
    {
        Assert.That(() => Dataset.ReadPacked("x,y\n1,2\n"u8.ToArray()), Refuses("expected packed data, which begin with 'SUBQPACK'"));
        Assert.That(() => Dataset.ReadPacked(_folder.File("none")), Throws.TypeOf<FileNotFoundException>());
        string path = _folder.File("rows");
        Make("sparse classes").SavePacked(path);
        Assert.That(() => Dataset.Read(path, new() { Task = TaskKind.Regression }), Refuses("expected the task Regression"));
        Assert.That(() => Dataset.Read(path, labels: path), Throws.ArgumentException);
    }

    [Test]
    public void Classes_are_found_by_name_and_unknown_features_are_left_out()
    {
        Dataset training = Dataset.ReadLibsvm(_folder.Write("a", "3 1:1\n5 2:1\n8 4:1\n3 1:2\n5 2:2\n8 3:3\n"));
        Dataset.ReadLibsvm(_folder.Write("b", "8 1:1 6:3\n3 2:1\n8 1:1\n3 1:1\n")).SavePacked(_folder.File("packed"));
        using Network network = Network.Create(new() { Hidden = [20], Densities = [0.5] }, training, 1);
        foreach (Dataset read in new[] { training.ReadLike(_folder.File("packed")), network.Read(_folder.File("packed")) })
        {
            Assert.That(read.Examples.Labels, Is.EqualTo(new[] { 2, 0, 2, 0 }));
            Assert.That((read.InputWidth, read.IgnoredEntries), Is.EqualTo((4, 1)));
        }
        Dataset.ReadLibsvm(_folder.Write("c", "9 1:1\n3 2:1\n9 1:1\n3 1:1\n")).SavePacked(_folder.File("packed"));
        Assert.That(() => training.ReadLike(_folder.File("packed")), Refuses("expected a known class, found '9'"));
        Dataset.ReadLibsvm(_folder.Write("d", "3 0:1\n5 2:1\n3 1:1\n5 1:1\n")).SavePacked(_folder.File("packed"));
        Assert.That(() => training.ReadLike(_folder.File("packed")), Refuses("features that count from 1, found features that count"));
        Dataset.FromSparse([0, 1], [2], [1], 3, new[] { 0.5f }).SavePacked(_folder.File("packed"));
        Assert.That(() => training.ReadLike(_folder.File("packed")), Refuses("expected classes as targets, found values"));
        Dataset.From([1, 2], 2, new[] { 0 }, ["3", "5"]).SavePacked(_folder.File("packed"));
        Assert.That(() => training.ReadLike(_folder.File("packed")), Refuses("expected rows of 4 features, found rows of 2"));
    }

    [Test]
    public void Tables_fit_when_their_columns_were_encoded_alike()
    {
        string table = "x,colour,y\n1,red,a\n2,green,b\n,red,a\n7,green,b\n", packed = _folder.File("packed");
        Dataset training = Dataset.ReadCsv(_folder.Write("a.csv", table));
        training.ReadLike(_folder.Write("b.csv", "y,x,colour\nb,,green\n")).SavePacked(packed);
        Dataset read = training.ReadLike(packed);
        Assert.That((read.Examples.Labels[0], read.Examples.Inputs.Values[0]), Is.EqualTo((1, 2f)), "the median of the training rows");
        Dataset.ReadCsv(_folder.Write("c.csv", "x,colour,y\n1,red,b\n9,green,a\n1,red,b\n5,green,a\n")).SavePacked(packed);
        Assert.That(training.ReadLike(packed).Examples.Labels, Is.EqualTo(new[] { 1, 0, 1, 0 }), "without missing cells");
        foreach (string other in new[]
        {
            "x,colour,y\n1,red,b\n,green,a\n1,red,b\n5,green,a\n", "x,colour,y\n1,red,b\n9,blue,a\n1,red,b\n5,blue,a\n",
            "z,colour,y\n1,red,b\n9,green,a\n1,red,b\n5,green,a\n", "x,y\n1,a\n2,b\n3,a\n4,b\n",
            "x,colour,w,y\n1,red,1,b\n9,green,2,a\n1,red,3,b\n5,green,4,a\n",
        })
        {
            Dataset.ReadCsv(_folder.Write("d.csv", other)).SavePacked(packed);
            Assert.That(() => training.ReadLike(packed), Refuses("pack the table with --like"), other);
        }
        Dataset.From([1, 2, 3], 3, new[] { 0 }, ["a", "b"]).SavePacked(packed);
        Assert.That(() => training.ReadLike(packed), Refuses("expected rows of a table, found rows without named columns"));
        Assert.That(training.First(2).ReadLike(_folder.File("a.csv")).Count, Is.EqualTo(4));
        training.SavePacked(packed);
        Assert.That(Dataset.Read(packed).ReadLike(_folder.File("a.csv")).Count, Is.EqualTo(4), "text like packed rows");
    }

    private static IEnumerable<string> Kinds =>
    [
        "table", "far from 0", "sparse classes", "sparse values", "labels", "images", "dense values", "dense values, as they are",
        "no targets",
    ];

    private Dataset Make(string kind) => kind switch
    {
        "table" => Dataset.ReadCsv(_folder.Write("t.csv", "x,colour,y\n1.5,red,a\n2,green,b\n,red,a\n4,,b\n-0.25,red,a\n")),
        "far from 0" => Dataset.From([1.7e9, 1, 1.7e9 + 1, 2, 1.7e9 + 5, 7], 2, new double[] { 1e9, 1e9 + 1, 1e9 + 2 }),
        "sparse classes" => Dataset.ReadLibsvm(_folder.Write("t", "1 1:0.5 5:2\n2 2:1\n7 7:3\n1\n2 1:1 2:2 3:-3\n7 6:1\n")),
        "sparse values" => Dataset.FromSparse([0, 2, 2, 3], [3, 1, 0], [1e-45f, 2, -3], 5, new[] { 1.5f, -2, 3, 4, 5, 6 }, 2),
        "labels" => Dataset.ReadLibsvm(_folder.Write("t", "4 6 3\n0,2 0:1 5:2\n 1:1\n1 2:2\n0 3:1\n")),
        "images" => Dataset.ReadIdx(IdxBytes.Images(5), IdxBytes.Labels(0, 1, 2, 1, 0)),
        "dense values" => Dataset.From([1, -0f, 3, 4.5f, 5, 6], 2, new[] { 0.5f, 1, 2 }),
        "dense values, as they are" => Dataset.From([1, 2, 3, 4, 5, 6], 2, new[] { 0.5f, 1, 2 }).WithoutTransforms(),
        _ => Dataset.From([1, 2.5f, 3], 1),
    };

    private static byte[] Packed(Dataset data)
    {
        var stream = new MemoryStream();
        data.SavePacked(stream);
        return stream.ToArray();
    }

    private static int HeaderBytes(byte[] bytes) => (128 + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)) + 63) / 64 * 64;

    /// <summary>Computes both hashes anew, so that only the checks of the content can refuse the file.</summary>
    private static void Sign(byte[] bytes)
    {
        int header = HeaderBytes(bytes);
        SHA256.HashData(bytes.AsSpan(header)).CopyTo(bytes, 80);
        SHA256.HashData([.. bytes[..48], .. bytes[80..header]]).CopyTo(bytes, 48);
    }

    private static NUnit.Framework.Constraints.Constraint Refuses(string says) =>
        Throws.TypeOf<InvalidDataException>().With.Message.Contains(says);

    private static void Same(Dataset found, Dataset expected)
    {
        Examples read = found.Examples, whole = expected.Examples;
        Numbers.SameBits(read.Inputs.Values, whole.Inputs.Values, "inputs");
        for (int row = 0; read.Inputs.IsSparse && row < read.Count; row++)
            Assert.That(read.Inputs.ColumnsOf(row).SequenceEqual(whole.Inputs.ColumnsOf(row)));
        Numbers.SameBits(read.Values, whole.Values, "targets");
        Assert.That(read.Labels, Is.EqualTo(whole.Labels));
        Assert.That(read.ClassNames, Is.EqualTo(whole.ClassNames));
        Assert.That(read.Schema?.ToJson(), Is.EqualTo(whole.Schema?.ToJson()));
        Assert.That(
            (read.Count, read.Width, read.Kind, read.OutputCount, read.Inputs.IsSparse, read.IsStandardised, read.HasConstant),
            Is.EqualTo((whole.Count, whole.Width, whole.Kind, whole.OutputCount, whole.Inputs.IsSparse, whole.IsStandardised,
                whole.HasConstant)));
        Assert.That(
            (read.FirstIndex, read.MissingCells, read.LabelSets is null),
            Is.EqualTo((whole.FirstIndex, whole.MissingCells, whole.LabelSets is null)));
        Assert.That(read.Inputs.Origins, Is.EqualTo(whole.Inputs.Origins));
        Assert.That(read.ValueOrigins, Is.EqualTo(whole.ValueOrigins));
    }
}
