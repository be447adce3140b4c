using System.Text;
using Subquad.Managed.Tests.Data;
using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Formats;

namespace Subquad.Managed.Tests.Formats;

[TestFixture]
internal sealed class LibsvmExamplesTests
{
    private const string Small = "# two classes\n+1 1:0.5 3:-2e1\n-1 2:1 # a remark\n\n1\t3:4 \r\n-1\n";
    private const string Labelled = "4 3 5\n0,4 0:1 2:2.5\n 1:1\n3 \n   \n";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Labels_and_pairs_become_rows([Values] bool packed, [Values] bool mark)
    {
        byte[] bytes = Encoding.UTF8.GetBytes((mark ? "\uFEFF" : "") + Small);
        Examples read = LibsvmExamples.Read(_folder.Write("small", packed ? TemporaryFolder.Pack(bytes) : bytes));
        Assert.That((read.Kind, read.Count, read.Width, read.FirstIndex), Is.EqualTo((TargetKind.Classes, 4, 3, 1)));
        Assert.That(read.ClassNames, Is.EqualTo(new[] { "-1", "1" }));
        Assert.That(read.Labels, Is.EqualTo(new[] { 1, 0, 1, 0 }));
        Assert.That(read.Inputs.ToDense(), Is.EqualTo(new float[] { 0.5f, 0, -20, 0, 1, 0, 0, 0, 4, 0, 0, 0 }));
        Assert.That((read.IsTabular, read.Inputs.IsSparse, read.Take([0]).Inputs.IsSparse), Is.EqualTo((false, true, true)));
    }

    [Test]
    public void Indices_count_from_0_where_a_0_occurs()
    {
        Examples read = Read("1 0:7 2:1\n2 1:1\n1\n2\n");
        Assert.That((read.Width, read.FirstIndex), Is.EqualTo((3, 0)));
        Assert.That(read.Inputs.ToDense()[..6], Is.EqualTo(new float[] { 7, 0, 1, 0, 1, 0 }));
        // A text read like it counts from 0 too, also without a 0.
        Assert.That(Like(read, "2 1:5\n").Inputs.ToDense(), Is.EqualTo(new float[] { 0, 5, 0 }));
        Refused(() => Like(Read(Small), "1 0:5\n"), "line 1: expected feature indices from 1 to 3, found 0");
    }

