using System.Runtime.InteropServices;
using NUnit.Framework;

namespace Subquad.Cli.Tests;

/// <summary>Texts of all kinds as data, pipes, and files that are written in spite of what is in the way.</summary>
public class FilesTests
{
    private Shell _shell = null!;

    [SetUp]
    public void MakeFolder() => _shell = new Shell();

    [TearDown]
    public void RemoveFolder() => _shell.Dispose();

    [Test]
    public void Features_that_training_never_saw_are_ignored_and_told()
    {
        Run("train", _shell.Sparse("data"));
        string wide = _shell.Write("wide.svm", "-1 8:-1 9:1\n+1 8:1 300:2\n");
        Outcome outcome = Shell.Run("evaluate", _shell.Model, wide);
        Assert.That((outcome.Code, outcome.Lines[0]), Is.EqualTo((0, "rows 2")), outcome.Error);
        Assert.That(outcome.Error, Does.Contain($"'{wide}': 2 entries of features that were not in the training data are ignored"));
        Assert.That(Shell.Run("predict", _shell.Model, wide).Lines, Has.Length.EqualTo(3));
    }

    [Test]
    public void The_number_of_features_can_be_given()
    {
        Run("train", _shell.Sparse("data"), "--features", "20");
        using Network network = Network.Load(_shell.Model);
        Assert.That(network.InputWidth, Is.EqualTo(20));
    }

    [TestCase("3 4 5\n")]
    [TestCase("")]
    public void Labels_keep_the_numbers_of_the_file(string header)
    {
        string data = _shell.Write("labels.txt", header + "0,4 1:1\n2 qid:1 2:1\n 3:1\n");
        Run("train", data, "--validation", "0");
        Assert.That(Shell.Run("predict", _shell.Model, data).Lines[0], Is.EqualTo("row,0,1,2,3,4"));
    }

    [Test]
    [Platform("Linux")]
    public void A_pipe_is_data_for_training_and_for_predictions()
    {
        string data = _shell.Classes(), pipe = _shell.Path("pipe");
        Assert.That(MakeFifo(pipe, Convert.ToUInt32("600", 8)), Is.Zero);
        Task feeding = Task.Run(() => File.WriteAllBytes(pipe, File.ReadAllBytes(data)));
        Run("train", pipe);
        Assert.That(feeding.Wait(TimeSpan.FromSeconds(30)));
        Outcome file = Shell.Run("predict", _shell.Model, data);
        feeding = Task.Run(() => File.WriteAllBytes(pipe, File.ReadAllBytes(data)));
        Outcome piped = Shell.Run("predict", _shell.Model, pipe);
        Assert.That(feeding.Wait(TimeSpan.FromSeconds(30)));
        Assert.That((piped.Code, piped.Output), Is.EqualTo((0, file.Output)), piped.Error);
        feeding = Task.Run(() => File.WriteAllText(pipe, "x,y\n1,2\n3\n"));
        Outcome bad = Shell.Run(["train", pipe, .. _shell.Small]);
        Assert.That(bad.Error, Does.Contain($"'{pipe}', line 3"), "the message names the pipe, not a copy");
        Assert.That(feeding.Wait(TimeSpan.FromSeconds(30)));
    }

    [Test]
    [Platform("Linux")]
    public void A_pipe_that_nobody_feeds_does_not_hold_up_a_cancellation()
    {
        string pipe = _shell.Path("pipe.csv");
        Assert.That(MakeFifo(pipe, Convert.ToUInt32("600", 8)), Is.Zero);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        Task<Outcome> run = Task.Run(() => Shell.Run(["train", pipe, .. _shell.Small], new StringWriter(), stop.Token));
        Assert.That(run.Wait(TimeSpan.FromSeconds(30)));
        Assert.That(run.Result.Code, Is.EqualTo(ExitCode.Cancelled));
        // Lets the thread that waits for the pipe end.
        new FileStream(pipe, FileMode.Open, FileAccess.Write).Dispose();
    }

