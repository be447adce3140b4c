using System.CommandLine;
using System.Globalization;

namespace Subquad.Cli;

/// <summary>The grammar of <c>train</c>: turns a command line into a <see cref="TrainRequest"/> or refuses it.</summary>
internal sealed class TrainCommand : Command
{
    public static readonly string[] Examples =
    [
        "subquad train",
        "subquad train fashion-mnist/ --width 8192 --density 0.2,0.05 --plot curve.svg",
        "subquad train houses.csv --target price --test more-houses.csv --log run.jsonl",
        "subquad train a9a.gz --batch 2048 --test a9a.t.gz",
        "subquad train more.csv --from subquad-model.safetensors --steps 3 --out tuned.safetensors",
    ];

    private readonly Argument<string?> _data = new("DATA")
    {
        Description = "A folder with the MNIST file names, an IDX images file, a table (.csv, .tsv, or by its first lines), or LIBSVM " +
            "or extreme-classification text (.libsvm, .svm, or by its first line); "
            + "files may be .gz. [default: an embedded part of Fashion-MNIST]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<int[]?> _width = Grammar.Numbers<int>(
        "--width", $"Neurons of the hidden layers, one number or one per layer. [default: {TrainDefaults.Width}]",
            "whole numbers from 1 to 16777216", value => value is >= 1 and <= 1 << 24);
    private readonly Option<int?> _hidden = Grammar.Number<int>(
        "--hidden", $"Hidden layers. [default: {TrainDefaults.HiddenLayers}, or as many as widths]", "a whole number from 1 to 64", value =>
            value is >= 1 and <= 64);
    private readonly Option<double[]?> _density = Grammar.Numbers<double>(
        "--density", "Share of neurons that fire, one number or one per layer; 0.5 is the plain ReLU; auto chooses by rows and features. "
            + "[default: auto with no option of the network, else 0.2, then 0.1]",
            "auto, or numbers above 0 and at most 0.5", value => value is > 0 and <= 0.5, "auto");
    private readonly Option<double[]?> _shift = Grammar.Numbers<double>(
        "--shift", "c of the threshold b = sqrt(c ln width), instead of --density.", "numbers from 0 to 10", value =>
            value is >= 0 and <= 10);
    private readonly Option<bool> _plain = Grammar.Flag("--plain", "Leave activations as they come instead of normalising each layer.");

    private readonly Option<string?> _direct = Grammar.Choice(
        "--direct", "Also give the outputs weights straight from the input, a linear part. [default: off]", "on", "off");

    private readonly Option<int?> _samples =
        Grammar.Number<int>("--samples", "Train on N rows only, drawn by the seed.", "a whole number of 2 or more", value => value >= 2);
    private readonly Option<bool> _first = Grammar.Flag("--first", "Take the first rows as --samples.");
    private readonly Option<string?> _validation = Grammar.Text(
        "--validation",
            "Held-out data that stop the training: a share of the rows (0 for none), or a path. [default: leave-one-out, or a share of " +
            $"{TrainDefaults.Validation} where that does not apply]", "F|PATH");
    private readonly Option<string?> _leaveOneOut = Grammar.Choice(
        "--leave-one-out", "Whether leave-one-out errors choose the damping and the end, and no rows are held out. [default: auto, up to " +
            "4,000 rows without --validation]", [.. Words.LeaveOneOut]);
    private readonly Option<string?> _test =
        Grammar.Text("--test", "Data for the figure at the end. [default: the test files of a folder]", "PATH");
    private readonly TableOptions _table = new();
    private readonly Option<string?> _task =
        Grammar.Choice("--task", "What the target is. [default: text and few integers are classes]", "classification", "regression");
    private readonly Option<string?> _labels =
        Grammar.Text("--labels", "The labels of an IDX images file. [default: the same name with 'labels']", "FILE");

