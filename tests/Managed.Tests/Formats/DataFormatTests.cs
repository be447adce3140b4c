using System.Text;
using NUnit.Framework;
using Subquad;

namespace Subquad.Managed.Tests.Formats;

/// <summary>What a path is read as, and that every reader is reached by the format alone.</summary>
[TestFixture]
internal sealed class DataFormatTests
{
    private const string Table = "x,place,y\n1,in,3\n2,out,5.5\n4,in,7\n1,out,9\n", Rows = "1 1:0.5 3:2\n-1 2:1\n1 1:1\n-1 2:2\n";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    // The name decides before the content does.
    [TestCase("a.csv", "", DataFormat.Csv)]
    [TestCase("a.CSV.gz", "1 1:0.5", DataFormat.Csv)]
    [TestCase("a.tsv", "", DataFormat.Csv)]
    [TestCase("a.TAB.gz", "", DataFormat.Csv)]
    [TestCase("t.data", "a,b,y\n16,84.3,6.359\n8,112.6,-32.64\n", DataFormat.Csv)]
    [TestCase("t.txt", "a;b;y\n16;84,3;6,359\n8;112,6;-32,64\n", DataFormat.Csv)]
    [TestCase("housing.data", " 0.00632  18.00   2.310\n 0.02731   0.00   7.070\n", DataFormat.Csv)]
    [TestCase("integers", "1 2 3\n4 5 6\n7 8 9\n", DataFormat.Csv)]
    [TestCase("labelled.txt", "0,2 0:1\n1,2 1:1\n", DataFormat.Libsvm)]
    [TestCase("header", "60 4 3\n", DataFormat.Libsvm)]
    [TestCase("a.libsvm", "x,y", DataFormat.Libsvm)]
    [TestCase("a.svm.gz", "", DataFormat.Libsvm)]
    [TestCase("a.txt", "", DataFormat.Libsvm)]
    [TestCase("rows", "1 1:0.5 3:2\n", DataFormat.Libsvm)]
    [TestCase("rows.data", "-1.5e1\t7:.5\r\n", DataFormat.Libsvm)]
    [TestCase("labelled", "60 4 3\n0,2 0:1\n", DataFormat.Libsvm)]
    [TestCase("numbers", "60 4 3 9\n", null)]
    [TestCase("t10k-images", "hello", DataFormat.Idx)]
    [TestCase("some.idx3", "", DataFormat.Idx)]
    [TestCase("pixels", "\0\0\u0008\u0003", DataFormat.Idx)]
    [TestCase("notes.md", "hello", null)]
    [TestCase("empty", "", null)]
    public void The_format_follows_from_the_name_or_the_start(string name, string text, DataFormat? expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        Assert.That(Dataset.FormatOf(_folder.Write(name, bytes)), Is.EqualTo(expected));
        Assert.That(Dataset.FormatOf(_folder.Write(name, TemporaryFolder.Pack(bytes))), Is.EqualTo(expected), "packed");
    }

    [Test]
    public void A_folder_has_images_whatever_its_name_is()
    {
        Assert.That(Dataset.FormatOf(_folder.Path), Is.EqualTo(DataFormat.Idx));
        Assert.That(Dataset.FormatOf(Directory.CreateDirectory(_folder.File("a.csv")).FullName), Is.EqualTo(DataFormat.Idx));
    }

    [Test]
    public void Every_format_is_read_as_its_own_reader_reads_it()
    {
        string table = _folder.Write("a.csv", Table), rows = _folder.Write("rows", Rows);
        Dataset csv = Dataset.Read(table, new() { Target = "x", Task = TaskKind.Regression }), sparse = Dataset.Read(rows);
        Assert.That((csv.Count, csv.InputWidth, csv.Task), Is.EqualTo((4, 3, TaskKind.Regression)));
        Assert.That((sparse.Count, sparse.InputWidth, sparse.Task), Is.EqualTo((4, 3, TaskKind.Classification)));
        Assert.That(Dataset.Read(rows, new() { Task = TaskKind.Regression }).Task, Is.EqualTo(TaskKind.Regression));
        Assert.That((csv.ReadLike(table).Count, sparse.ReadLike(rows).Count), Is.EqualTo((4, 4)));
        Assert.That(() => csv.ReadLike(rows), Throws.InvalidOperationException);
        Assert.That(() => sparse.ReadLike(table), Throws.InvalidOperationException);

        using Network network = Network.Create(new() { Hidden = [9], Densities = [0.5] }, sparse, 1);
        string open = _folder.Write("open", "7 1:0.5\n");
        Assert.That(network.Read(open, withTargets: false).Task, Is.EqualTo(TaskKind.None));
        Assert.That(() => network.Read(open), Throws.TypeOf<InvalidDataException>(), "7 is no class");
        Assert.That(() => network.Read(table), Throws.TypeOf<InvalidDataException>().With.Message.Contains("not trained on a table"));
    }

