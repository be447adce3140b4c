using System.Globalization;
using System.Text;
using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Formats;
using Subquad.Optimizers;
using Subquad.Simd.Threading;
using Subquad.Support;
using Subquad.Training;

namespace Subquad.Managed.Tests.Formats;

[TestFixture]
internal sealed class LibsvmSourceTests
{
    private const int Count = 203, Width = 30;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void An_epoch_has_every_row_once_with_the_bits_of_rows_in_memory(
        [Values(1, 20, Count, 1000)] int batch, [Values(1, 50, 1000)] int waiting, [Values] bool classes)
    {
        (LibsvmSource source, RowBatch all) = Open(batch, waiting, classes);
        Assert.That(source.Whole, Is.Null);
        EpochBatch[] epoch = [.. source.Epoch(0)];
        Assert.That(epoch.Select(part => part.IsLast), Is.EqualTo(epoch.Select((_, i) => i == epoch.Length - 1)));
        Assert.That(epoch.SkipLast(1).Select(part => part.Rows.Count), Is.All.EqualTo(batch));
        int[] order = OrderOf(epoch);
        Assert.That(order.Order(), Is.EqualTo(Enumerable.Range(0, Count)));
        Assert.That(order.Select((row, place) => row - place), Is.All.LessThan(waiting), "no row leaves before it was read");
        int first = 0;
        foreach (EpochBatch part in epoch)
        {
            RowBatch expected = all.Take(order.AsSpan(first, part.Rows.Count));
            first += part.Rows.Count;
            Assert.That(part.Rows.Inputs.IsSparse);
            Numbers.SameBits(part.Rows.Inputs.Values, expected.Inputs.Values, "inputs");
            Numbers.SameBits(part.Rows.Targets, expected.Targets, "targets");
            Assert.That(part.Rows.Labels, Is.EqualTo(expected.Labels));
        }
    }

    [Test]
    public void The_seed_and_the_epoch_decide_the_order()
    {
        int[] order = OrderOf(Open(20, 50, seed: 1).Source.Epoch(0));
        Assert.That(OrderOf(Open(20, 50, seed: 1).Source.Epoch(0)), Is.EqualTo(order));
        Assert.That(OrderOf(Open(20, 50, seed: 1).Source.Epoch(1)), Is.Not.EqualTo(order));
        Assert.That(OrderOf(Open(20, 50, seed: 2).Source.Epoch(0)), Is.Not.EqualTo(order));
    }