    [Test]
    [Platform("Linux")]
    public void Links_stay_links_and_FIFOs_stay_FIFOs()
    {
        string data = _shell.Classes(), pipe = _shell.Path("fifo"), link = _shell.Path("link.csv"), real = _shell.Write("real.csv", "old");
        Run("train", data);
        string expected = Shell.Run("predict", _shell.Model, data).Output;
        Assert.That(MakeFifo(pipe, Convert.ToUInt32("600", 8)), Is.Zero);
        Task<string> reading = Task.Run(() => File.ReadAllText(pipe));
        Assert.That(Shell.Run("predict", _shell.Model, data, "--out", pipe).Code, Is.Zero);
        Assert.That(reading.Wait(TimeSpan.FromSeconds(30)));
        File.CreateSymbolicLink(link, "real.csv");
        Assert.That(Shell.Run("predict", _shell.Model, data, "--out", link, "--force").Code, Is.Zero);
        Assert.That((reading.Result.TrimEnd(), File.ReadAllText(real).TrimEnd()), Is.EqualTo((expected.TrimEnd(), expected.TrimEnd())));
        Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo("real.csv"));
        Outcome self = Shell.Run("predict", _shell.Model, real, "--out", link, "--force");
        Assert.That((self.Code, self.Error), Is.EqualTo((2, $"subquad: --out: expected another file than the inputs, found '{link}'\n")));
    }

    [Test]
    [Platform("Linux")]
    public void A_FIFO_without_a_reader_does_not_hold_up_a_cancellation()
    {
        string data = _shell.Classes(), pipe = _shell.Path("fifo");
        Run("train", data);
        Assert.That(MakeFifo(pipe, Convert.ToUInt32("600", 8)), Is.Zero);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        Task<Outcome> run =
            Task.Run(() => Shell.Run(["evaluate", _shell.Model, data, "--json", pipe], new StringWriter(), stop.Token));
        Assert.That(run.Wait(TimeSpan.FromSeconds(20)), "a reader is waited for longer");
        Assert.That(run.Result.Code, Is.EqualTo(ExitCode.Cancelled));
        // Lets the thread that waits for a reader end.
        Task.Run(() => File.ReadAllText(pipe)).Wait(TimeSpan.FromSeconds(5));
    }

    [Test]
    [Platform("Linux")]
    public void An_input_is_no_output_by_way_of_a_linked_folder()
    {
        string data = _shell.Classes(), linked = _shell.Path("linked");
        Run("train", data);
        Directory.CreateSymbolicLink(linked, _shell.Folder);
        byte[] before = File.ReadAllBytes(data);
        string same = Path.Combine(linked, Path.GetFileName(data));
        foreach (string[] line in new[]
        {
            ["predict", _shell.Model, data, "--out", same], ["evaluate", _shell.Model, data, "--json", same],
            new[] { "train", data, "--no-plot", "--out", same }, ["finetune", _shell.Model, data, "--no-plot", "--delta", same],
        })
        {
            Outcome outcome = Shell.Run([.. line, "--force"]);
            Assert.That(outcome.Code, Is.EqualTo(2), outcome.Error);
            Assert.That(outcome.Error, Does.Contain("expected another file than the inputs"));
        }
        Assert.That(File.ReadAllBytes(data), Is.EqualTo(before));
    }

    [Test]
    public void What_a_killed_save_left_is_removed()
    {
        string left = _shell.Write("model.safetensors.abcdefgh.ijk.tmp", "left");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddMinutes(-1));
        Run("train", _shell.Classes());
        Assert.That(File.Exists(left), Is.False);
    }

    [Test]
    public void A_log_that_another_run_writes_is_refused()
    {
        string log = _shell.Write("run.jsonl", "precious");
        using (new FileStream(log, FileMode.Open, FileAccess.Write, FileShare.None))
        {
            Outcome outcome = Shell.Run(["train", _shell.Classes(), .. _shell.Small, "--log", log]);
            Assert.That(outcome.Code, Is.EqualTo(1));
            Assert.That(outcome.Error, Does.Contain("another run writes it"));
        }
        Assert.That(File.ReadAllText(log), Is.EqualTo("precious"));
    }

    [Test]
    [Platform("Linux")]
    public void A_log_and_a_plot_that_cannot_be_written_cost_no_model()
    {
        if (!File.Exists("/dev/full"))
            Assert.Ignore("this system has no full device");
        string[] line = ["train", _shell.Classes(), .. _shell.Small.Where(word => word != "--no-plot"), "--log", "/dev/full"];
        File.CreateSymbolicLink(_shell.Path("curve.svg"), "/dev/full");
        Outcome outcome = Shell.Run([.. line, "--plot", _shell.Path("curve.svg")]);
        Assert.That((outcome.Code, File.Exists(_shell.Model)), Is.EqualTo((0, true)), outcome.Error);
        string second = outcome.Error.Split("it goes on in '")[1].Split('\'')[0], plot = outcome.Lines[^1].Split("plot: ")[1];
        Assert.That(File.ReadLines(second).Count(), Is.GreaterThan(0));
        Assert.That(outcome.Error, Does.Contain($"'{plot}' was written instead"));
        Assert.That(File.ReadAllText(plot), Does.Contain("<svg"));
        File.Delete(second);
        File.Delete(plot);
    }

    [Test]
    public void A_model_that_the_disk_has_no_room_for_is_refused_before_training()
    {
        string path = _shell.Path("huge");
        Assert.That(
            () => OutputFiles.RequireSpace(path, long.MaxValue),
            Throws.TypeOf<IOException>().With.Message.Contains($"'{path}': expected").And.Message.Contains("of free space"));
        Assert.That(() => OutputFiles.RequireSpace(path, 1), Throws.Nothing);
    }

    private void Run(string command, string data, params string[] options)
    {
        Outcome outcome = Shell.Run([command, data, .. _shell.Small, .. options]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
    }

    [DllImport("libc", EntryPoint = "mkfifo")]
    private static extern int MakeFifo([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);
}