    private readonly Option<string?> _trainer = Grammar.Choice("--trainer", "The method. [default: gauss-newton]", "gauss-newton");
    private readonly Option<string?> _activity = Grammar.Choice(
        "--activity", "How firing neurons are found; all ways find the same. [default: the cheapest]", "full", "certified",
            "half-space-over-weights", "half-space-over-data", "correlation-tree");
    private readonly Option<string?> _solver =
        Grammar.Choice("--solver", "How a step's system is solved; direct takes one output. [default: the cheapest]", [.. Words.Solvers]);
    private readonly Option<int?> _trainFrom = Grammar.Number<int>(
        "--train-from", "The first hidden layer to train, from 1. [default: the last]", "a whole number of 1 or more", value => value >= 1);
    private readonly Option<int?> _batch =
        Grammar.Number<int>("--batch", "Rows per step. [default: all]", "a whole number of 1 or more", value => value >= 1);
    private readonly Option<int?> _steps =
        Grammar.Number<int>("--steps",
        $"Steps at most; {TrainDefaults.SampleSteps} on the embedded sample, 40 for few features, whole epochs with --batch.",
        "a whole number of 0 or more", value => value >= 0, TrainDefaults.Steps);
    private readonly Option<ulong?> _seed = Grammar.Number<ulong>(
        "--seed", "Draws weights, batches and held-out rows.", "a whole number of 0 or more", _ => true, TrainDefaults.Seed);
    private readonly Option<double?> _damping = Grammar.Number<double>("--damping", "First damping, relative to trace(K)/n.",
        "a number of 0 or more", value => value >= 0, new GaussNewtonOptions().Damping);
    private readonly Option<double?> _share = Grammar.Number<double>(
        "--hidden-share", "Share of a step that the hidden layers carry.", "a number above 0 and below 1", value =>
            value is > 0 and < 1, new GaussNewtonOptions().HiddenShare);
    private readonly Option<string?> _kernels = Grammar.Kernels();
    private readonly Option<int?> _threads = Grammar.Threads();
    private readonly Option<string?> _from = Grammar.Text("--from", "A model to train on; it brings its own shape.", "MODEL");

    private readonly Option<string?> _out = Grammar.Text("--out", $"Where the model goes. [default: {TrainDefaults.Model}]", "FILE");
    private readonly Option<string?> _log = Grammar.Text("--log", "Also write one line of JSON per step.", "FILE");
    private readonly Option<string?> _plot =
        Grammar.Text("--plot", $"Where the learning curve goes, .png or .svg. [default: {TrainDefaults.Plot}]", "FILE");
    private readonly Option<bool> _noPlot = Grammar.Flag("--no-plot", "Draw no learning curve.");
    private readonly Option<bool> _force = Grammar.Flag("--force", "Overwrite files that exist.");
    private readonly Session _session;
    private readonly Option<bool> _quiet = Grammar.Flag("--quiet", "Print the results only.");

    public TrainCommand(Session session) : base("train", "Trains a network and saves it.")
    {
        _session = session;
        Add(_data);
        foreach (Option option in new Option[]
        {
            _width, _hidden, _density, _shift, _plain, _direct, _samples, _first, _validation, _leaveOneOut, _test, _task, _labels,
            _trainer, _activity, _solver, _trainFrom, _batch, _steps, _seed, _damping, _share, _kernels,
            _threads, _from, _out, _log, _plot, _noPlot, _force, _quiet,
        })
            Add(option);
        foreach (Option option in _table.All)
            Add(option);
        SetAction(parsed => new TrainingRun(Request(parsed), session).Run());
    }