    [Test]
    public void Images_are_read_with_labels_beside_them_or_alone()
    {
        Images("train", 3);
        Images("t10k", 2);
        string images = _folder.File("t10k-images-idx3-ubyte"), labels = _folder.File("train-labels-idx1-ubyte");
        Assert.That((Dataset.Read(_folder.Path).Count, Dataset.Read(_folder.Path, train: false).Count), Is.EqualTo((3, 2)));
        Dataset data = Dataset.Read(images);
        Assert.That((data.Count, data.Task), Is.EqualTo((2, TaskKind.Classification)));
        Assert.That((data.ReadLike(_folder.Path).Count, data.ReadLike(_folder.Path, train: true).Count), Is.EqualTo((2, 3)));
        Assert.That(
            () => Dataset.Read(images, labels: labels), Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected 2 labels"));

        using Network network = Network.Create(new() { Hidden = [9], Densities = [0.5] }, data, 1);
        Assert.That((network.Read(_folder.Path).Count, network.Read(_folder.Path, train: true).Count), Is.EqualTo((2, 3)));
        Dataset alone = network.Read(_folder.Path, withTargets: false);
        Assert.That((alone.Count, alone.Task), Is.EqualTo((2, TaskKind.None)));
        Assert.That(network.Read(_folder.Path, train: true, withTargets: false).Count, Is.EqualTo(3));
        Assert.That(network.Read(images, withTargets: false).Count, Is.EqualTo(2));
        string empty = Directory.CreateDirectory(_folder.File("empty")).FullName;
        Assert.That(
            () => network.Read(empty, withTargets: false),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("t10k-images-idx3-ubyte.gz, found none"));
    }

    [Test]
    public void What_cannot_be_read_is_refused_by_name()
    {
        Dataset data = Dataset.From([1f, 2f], 1, [0, 1]);
        using Network network = Network.Create(new() { Hidden = [9], Densities = [0.5] }, data, 1);
        string notes = _folder.Write("notes.md", "hello"), absent = _folder.File("absent");
        string damaged = _folder.Write("rows.gz", [0x1f, 0x8b, 1, 2, 3]);
        Func<string, Dataset>[] readers = [path => Dataset.Read(path), path => data.ReadLike(path), path => network.Read(path)];
        foreach (Func<string, Dataset> read in readers)
        {
            foreach (string path in new[] { notes, damaged })
                Assert.That(
                    () => read(path),
                    Throws.TypeOf<InvalidDataException>().With.Message.Contains(path).And.Message.Contains("found something else"));
            Assert.That(() => read(absent), Throws.TypeOf<FileNotFoundException>().With.Message.Contains(absent));
        }
        Assert.That(() => Dataset.FormatOf(absent), Throws.TypeOf<FileNotFoundException>());
        string table = _folder.Write("a.csv", Table);
        Assert.That(() => Dataset.Read(table, labels: notes), Throws.ArgumentException.With.Property("ParamName").EqualTo("labels"));
        Assert.That(() => network.Read(table, notes), Throws.ArgumentException.With.Property("ParamName").EqualTo("labels"));
        Assert.That(() => Dataset.Read(_folder.Path, labels: notes), Throws.ArgumentException.With.Property("ParamName").EqualTo("labels"));
    }

    private void Images(string part, int count)
    {
        _folder.Write($"{part}-images-idx3-ubyte", IdxBytes.Images(count));
        _folder.Write($"{part}-labels-idx1-ubyte", IdxBytes.Labels([.. Enumerable.Range(0, count).Select(row => (byte)(row % 2))]));
    }
}