    [Test]
    public void Memory_depends_on_the_buffer_not_on_the_file()
    {
        const int Rows = 40_000;
        string path = _folder.Write("large", Text(Rows, entries: 20));
        Examples all = LibsvmExamples.Read(path, Width, TargetKind.Classes);
        long held = 8L * all.Inputs.Entries;
        LibsvmSource source = Open(path, all, 100, 300, seed: 1);
        all = null!;
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0;
        int rows = 0;
        foreach (EpochBatch part in source.Epoch(0))
        {
            rows += part.Rows.Count;
            if (rows % 5000 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        Assert.That(rows, Is.EqualTo(Rows));
        Assert.That(most, Is.LessThan(held / 8), $"the file holds {held} bytes of entries");
    }

    [Test]
    public void A_training_takes_its_batches_from_a_file()
    {
        (LibsvmSource source, RowBatch all) = Open(20, 60);
        var data = Dataset.ReadLibsvm(_folder.File("t"), Width, TaskKind.Classification);
        using Network network = Network.Create(new() { Hidden = [60], Densities = [0.3] }, data, seed: 1);
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(network.Kernels, team);
        var losses = new List<double>();
        using var sgd = new Sgd(verbs, network.Layers, new(0.5, TrainFrom: 0, TrainsOutput: true), network.Loss);
        var plan = new TrainingPlan(Steps: 60, Tolerance: 0, TrainsOutput: true, CountsLines: false);
        using var loop = new TrainingLoop(verbs, network.Layers, plan, sgd, network.Target, source, all, new Heard(report =>
        {
            if (report.ValidationLoss is { } loss)
                losses.Add(loss);
        }));
        TrainingResult result = loop.Run();
        Assert.That((result.Reason, result.Steps), Is.EqualTo((StopReason.Steps, 60)), result.Message);
        Assert.That(losses, Has.Count.EqualTo(7), "before training, and after each of the five epochs of 11 batches and the last step");
        Assert.That(losses[^1], Is.LessThan(0.7 * losses[0]));
    }

    [TestCase("1 1:1\n2 0:1\n", "line 2: expected feature indices from 1 to 30, found 0")]
    [TestCase("1 1:1\n7 1:1\n", "line 2: expected a known class, found 7")]
    [TestCase("1 1:1\n1:1\n", "line 2: expected a label before the features, found none")]
    [TestCase("1 2:1 1:1\n", "line 1: expected ascending indices, found 1 after 2")]
    [TestCase("# nothing\n", "expected at least one row, found none")]
    public void What_cannot_be_used_is_refused_with_its_line(string text, string message)
    {
        Examples all = LibsvmExamples.Read(_folder.Write("t", Text(Count)), Width, TargetKind.Classes);
        LibsvmSource source = Open(_folder.Write("bad", text), all, 10, 10, 1);
        Assert.That(() => source.Epoch(0).Count(), Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void A_source_needs_one_label_a_row_and_a_first_index()
    {
        InputTransform input = InputTransform.Identity(3);
        TargetTransform one = TargetTransform.Identity(1);
        LibsvmLayout[] others =
            [new(3, 1, TargetKind.None, [], 0), new(3, 1, TargetKind.Values, [], 2), new(3, null, TargetKind.Values, [], 1)];
        foreach (LibsvmLayout layout in others)
            Assert.That(() => new LibsvmSource("x", layout, input, one, 1, 1, 1), Throws.ArgumentException);
        var good = new LibsvmLayout(3, 1, TargetKind.Values, [], 1);
        Assert.That(() => new LibsvmSource("x", good, input, one, 0, 1, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new LibsvmSource("x", good, input, one, 1, 0, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private (LibsvmSource Source, RowBatch All) Open(int batch, int waiting, bool classes = true, ulong seed = 1)
    {
        string path = _folder.Write("t", Text(Count));
        Examples all = LibsvmExamples.Read(path, Width, classes ? TargetKind.Classes : TargetKind.Values);
        LibsvmSource source = Open(path, all, batch, waiting, seed);
        return (source, RowBatch.From(all, InputOf(all), TargetTransform.Learn(all), needsTargets: true));
    }

    private static LibsvmSource Open(string path, Examples like, int batch, int waiting, ulong seed)
    {
        var layout = new LibsvmLayout(like.Width, like.FirstIndex, like.Kind, like.ClassNames, like.OutputCount);
        return new(path, layout, InputOf(like), TargetTransform.Learn(like), batch, waiting, seed);
    }

    private static InputTransform InputOf(Examples examples) => InputTransform.Learn(examples, standardise: false, constant: true);

    /// <summary>The number of each row: its one number in the last feature, divided by the constant beside it.</summary>
    private static int[] OrderOf(IEnumerable<EpochBatch> epoch)
    {
        var order = new List<int>();
        foreach (EpochBatch part in epoch)
            for (int row = 0; row < part.Rows.Count; row++)
                order.Add((int)Math.Round(part.Rows.Inputs.ValuesOf(row)[^2] / part.Rows.Inputs.ValuesOf(row)[^1]) - 1);
        return [.. order];
    }

    /// <summary>Rows of three classes, told apart by their first features; the last feature is the row's number, from 1.</summary>
    private static string Text(int rows, int entries = 3)
    {
        var text = new StringBuilder("# rows\n");
        for (int row = 0; row < rows; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row % 3 + 1}");
            for (int i = 0; i < entries; i++)
                text.Append(CultureInfo.InvariantCulture, $" {(i == 0 ? row % 3 + 1 : 4 + i)}:{(i == 0 ? 1000 : (row * 7 + i) % 5)}");
            text.Append(CultureInfo.InvariantCulture, $" {Width}:{row + 1}\n");
        }
        return text.ToString();
    }

    private sealed class Heard(Action<StepReport> then) : IProgress<StepReport>
    {
        public void Report(StepReport value) => then(value);
    }
}