    /// <summary>
    /// What the options ask for; those of a command that fine-tunes are the same but for the shape, which its model brings.
    /// </summary>
    /// <param name="parsed">The command line of this command or of one that has its options.</param>
    /// <param name="tuning">What a command that fine-tunes has besides.</param>
    internal TrainRequest Request(ParseResult parsed, Finetuning? tuning = null)
    {
        string? data = (tuning?.Data ?? parsed.GetValue(_data)) is { } given ? _session.Existing(given, "DATA") : null;
        string? from = tuning is not null ? _session.ExistingFile(tuning.Model, "MODEL") : parsed.GetValue(_from) is { } model
            ? _session.ExistingFile(model, "--from") : null;
        DataFormat? format = data is null ? null : Dataset.FormatOf(data);
        bool isTable = format == DataFormat.Csv, isSparse = format == DataFormat.Libsvm;
        foreach (Option option in _table.All)
        {
            bool hasText = option == _table.Features, fits = isTable || (isSparse && hasText);
            Allow(parsed, option, fits && from is null, $"a CSV or another table{(hasText ? ", or LIBSVM text," : "")} and no --from");
        }
        Allow(parsed, _first, parsed.GetValue(_samples) is not null, "--samples");
        Allow(parsed, _task, (isTable || isSparse) && from is null, "a table or LIBSVM text and no --from");
        Allow(parsed, _labels, data is not null && !isTable && !isSparse && format != DataFormat.Packed && !Directory.Exists(data),
            "an IDX images file");
        foreach (Option option in new Option[] { _width, _hidden, _density, _shift, _plain, _direct })
            Allow(parsed, option, from is null, "no --from: a model brings its own shape");
        Allow(parsed, _density, parsed.GetResult(_shift) is null, "no --shift");
        Allow(parsed, _plot, !parsed.GetValue(_noPlot), "no --no-plot");

        NetworkShape shape = Shape(parsed);
        bool choosesDensity = IsGiven(parsed, _density) && parsed.Given(_density) is null;
        bool saysNothing = !new Option[] { _width, _hidden, _shift, _plain, _trainFrom }.Any(option => IsGiven(parsed, option))
            && parsed.Given(_density) is null;
        if (from is null && parsed.GetValue(_trainFrom) > shape.Hidden.Count)
            throw new UsageException(
                $"--train-from: expected a hidden layer from 1 to {shape.Hidden.Count}, found {parsed.GetValue(_trainFrom)}");
        if (parsed.GetValue(_activity) is { } search && search.StartsWith("half-space", StringComparison.Ordinal) && from is null
            && (parsed.GetValue(_trainFrom) ?? shape.Hidden.Count) != 1)
            throw new UsageException(
                $"--activity {search}: expected --train-from 1, found {parsed.GetValue(_trainFrom) ?? shape.Hidden.Count}");
        (double share, string? validation) = Validation(parsed.GetValue(_validation));
        LeaveOneOutChoice leaveOneOut = Words.LeaveOneOutChoice(parsed.GetValue(_leaveOneOut));
        bool isGiven = parsed.GetValue(_validation) is not null, stepsAreGiven = IsGiven(parsed, _steps);
        if (leaveOneOut == LeaveOneOutChoice.On && isGiven && (share > 0 || validation is not null))
            throw new UsageException($"--leave-one-out on: expected no --validation, found '{parsed.GetValue(_validation)}'");
        var outputs = new OutputFiles(
            parsed.GetValue(_force), data, parsed.GetValue(_labels), validation, parsed.GetValue(_test), from);
        ulong seed = parsed.GetValue(_seed)!.Value;
        return new TrainRequest
        {
            Data = data,
            Labels = parsed.GetValue(_labels) is { } labels ? _session.ExistingFile(labels, "--labels") : null,
            Csv = _table.Read(
                parsed, parsed.GetValue(_task) is { } task ? Enum.Parse<TaskKind>(task, ignoreCase: true) : null),
            Features = isSparse ? _table.FeatureCount(parsed) : null,
            Samples = parsed.GetValue(_samples),
            TakesFirst = parsed.GetValue(_first),
            ValidationShare = share,
            ValidationIsGiven = isGiven,
            StepsAreGiven = stepsAreGiven,
            ValidationPath = validation,
            Test = parsed.GetValue(_test) is { } test ? _session.Existing(test, "--test") : null,
            From = from,
            Shape = shape,
            ChoosesShape = data is not null && from is null && saysNothing,
            ChoosesDensity = choosesDensity,
            Seed = seed,
            Kernels = Grammar.KernelSet(parsed.GetValue(_kernels)),
            Options = new GaussNewtonOptions
            {
                TrainFrom = parsed.GetValue(_trainFrom),
                Activity = parsed.GetValue(_activity) is { } activity
                    ? Enum.Parse<ActivityStrategy>(activity.Replace("-", ""), ignoreCase: true) : ActivityStrategy.Automatic,
                Solver = Words.Solver(parsed.GetValue(_solver)),
                Steps = data is null && !stepsAreGiven ? TrainDefaults.SampleSteps : parsed.GetValue(_steps)!.Value,
                Batch = parsed.GetValue(_batch) ?? 0,
                // Who asks for held-out rows, or for none, has said how the training ends.
                LeaveOneOut = isGiven && leaveOneOut == LeaveOneOutChoice.Automatic ? LeaveOneOutChoice.Off : leaveOneOut,
                HiddenShare = parsed.GetValue(_share)!.Value,
                Damping = parsed.GetValue(_damping)!.Value,
                Seed = seed,
                Threads = parsed.GetValue(_threads) ?? Environment.ProcessorCount,
            },
            Out = tuning is null ? outputs.Claim(parsed.GetValue(_out), "--out", TrainDefaults.Model)
                : outputs.Claim(tuning.Delta, "--delta", TrainDefaults.Delta),
            KeepsDelta = tuning is not null,
            SharesBase = tuning is { Shares: true },
            Plot = parsed.GetValue(_noPlot) ? null
                : LearningCurve.CheckFormat(outputs.Claim(parsed.GetValue(_plot), "--plot", TrainDefaults.Plot)),
            Log = parsed.GetValue(_log) is { } log ? outputs.Claim(log, "--log") : null,
            Quiet = parsed.GetValue(_quiet),
        };
    }

