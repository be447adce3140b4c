using System.Globalization;
using System.Text.Json;
using NUnit.Framework;
using Subquad.Simd.Dispatch;

namespace Subquad.Cli.Tests;

public class CommandTests
{
    private Shell _shell = null!;

    [SetUp]
    public void MakeFolder() => _shell = new Shell();

    [TearDown]
    public void RemoveFolder() => _shell.Dispose();

    [Test]
    public void A_table_of_classes_is_trained_judged_and_predicted()
    {
        Outcome trained = Shell.Run(["train", _shell.Classes(), .. _shell.Small, "--validation", "0"]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        Assert.That(trained.Output, Does.Not.Contain('\u001b'));
        Assert.That(trained.Lines.Count(line => line.StartsWith("step", StringComparison.Ordinal)), Is.EqualTo(4));
        Assert.That(trained.Lines[^2], Does.Match(@"^training accuracy \d+\.\d\d %$"));
        Assert.That(trained.Lines[^1], Is.EqualTo($"model: {_shell.Model}"));

        Outcome evaluated = Shell.Run("evaluate", _shell.Model, _shell.Path("classes.csv"));
        Assert.That(evaluated.Lines, Does.Contain("rows 120"));
        // The weights after the last step score the training rows as the last step did.
        Assert.That(evaluated.Lines, Does.Contain(trained.Lines[^2]["training ".Length..]));

        Outcome predicted = Shell.Run("predict", _shell.Model, _shell.Path("classes.csv"));
        Assert.That(predicted.Lines, Has.Length.EqualTo(121));
        Assert.That(predicted.Lines[0], Is.EqualTo("row,prediction,in,\"out, \"\"far\"\"\""));
        Assert.That(predicted.Lines[1], Does.Match("^1,(in|\"out, \"\"far\"\"\"),-?[0-9.E-]+,-?[0-9.E-]+$"));
    }

    [Test]
    public void A_table_of_numbers_is_judged_in_its_own_units()
    {
        Outcome trained =
            Shell.Run(["train", _shell.Values(), .. _shell.Small, "--test", _shell.Values("test.csv", 40), "--target", "price"]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        Assert.That(trained.Lines[^2], Does.Match(@"^test RMSE \d+\.\d\d$"));
        double error = double.Parse(trained.Lines[^2].Split(' ')[^1], CultureInfo.InvariantCulture);
        Assert.That(error, Is.GreaterThan(0).And.LessThan(500), "the prices deviate by 650 from their mean");

        Outcome predicted = Shell.Run("predict", _shell.Model, _shell.Path("test.csv"), "--out", _shell.Path("prices.csv"));
        Assert.That(predicted.Output.TrimEnd(), Is.EqualTo($"predictions: {_shell.Path("prices.csv")}"));
        string[] lines = File.ReadAllLines(_shell.Path("prices.csv"));
        Assert.That(lines, Has.Length.EqualTo(41));
        Assert.That(lines[0], Is.EqualTo("row,prediction"));
        Assert.That(lines[40], Does.StartWith("40,"));
    }

    [Test]
    public void Metrics_are_printed_and_written_as_JSON()
    {
        Shell.Run(["train", _shell.Classes(), .. _shell.Small, "--validation", "0"]);
        string data = _shell.Path("classes.csv"), file = _shell.Path("scores.json");
        Outcome evaluated = Shell.Run("evaluate", _shell.Model, data, "--confusion", "--json", file);
        Assert.That(evaluated.Code, Is.Zero, evaluated.Error);
        Assert.That(evaluated.Lines[3], Does.Match(@"^balanced accuracy \d+\.\d\d %$"));
        Assert.That(evaluated.Lines[^1], Is.EqualTo($"metrics: {file}"));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement matrix = json.RootElement.GetProperty("confusion");
        int[][] confusion = [.. matrix.EnumerateArray().Select(row => row.EnumerateArray().Select(cell => cell.GetInt32()).ToArray())];
        Assert.That(confusion.Sum(row => row.Sum()), Is.EqualTo(120));
        double accuracy = (confusion[0][0] + confusion[1][1]) / 120.0;
        Assert.That(json.RootElement.GetProperty("accuracy").GetDouble(), Is.EqualTo(accuracy).Within(1e-12));
        Assert.That(evaluated.Lines, Does.Contain($"accuracy {100 * accuracy:F2} %"));

        Assert.That(Shell.Run("evaluate", _shell.Model, data, "--json", file).Error, Does.Contain("--force overwrites it"));
        using var other = new Shell();
        Outcome trained = Shell.Run(["train", other.Values(), .. other.Small, "--target", "price"]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        Outcome values = Shell.Run("evaluate", other.Model, other.Path("values.csv"));
        Assert.That(values.Lines.Skip(2), Has.Some.StartsWith("RMSE ").And.Some.StartsWith("MAE ").And.Some.StartsWith("R^2 "));
        Assert.That(
            Shell.Run("evaluate", other.Model, other.Path("values.csv"), "--confusion").Error, Does.Contain("expected a model of classes"));
    }

    [Test]
    public void Predictions_with_bfloat16_weights_are_close_and_refuse_what_belongs_to_the_models_own()
    {
        string data = _shell.Values();
        Assert.That(Shell.Run(["train", data, .. _shell.Small, "--validation", "0"]).Code, Is.Zero);
        Outcome single = Shell.Run("predict", _shell.Model, data), named = Shell.Run("predict", _shell.Model, data, "--weights", "float32"),
            narrow = Shell.Run("predict", _shell.Model, data, "--weights", "bfloat16");
        Assert.That(named.Output, Is.EqualTo(single.Output));
        Assert.That(narrow.Code, Is.Zero, narrow.Error);
        Assert.That(narrow.Lines, Has.Length.EqualTo(single.Lines.Length));
        Assert.That(narrow.Output, Is.Not.EqualTo(single.Output));
        double largest = narrow.Lines.Zip(single.Lines).Skip(1).Max(pair => Math.Abs(Price(pair.First) - Price(pair.Second)));
        Assert.That(largest, Is.LessThan(150), "the prices deviate by 650 from their mean");
        Assert.That(Shell.Run("evaluate", _shell.Model, data, "--weights", "bfloat16").Lines[2], Does.StartWith("RMSE "));

        Outcome shared = Shell.Run("evaluate", _shell.Model, data, "--weights", "bfloat16", "--shared");
        const string refusal = "subquad: --weights: expected float32 with --shared, which maps the weights as they are, found bfloat16";
        Assert.That((shared.Code, shared.Error), Is.EqualTo((2, refusal + Environment.NewLine)));
        Outcome tuned = Shell.Run("predict", _shell.Model, data, "--weights", "bfloat16", "--delta", data);
        Assert.That(tuned.Code, Is.EqualTo(2));
        Assert.That(tuned.Error, Does.Contain("--weights: expected float32 with --delta"));

        static double Price(string line) => double.Parse(line.Split(',')[1], CultureInfo.InvariantCulture);
    }

    [TestCase("data")]
    [TestCase("data.t")]
    [TestCase("data.svm")]
    public void Sparse_text_is_trained_judged_and_predicted(string name)
    {
        Outcome trained = Shell.Run(["train", _shell.Sparse(name), .. _shell.Small, "--test", _shell.Sparse("more.libsvm", 40)]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        Assert.That(trained.Output, Does.Contain("8 features, 2 classes"));
        Assert.That(trained.Lines[^2], Is.EqualTo("test accuracy 100.00 %"));
        Assert.That(Shell.Run("evaluate", _shell.Model, _shell.Path("more.libsvm")).Lines, Does.Contain("accuracy 100.00 %"));
        Assert.That(
            Shell.Run("inspect", _shell.Model).Lines,
            Has.Some.Match("^inputs: +8 features, a constant feature added, scaled to unit norm$"));

        Outcome predicted = Shell.Run("predict", _shell.Model, _shell.Write("open.txt", "0 8:1\n0 8:-1\n"));
        Assert.That(predicted.Lines[0], Is.EqualTo("row,prediction,-1,1"));
        Assert.That(predicted.Lines.Skip(1).Select(line => line[..4]), Is.EqualTo(new[] { "1,1,", "2,-1" }));
        Assert.That(
            Shell.Run(["train", _shell.Path(name), .. _shell.Small, "--task", "regression"]).Lines[^2],
            Does.StartWith("leave-one-out RMSE "));
    }

    [Test]
    public void Rows_with_several_labels_are_judged_by_their_first_label()
    {
        string[] rows = ["0,2 0:1\n", "1 1:1\n", " 2:1\n", "0 3:1\n"];
        string data = _shell.Write("labels.txt", "60 4 3\n" + string.Concat(Enumerable.Range(0, 60).Select(i => rows[i % 4])));
        Outcome trained = Shell.Run(["train", data, .. _shell.Small, "--test", data]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        Assert.That(trained.Output, Does.Contain("4 features, 3 labels, any number a row"));
        Assert.That(trained.Lines[^2], Is.EqualTo("test P@1 75.00 %"), "a quarter of the rows has no label");
    }

    [Test]
    public void Integers_can_be_made_a_regression()
    {
        string data = _shell.Write("counts.csv", "x,n\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{i % 3}\n")));
        Outcome trained = Shell.Run(["train", data, .. _shell.Small, "--task", "regression"]);
        Assert.That(trained.Lines[^2], Does.StartWith("leave-one-out RMSE "));
    }

    [Test]
    public void Images_are_found_by_file_and_by_folder()
    {
        string images = _shell.Images(), test = _shell.Images("t10k", 30);
        Outcome file = Shell.Run(["train", images, .. _shell.Small, "--test", test]),
            folder = Shell.Run(["train", _shell.Folder, .. _shell.Small]);
        Assert.That(file.Code, Is.Zero, file.Error);
        Assert.That(file.Lines[^2], Does.StartWith("test accuracy "));
        Assert.That(folder.Lines[^2], Is.EqualTo(file.Lines[^2]));
        Assert.That(
            Shell.Run("evaluate", _shell.Model, _shell.Folder).Output, Is.EqualTo(Shell.Run("evaluate", _shell.Model, test).Output));
        Assert.That(Shell.Run("predict", _shell.Model, _shell.Folder).Lines, Has.Length.EqualTo(31));
    }

    [Test]
    public void Labels_under_another_name_are_named()
    {
        string images = _shell.Images(), labels = _shell.Path("truth.idx");
        File.Move(_shell.Path("train-labels-idx1-ubyte"), labels);
        Assert.That(Shell.Run(["train", images, .. _shell.Small]).Code, Is.EqualTo(1));
        Assert.That(Shell.Run(["train", images, .. _shell.Small, "--labels", labels]).Code, Is.Zero);
        Assert.That(Shell.Run("evaluate", _shell.Model, images, "--labels", labels).Code, Is.Zero);
        Assert.That(Shell.Run("predict", _shell.Model, images).Code, Is.Zero, "predicting needs no labels");
    }

    [Test]
    public void The_log_has_a_line_of_json_per_step()
    {
        string log = _shell.Path("run.jsonl");
        Assert.That(Shell.Run(["train", _shell.Classes(), .. _shell.Small, "--validation", "0.2", "--log", log]).Code, Is.Zero);
        JsonElement[] steps = [.. File.ReadAllLines(log).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.That(steps.Select(step => step.GetProperty("step").GetInt32()), Is.EqualTo(Enumerable.Range(0, steps.Length)));
        Assert.That(steps[^1].EnumerateObject().Select(field => field.Name), Is.EqualTo(new[]
        {
            "step", "epoch", "loss", "residual_ratio", "train_metric", "validation_metric", "damping", "accepted", "solver",
            "cg_iterations", "active", "flips", "seconds", "kernels",
        }));
        Assert.That(steps.Select(step => step.GetProperty("kernels").GetString()), Is.All.EqualTo(KernelSets.Best.Name));
        Assert.That(steps[^1].GetProperty("active").GetArrayLength(), Is.EqualTo(1), "one trained layer");
        Assert.That(steps[^1].GetProperty("seconds").GetProperty("solve").GetDouble(), Is.GreaterThanOrEqualTo(0));
        Assert.That(steps[^1].GetProperty("validation_metric").GetDouble(), Is.InRange(0, 1));
    }

    [Test]
    public void The_log_has_the_leave_one_out_figures()
    {
        Assert.That(Fields(_shell.Values()), Does.Contain("loo_loss").And.Contain("loo_rmse").And.Not.Contain("loo_averaged"));
        Assert.That(Fields(_shell.Classes()), Does.Contain("loo_averaged").And.Not.Contain("loo_loss").And.Not.Contain("loo_accuracy"));
        Assert.That(Fields(_shell.Values(), "--leave-one-out", "off"), Does.Not.Contain("loo_loss"));

        string[] Fields(string data, params string[] options)
        {
            string log = _shell.Path("run.jsonl");
            Outcome trained = Shell.Run(["train", data, .. _shell.Small, "--log", log, .. options]);
            Assert.That(trained.Code, Is.Zero, trained.Error);
            return [.. JsonDocument.Parse(File.ReadAllLines(log)[^1]).RootElement.EnumerateObject().Select(field => field.Name)];
        }
    }

    [Test]
    public void Held_out_rows_are_asked_for()
    {
        string data = _shell.Write("counts.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{i}.5,{i % 7}.25\n")));
        Assert.That(Rows("--validation", "0.2"), Does.Contain("80 rows to train on, 20 to validate").And.Not.Contain("leave-one-out"));
        Assert.That(Rows("--validation", "0"), Does.Contain("100 rows to train on, 0 to validate").And.Not.Contain("leave-one-out"));
        Assert.That(Rows("--leave-one-out", "off"), Does.Contain("90 rows to train on, 10 to validate"));
        Assert.That(Rows("--leave-one-out", "on"), Does.Contain("100 rows to train on, 0 to validate").And.Contain("loo_loss"));
        Assert.That(Rows("--batch", "40"), Does.Contain("90 rows to train on, 10 to validate"));

        string Rows(params string[] options) => Shell.Run(["train", data, .. _shell.Small, .. options]).Output;
    }

    [Test]
    public void Batches_without_steps_are_whole_epochs()
    {
        string data = _shell.Write("counts.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{i}.5,{i % 7}.25\n")));
        string[] common = ["train", data, "--width", "64", "--validation", "0", "--out", _shell.Model, "--no-plot", "--force", "--batch"];
        Outcome one = Shell.Run([.. common, "8"]), many = Shell.Run([.. common, "30"]);
        Outcome given = Shell.Run([.. common, "30", "--steps", "5"]);
        Assert.That(one.Output, Does.Contain("batches: 8 rows per step, 13 steps per epoch, 13 steps at most, which are 1 epoch"));
        Assert.That(many.Output, Does.Contain("batches: 30 rows per step, 4 steps per epoch, 12 steps at most, which are 3 epochs"));
        Assert.That(many.Lines, Has.Some.Match(@"^step +9  epoch 3 of 3  loss "));
        Assert.That(many.Output, Does.Contain("stopped: 12 steps done"));
        Assert.That(given.Lines, Has.Some.EqualTo("batches: 30 rows per step, 4 steps per epoch, 5 steps at most"));
        Assert.That(given.Output, Does.Contain("stopped: 5 steps done").And.Contain("epoch 2 of 2"));
    }