    [Test]
    public void The_width_can_be_given()
    {
        Assert.That(Read(Small, width: 5).Width, Is.EqualTo(5));
        Refused(() => Read(Small, width: 2), "line 2: expected feature indices from 1 to 2, found 3");
        Assert.That(() => Dataset.ReadLibsvm("x", width: 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => Dataset.ReadLibsvm("x", task: TaskKind.None), Throws.ArgumentException);
    }

    [Test]
    public void Labels_decide_the_task_as_targets_of_tables_do()
    {
        Assert.That(Read(Rows(200, i => $"{i % 10}")).Kind, Is.EqualTo(TargetKind.Classes));
        Assert.That(Read(Rows(200, i => $"{i % 10}"), task: TargetKind.Values).Values[..3], Is.EqualTo(new float[] { 0, 1, 2 }));
        Assert.That(Read(Rows(300, i => $"{i % 101}")).Kind, Is.EqualTo(TargetKind.Values), "more than 100 values");
        Assert.That(Read(Rows(20, i => $"{i % 11}")).Kind, Is.EqualTo(TargetKind.Values), "more values than half of the rows");
        Assert.That(Read(Rows(200, i => $"{i % 3}.5")).Kind, Is.EqualTo(TargetKind.Values));
        Assert.That(Read(Rows(200, i => $"{i % 3}.5"), task: TargetKind.Classes).ClassNames, Is.EqualTo(new[] { "0.5", "1.5", "2.5" }));
        Assert.That(Read(Rows(40, i => i % 4 == 0 ? "10" : i % 4 == 1 ? "9.0" : i % 4 == 2 ? "9" : "-1")).ClassNames,
            Is.EqualTo(new[] { "-1", "9", "10" }));
    }

    [Test]
    public void Another_text_is_read_like_the_first()
    {
        Examples first = Read(Small);
        Examples read = Like(first, "-1 1:2\n+1.0 2:3\n");
        Assert.That(read.Labels, Is.EqualTo(new[] { 0, 1 }));
        Assert.That(read.Inputs.ToDense(), Is.EqualTo(new float[] { 2, 0, 0, 0, 3, 0 }));
        Refused(() => Like(first, "1 1:1\n2 1:1\n"), "line 2: expected a known class, found 2");
        Examples wider = Like(first, "1 2:3 4:1 9:1\n-1 3:5\n");
        Assert.That(wider.Inputs.ToDense(), Is.EqualTo(new float[] { 0, 3, 0, 0, 0, 5 }), "features that the first lacks are left out");
        Assert.That(wider.IgnoredEntries, Is.EqualTo(2));
        Refused(() => Like(first, "1 3 1\n0 0:1\n"), "expected one class a row");
        Examples bare = LibsvmExamples.ReadWith(new(3, 1, TargetKind.None, [], 2), _folder.Write("bare", "7 1:2\n2:3\nfive\n"));
        Assert.That((bare.Kind, bare.Count), Is.EqualTo((TargetKind.None, 3)));
        Assert.That(bare.Inputs.ToDense(), Is.EqualTo(new float[] { 2, 0, 0, 0, 3, 0, 0, 0, 0 }));
    }

    [Test]
    public void Several_labels_a_row_become_targets_of_0_and_1()
    {
        Examples read = Read(Labelled);
        Assert.That((read.Kind, read.Count, read.Width, read.OutputCount, read.FirstIndex), Is.EqualTo((TargetKind.Values, 4, 3, 5, 0)));
        Assert.That(read.Inputs.ToDense(), Is.EqualTo(new float[] { 1, 0, 2.5f, 0, 1, 0, 0, 0, 0, 0, 0, 0 }));
        Assert.That(read.Values, Is.EqualTo(new float[] { 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 }));
        Assert.That(Like(read, "1 3 5\n2 1:1\n").Values, Is.EqualTo(new float[] { 0, 0, 1, 0, 0 }));
        Examples wider = Like(read, "1 4 5\n2 1:1 3:7\n");
        Assert.That((wider.Width, wider.IgnoredEntries, wider.Inputs.Entries), Is.EqualTo((3, 1, 1)));
        Refused(() => Like(read, "1 3 6\n2 1:1\n"), "line 1: expected 5 labels, found 6 in the header");
        Assert.That(Like(read, "3,0 1:1\n 2:1\n4\n").Values, Is.EqualTo(new float[] { 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }));
        Refused(() => Like(read, "1 1:1\n5 1:1\n"), "line 2: expected labels from 0 to 4, found 5");
        Refused(() => Read(Labelled, task: TargetKind.Classes), "expected one label a row, to classify");
        Refused(() => Read(Labelled, width: 4), "expected 4 features, found 3 in the header");
        Refused(() => Read("4 3 5\n0 0:1\n"), "expected 4 rows as in the header, found 1");
        Refused(() => Read("1 3 5\n0 0:1\n1 0:1\n"), "line 3: expected 1 rows as in the header, found more");
        Refused(() => Read("1 3 5\n5 0:1\n"), "line 2: expected labels from 0 to 4 between commas, found '5'");
        Refused(() => Read("1 3 5\n1,,2 0:1\n"), "line 2: expected labels");
        Refused(() => Read("1 3 5\n1,2\n0 0:1\n"), "found more");
        Refused(() => Read("1 3 5\n1 3:1\n"), "line 2: expected feature indices from 0 to 2, found 3");
        Refused(() => Read("1 16777217 5\n0 0:1\n"), "expected at most 16777216 features");
    }

    [Test]
    public void Several_labels_a_row_need_no_header()
    {
        Examples read = Read("1,3 2:0.5\n 1:1\n4 1:2\n1:3\n");
        Assert.That((read.Kind, read.Count, read.Width, read.OutputCount, read.FirstIndex), Is.EqualTo((TargetKind.Values, 4, 2, 5, 1)));
        Assert.That(
            read.Values, Is.EqualTo(new float[] { 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0 }), "numbered as in the file");
        Assert.That(read.Take([2, 0]).Values, Is.EqualTo(new float[] { 0, 0, 0, 0, 1, 0, 1, 0, 1, 0 }));
        Refused(() => Read("1 1:1\n2,3 1:1\n", task: TargetKind.Classes), "expected one label a row, found several");
        Refused(() => Like(Read(Small), "1 1:1\n1,-1 1:1\n"), "expected one label a row, found several");
    }

    [Test]
    public void Queries_are_skipped()
    {
        Examples read = Read("1 qid:7 1:2\n2 qid:7 2:3 # document\n1 qid:8\n", task: TargetKind.Classes);
        Assert.That((read.Kind, read.Count), Is.EqualTo((TargetKind.Classes, 3)));
        Assert.That(read.Inputs.ToDense(), Is.EqualTo(new float[] { 2, 0, 0, 3, 0, 0 }));
    }

    [TestCase("", "expected at least one row")]
    [TestCase("# nothing\n \n", "expected at least one row")]
    [TestCase("1 1:1\none 1:1\n", "line 2: expected a finite number as label, found 'one'")]
    [TestCase("1 1:1\nnan 1:1\n", "line 2: expected a finite number as label, found 'nan'")]
    [TestCase("1e39 1:1\n", "line 1: expected a finite number as label, found '1e39'")]
    [TestCase("1,x 1:1\n", "line 1: expected a finite number as label, found 'x'")]
    [TestCase("0,1 1:1\n1,2.5 1:1\n", "line 2: expected labels from 0 to 1048575, found 2.5")]
    [TestCase("0,-1 1:1\n", "line 1: expected labels from 0 to 1048575, found -1")]
    [TestCase("0,1048576 1:1\n", "line 1: expected labels from 0 to 1048575, found 1048576")]
    [TestCase("0,,1 1:1\n", "line 1: expected a label before the features, found none")]
    [TestCase("1 1:1\n1:1 2:2\n", "line 2: expected a label before the features, found none")]
    [TestCase("1 1:1 2\n", "line 1: expected index:value with a whole index from 0 to 16777216, found '2'")]
    [TestCase("1 1:1 qid:3\n", "line 1: expected index:value")]
    [TestCase("1 -1:1\n", "line 1: expected index:value")]
    [TestCase("1 1.5:1\n", "line 1: expected index:value")]
    [TestCase("1 99999999999:1\n", "line 1: expected index:value")]
    [TestCase("1 16777217:1\n", "line 1: expected index:value")]
    [TestCase("1 :1\n", "line 1: expected index:value")]
    [TestCase("1 1:\n", "line 1: expected a finite number after the colon, found '1:'")]
    [TestCase("1 1:1:1\n", "line 1: expected a finite number after the colon")]
    [TestCase("1 1:NaN\n", "line 1: expected a finite number after the colon, found '1:NaN'")]
    [TestCase("1 1:1\n\n1 1:inf\n", "line 3: expected a finite number after the colon")]
    [TestCase("1 1:1e39\n", "line 1: expected a finite number after the colon")]
    [TestCase("1 2:1 2:1\n", "line 1: expected each index once, found 2 twice")]
    [TestCase("1 2:1 1:1\n", "line 1: expected ascending indices, found 1 after 2")]
    [TestCase("3 1:1\n3 1:1\n3 1:1\n", "expected at least 2 classes, found '3' only")]
    public void What_cannot_be_used_is_refused_with_its_line(string text, string message) => Refused(() => Read(text), message);

    [Test]
    public void Memory_follows_the_entries_not_the_width()
    {
        string text = string.Concat(Enumerable.Repeat("1 16777216:1\n2 1:1\n", 2000));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Examples read = Read(text);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(8 << 20));
        Assert.That((read.Count, read.Width, read.Inputs.Entries), Is.EqualTo((4000, 1 << 24, 4000)));
    }