    private NetworkShape Shape(ParseResult parsed)
    {
        int[] widths = parsed.Given(_width) ?? [TrainDefaults.Width];
        int layers = parsed.GetValue(_hidden) ?? (widths.Length > 1 ? widths.Length : TrainDefaults.HiddenLayers);
        OneOrEach("--width", widths.Length, layers);
        double[]? densities = parsed.Given(_density), shifts = parsed.Given(_shift);
        OneOrEach("--density", densities?.Length ?? 1, layers);
        OneOrEach("--shift", shifts?.Length ?? 1, layers);
        var shape = new NetworkShape
        {
            Hidden = widths.Length > 1 ? widths : [.. Enumerable.Repeat(widths[0], layers)],
            Normalisation = parsed.GetValue(_plain) ? Normalisation.Plain : Normalisation.Normalised,
            DirectWeights = parsed.GetValue(_direct) == "on",
        };
        return shifts is null ? shape with { Densities = densities ?? TrainDefaults.Densities(layers) }
            : shape with { ShiftConstant = shifts };
    }

    private (double Share, string? Path) Validation(string? text)
    {
        if (text is null)
            return (TrainDefaults.Validation, null);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double share))
            return (0, _session.Existing(text, "--validation"));
        return share is >= 0 and < 1 ? (share, null)
            : throw new UsageException($"--validation: expected a share from 0 to below 1 or a path, found '{text}'");
    }

    private static void OneOrEach(string option, int found, int layers)
    {
        if (found != 1 && found != layers)
            throw new UsageException($"{option}: expected one value or one for each of {layers} hidden layers, found {found}");
    }

    private static void Allow(ParseResult parsed, Option option, bool allowed, string condition)
    {
        if (!allowed && IsGiven(parsed, option))
            throw new UsageException($"{option.Name}: expected {condition}, found {option.Name} on this command line");
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}

/// <summary>The arguments of <c>finetune</c> that <c>train</c> does not have.</summary>
internal sealed record Finetuning(string Model, string Data, string? Delta, bool Shares);
