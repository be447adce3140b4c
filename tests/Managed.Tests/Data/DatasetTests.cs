using Subquad.Managed.Tests.Formats;
using NUnit.Framework;
using Subquad;

namespace Subquad.Managed.Tests.Data;

[TestFixture]
internal sealed class DatasetTests
{
    [Test]
    public void Spans_become_data_sets()
    {
        float[] inputs = [1, 2, 3, 4];
        Dataset classes = Dataset.From(inputs, 2, new[] { 0, 2 });
        inputs[0] = 9;
        Assert.That((classes.Count, classes.InputWidth, classes.Task, classes.OutputCount), Is.EqualTo((2, 2, TaskKind.Classification, 3)));
        Assert.That(classes.ClassNames, Is.EqualTo(new[] { "0", "1", "2" }));
        Assert.That(classes.Examples.Inputs.Values[0], Is.EqualTo(1), "the inputs are copied");

        Dataset values = Dataset.From(inputs, 1, new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }, 2);
        Assert.That((values.Count, values.Task, values.OutputCount), Is.EqualTo((4, TaskKind.Regression, 2)));
        Assert.That(values.ClassNames, Is.Empty);
        Assert.That(values.First(3).Count, Is.EqualTo(3));
        (Dataset training, Dataset heldOut) = values.Split(0.25, 1);
        Assert.That((training.Count, heldOut.Count), Is.EqualTo((3, 1)));
        Assert.That(Dataset.From(inputs, 2).Task, Is.EqualTo(TaskKind.None));

        Assert.That(() => Dataset.From(inputs, 3, new[] { 0 }), Throws.ArgumentException);
        Assert.That(() => Dataset.From(inputs, 2, new[] { 0, 2 }, ["a", "b"]), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => Dataset.From(inputs, 2, new[] { 0, int.MaxValue }), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Idx_files_folders_and_streams_are_read()
    {
        using var folder = new TemporaryFolder();
        string images = folder.Write("train-images-idx3-ubyte", IdxBytes.Images(2));
        string labels = folder.Write("train-labels-idx1-ubyte", IdxBytes.Labels(0, 1));
        Assert.That(Dataset.ReadIdx(folder.Path).Count, Is.EqualTo(2));
        Assert.That(Dataset.ReadIdx(images).Count, Is.EqualTo(2));
        Assert.That(Dataset.ReadIdx(images, labels).Count, Is.EqualTo(2));
        Assert.That(Dataset.ReadIdxImages(images).Task, Is.EqualTo(TaskKind.None));
        Assert.That(() => Dataset.ReadIdx(folder.Path, labels), Throws.ArgumentException);
        Assert.That(() => Dataset.ReadIdx(folder.Path, train: false), Throws.TypeOf<FileNotFoundException>());
        Dataset named =
            Dataset.ReadIdx(new MemoryStream(IdxBytes.Images(2)), new MemoryStream(IdxBytes.Labels(0, 1)), ["no", "yes", "maybe"]);
        Assert.That(named.ClassNames, Is.EqualTo(new[] { "no", "yes", "maybe" }));
    }

    [Test]
    public void Tables_are_read_and_others_like_them()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.csv", "x,y\n1,2\n,2\n3,5\n4,5\n");
        Dataset data = Dataset.ReadCsv(path);
        Assert.That((data.Task, data.MissingCells), Is.EqualTo((TaskKind.Classification, 1)));
        Assert.That(Dataset.ReadCsv(path, new CsvOptions { Task = TaskKind.Regression }).Task, Is.EqualTo(TaskKind.Regression));
        Assert.That(() => Dataset.ReadCsv(path, new CsvOptions { Target = "x" }),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("line 3"));
        Assert.That(() => Dataset.ReadCsv(path, new CsvOptions { Task = TaskKind.None }), Throws.ArgumentException);
        Dataset other = data.ReadCsvLike(folder.Write("b.csv", "y,x\n5,\n"));
        Assert.That((other.Examples.Labels[0], other.Examples.Inputs.Values[0], other.OutputCount), Is.EqualTo((1, 3f, 2)));
        Assert.That(() => Dataset.From([1], 1).ReadCsvLike(path), Throws.InvalidOperationException);
    }
}