    [TestCase("full")]
    [TestCase("certified")]
    [TestCase("half-space-over-weights")]
    [TestCase("half-space-over-data")]
    [TestCase("correlation-tree")]
    public void Every_way_to_find_firing_neurons_trains_the_same_network(string activity)
    {
        string[] arguments = ["train", _shell.Values(), .. _shell.Small, "--hidden", "1", "--validation", "0", "--quiet"];
        Outcome named = Shell.Run([.. arguments, "--activity", activity]);
        Assert.That(named.Code, Is.Zero, named.Error);
        Assert.That(named.Lines[0], Is.EqualTo(Shell.Run(arguments).Lines[0]));
    }

    [Test]
    public void A_search_over_rows_needs_the_first_layer()
    {
        Outcome refused = Shell.Run(["train", _shell.Values(), .. _shell.Small, "--hidden", "2", "--activity", "half-space-over-data"]);
        Assert.That(
            (refused.Code, refused.Error.Trim()),
            Is.EqualTo((2, "subquad: --activity half-space-over-data: expected --train-from 1, found 2")));
    }

    [Test]
    public void Training_goes_on_from_a_model()
    {
        string data = _shell.Values(), tuned = _shell.Path("tuned.safetensors");
        Shell.Run(["train", data, .. _shell.Small]);
        Outcome more = Shell.Run("train", data, "--from", _shell.Model, "--steps", "2", "--out", tuned, "--no-plot", "--validation", "0");
        Assert.That(more.Code, Is.Zero, more.Error);
        Assert.That(more.Output, Does.Contain($"from {_shell.Model}"));
        string before = Shell.Run("evaluate", _shell.Model, data).Lines[1], after = Shell.Run("evaluate", tuned, data).Lines[1];
        Assert.That(Loss(after), Is.LessThan(Loss(before)));

        static double Loss(string line) => double.Parse(line["loss ".Length..], CultureInfo.InvariantCulture);
    }