    [Test]
    public void Zeros_of_a_text_are_left_out()
    {
        Examples read = Read("1 1:0 2:3 4:-0.0\n2 3:0e5\n");
        Assert.That((read.Width, read.Inputs.Entries), Is.EqualTo((4, 1)));
        Assert.That(read.Inputs.ToDense(), Is.EqualTo(new float[] { 0, 3, 0, 0, 0, 0, 0, 0 }));
        Assert.That(Read("1 0:0 1:1\n2 1:1\n").FirstIndex, Is.Zero, "an index of 0 counts, whatever its value");
    }

    [Test]
    public void Lines_longer_than_the_buffer_are_read()
    {
        string text = string.Concat(Enumerable.Range(0, 4)
            .Select(row => $"{row % 2} {string.Join(' ', Enumerable.Range(1, 30_000).Select(i => $"{i}:{i % 7 + row}"))}\n"));
        Examples read = Read(text[..^1]);
        Assert.That((read.Count, read.Width), Is.EqualTo((4, 30_000)));
        Assert.That(read.Inputs.ToDense()[^1], Is.EqualTo(30_000 % 7 + 3));
    }

    [Test]
    public void Damaged_gzip_is_refused()
    {
        byte[] packed = TemporaryFolder.Pack(Encoding.ASCII.GetBytes(Rows(3000, i => $"{i % 2}")));
        Assert.That(() => LibsvmExamples.Read(_folder.Write("cut.gz", packed[..(packed.Length / 2)])),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("cut.gz"));
        packed[packed.Length / 2] ^= 0x55;
        Assert.That(() => LibsvmExamples.Read(_folder.Write("bad.gz", packed)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("bad.gz"));
    }

    [Test]
    public void Random_damage_gives_a_clean_error_and_little_memory()
    {
        var random = new Random(11);
        byte[] plain = Encoding.ASCII.GetBytes(Small), labelled = Encoding.ASCII.GetBytes(Labelled);
        byte[][] sources = [plain, TemporaryFolder.Pack(plain), labelled, TemporaryFolder.Pack(labelled)];
        for (int i = 0; i < 4000; i++)
        {
            string path = _folder.Write("damaged", Damage.Bytes(sources[i % 4], random));
            // The width is given: an index may ask for 2^24 features honestly.
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(() => Damage.Allowed(() => LibsvmExamples.Read(path, width: 3)), Throws.Nothing);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2 << 20));
        }
    }

    [Test]
    public void A_network_keeps_zeros_and_remembers_how_its_text_was_read()
    {
        Dataset data = Dataset.ReadLibsvm(_folder.Write("zero", "1 0:7 2:1\n2 1:1\n1\n2 2:3\n"));
        using Network made = Network.Create(new NetworkShape { Hidden = [32], Densities = [0.3] }, data, seed: 1);
        Assert.That((made.Input.Standardises, made.Input.Constant, made.InputWidth, made.Shape.Inputs), Is.EqualTo((false, 1f, 3, 4)));
        made.Save(_folder.File("model"));
        using Network network = Network.Load(_folder.File("model"));
        string test = _folder.Write("test", "2 1:5\n");
        Dataset read = network.ReadLibsvm(test);
        Assert.That(read.Examples.Inputs.ToDense(), Is.EqualTo(new float[] { 0, 5, 0 }));
        Assert.That(read.Examples.Labels, Is.EqualTo(new[] { 1 }));
        Assert.That(network.ReadLibsvm(_folder.Write("open", "9 1:5\n"), withTargets: false).Task, Is.EqualTo(TaskKind.None));
        Assert.That(data.ReadLibsvmLike(test).Examples.Inputs.ToDense(), Is.EqualTo(new float[] { 0, 5, 0 }));
        Assert.That(() => Dataset.From([1f, 2f], 1).ReadLibsvmLike(test), Throws.InvalidOperationException);
    }

    [TestCase("libsvm/a9a.gz", 32_561, 123, 2, 451_592)]
    [TestCase("libsvm/a9a.t.gz", 16_281, 122, 2, 225_731)]
    [TestCase("libsvm/agaricus.txt.train.gz", 6_513, 126, 2, 143_286)]
    [TestCase("libsvm/heart_scale.gz", 270, 13, 2, 3_378)]
    [TestCase("bibtex/bibtex_train.txt.gz", 4_880, 1_836, 159, 0)]
    [TestCase("delicious/delicious_test.txt.gz", 3_185, 500, 983, 0)]
    public void Real_files_are_read(string file, int rows, int width, int outputs, int entries)
    {
        Examples read = LibsvmExamples.Read(RealData.Find(file));
        Assert.That((read.Count, read.Width, read.OutputCount), Is.EqualTo((rows, width, outputs)));
        if (entries > 0)
            Assert.That(read.Inputs.Entries, Is.EqualTo(entries));
        Assert.That(read.Kind, Is.EqualTo(outputs == 2 ? TargetKind.Classes : TargetKind.Values));
    }

    [Test]
    public void Targets_of_many_labels_are_made_of_the_rows_that_are_used()
    {
        // Found outside, for the assertion would take the skipping of an absent file for a failure.
        string path = RealData.Find("oewn-hypernym/oewn_train.txt.gz");
        Examples all = LibsvmExamples.Read(path);
        Refused(() => _ = all.Values, "expected at most 268435456 targets, one per row and label, found 68572 rows of 20560 labels");
        Assert.That(all.First(500).Values, Has.Length.EqualTo(500 * 20_560));
    }

    private Examples Read(string text, int? width = null, TargetKind? task = null) =>
        LibsvmExamples.Read(_folder.Write("t.libsvm", text), width, task);

    private Examples Like(Examples first, string text) =>
        LibsvmExamples.ReadWith(
            new(first.Width, first.FirstIndex, first.Kind, first.ClassNames, first.OutputCount), _folder.Write("like.libsvm", text));

    private static string Rows(int rows, Func<int, string> label) =>
        string.Concat(Enumerable.Range(0, rows).Select(i => $"{label(i)} {i % 5 + 1}:{i}.5\n"));

    private static void Refused(Action read, string message) =>
        Assert.That(read, Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
}