    [Test]
    public void The_same_command_line_gives_the_same_model()
    {
        string data = _shell.Classes();
        Shell.Run(["train", data, .. _shell.Small]);
        byte[] first = File.ReadAllBytes(_shell.Model);
        Shell.Run(["train", data, .. _shell.Small, "--threads", "1"]);
        Assert.That(File.ReadAllBytes(_shell.Model).AsSpan().SequenceEqual(first), Is.True);
        Shell.Run(["train", data, .. _shell.Small, "--seed", "2"]);
        Assert.That(File.ReadAllBytes(_shell.Model).AsSpan().SequenceEqual(first), Is.False);
    }

    [Test]
    public void The_embedded_sample_needs_no_path()
    {
        Outcome trained = Shell.Run(["train", .. _shell.Small, "--samples", "300"]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        Assert.That(trained.Output, Does.Contain("data: 300 rows to train on, 0 to validate, 2000 to test; 784 features, 10 classes"));
        Assert.That(trained.Output, Does.Contain("leave-one-out: chooses").And.Contain("  loo_averaged 0.").And.Not.Contain("loo_loss"));
        Assert.That(trained.Lines[^2], Does.Match(@"^test accuracy \d+\.\d\d %$"));
        Assert.That(Shell.Run("inspect", _shell.Model).Output, Does.Contain("Ankle boot"));
    }

    [TestCase("curve.png", new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' })]
    [TestCase("curve.svg", new byte[] { (byte)'<', (byte)'?', (byte)'x', (byte)'m' })]
    public void The_plot_has_the_format_of_its_name(string name, byte[] start)
    {
        string plot = _shell.Path(name);
        Outcome trained =
            Shell.Run(["train", _shell.Classes(), .. _shell.Small.Where(word => word != "--no-plot"), "--plot", plot, "--quiet"]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        Assert.That(trained.Lines, Is.EqualTo(new[] { trained.Lines[0], $"model: {_shell.Model}", $"plot: {plot}" }));
        Assert.That(File.ReadAllBytes(plot).Take(start.Length), Is.EqualTo(start));
    }

    [Test]
    public void Inspect_says_what_a_model_is()
    {
        Shell.Run(["train", _shell.Values(), .. _shell.Small, "--hidden", "1", "--seed", "77"]);
        string[] lines = Shell.Run("inspect", _shell.Model).Lines;
        Assert.That(lines, Has.Some.Match(@"^shape: +3 - 64 - 1, density 0\.2, normalised$"));
        Assert.That(lines, Has.Some.Match(@"^shifts: +b = 0\.8416$"));
        Assert.That(lines, Has.Some.Match(@"^inputs: +2 features, standardised, a constant feature added, scaled to unit norm$"));
        Assert.That(lines, Has.Some.Match(@"^targets: +\(y - mean\) / deviation; mean \d+"));
        Assert.That(lines, Has.Some.Match(@"^columns: +x \(missing: .*\), y \(missing: .*\); target price$"));
        Assert.That(lines, Has.Some.Match(@"^seed: +77$"));
        Assert.That(lines, Has.Some.Match(@"^trained by: +kernels \S+$"));
    }

    [Test]
    public void Inspect_lists_kernels_and_the_core()
    {
        string[] lines = Shell.Run("inspect", "--kernels").Lines;
        Assert.That(lines.Count(line => line.EndsWith(", used", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(lines, Has.Some.StartsWith("scalar"));
        Assert.That(lines[^1], Does.StartWith("C core: "));
    }

    [TestCase("--help")]
    [TestCase("train", "--help")]
    [TestCase("evaluate", "--help")]
    [TestCase("predict", "--help")]
    [TestCase("inspect", "--help")]
    public void Help_has_examples(params string[] args)
    {
        Outcome help = Shell.Run(args);
        Assert.That(help.Code, Is.Zero);
        Assert.That(help.Output, Does.Contain("Usage:").And.Contain("Examples:").And.Contain("  subquad "));
    }

    [Test]
    public void Version_is_a_number() => Assert.That(Shell.Run("--version").Output.Trim(), Does.Match(@"^\d+\.\d+\.\d+"));
}
