using System.CommandLine;

namespace Subquad.Cli;

/// <summary><c>pack DATA --out FILE</c>: data in the binary format, which is read faster than text.</summary>
internal sealed class PackCommand : Command
{
    public static readonly string[] Examples =
        ["subquad pack houses.csv --target price --out houses.pack",
            "subquad pack more-houses.csv --like houses.pack --out more-houses.pack",
            "subquad pack a9a.gz --out a9a.pack"];

    private readonly Argument<string> _data = new("DATA")
    {
        Description = "A folder with the MNIST file names, an IDX images file, a table, or LIBSVM or extreme-classification text.",
    };
    private readonly Option<string?> _out = Grammar.Text("--out", "Where the packed data go.", "FILE");
    private readonly Option<string?> _like = Grammar.Text(
        "--like", "A model, or data: rows are encoded as theirs, with the same columns, categories, medians, classes and features.",
            "FILE");
    private readonly Option<string?> _labels =
        Grammar.Text("--labels", "The labels of an IDX images file. [default: the same name with 'labels']", "FILE");
    private readonly Option<bool> _testing = Grammar.Flag("--test-images", "Of a folder, take the test images.");
    private readonly Option<string?> _task =
        Grammar.Choice("--task", "What the target is. [default: text and few integers are classes]", "classification", "regression");
    private readonly TableOptions _table = new();
    private readonly Option<bool> _force = Grammar.Flag("--force", "Overwrite a file that exists.");

    public PackCommand(Session session) : base("pack", "Writes data in a binary format that every command reads, checked by hashes.")
    {
        Add(_data);
        Add(_out);
        Add(_like);
        Add(_labels);
        Add(_testing);
        Add(_task);
        foreach (Option option in _table.All)
            Add(option);
        Add(_force);
        SetAction(parsed => Run(parsed, session));
    }

    private int Run(ParseResult parsed, Session session)
    {
        string path = session.Existing(parsed.GetValue(_data)!, "DATA");
        string? like = parsed.GetValue(_like) is { } given ? session.Existing(given, "--like") : null;
        string? labels = parsed.GetValue(_labels) is { } file ? session.ExistingFile(file, "--labels") : null;
        DataFormat? format = Dataset.FormatOf(path);
        bool isTable = format == DataFormat.Csv, isSparse = format == DataFormat.Libsvm;
        foreach (Option option in _table.All)
            Allow(parsed, option, (isTable || (isSparse && option == _table.Features)) && like is null, "a table as DATA and no --like");
        Allow(parsed, _task, (isTable || isSparse) && like is null, "a table or LIBSVM text as DATA and no --like");
        Allow(parsed, _labels, format == DataFormat.Idx && !Directory.Exists(path), "an IDX images file as DATA");
        Allow(parsed, _testing, Directory.Exists(path), "a folder as DATA");
        string target = new OutputFiles(parsed.GetValue(_force), path, like, labels).Claim(
            parsed.GetValue(_out) ?? throw new UsageException("pack: expected --out FILE, found none"), "--out");
        TaskKind? task = parsed.GetValue(_task) is { } word ? Enum.Parse<TaskKind>(word, ignoreCase: true) : null;
        CsvOptions options = _table.Read(parsed, task);
        int? features = isSparse ? _table.FeatureCount(parsed) : null;
        bool train = !parsed.GetValue(_testing);
        Dataset data = session.Read(() => like is not null ? ReadLike(like, path, labels, train)
            : features is not null ? Dataset.ReadLibsvm(path, features, task)
            : Dataset.Read(path, options, labels, train));
        session.TellIgnored(data, path);
        foreach (string note in data.Notes)
            session.Error.WriteLine($"subquad: note: {note}");
        session.Cancellation.ThrowIfCancellationRequested();
        data.SavePacked(target);
        session.Output.WriteLine($"packed: {target}, {data.Count} rows of {data.InputWidth} features, {Targets(data)}"
            + (WholeFile.IsSpecial(target) ? "" : $", {Words.Bytes(new FileInfo(target).Length)}"));
        return ExitCode.Done;
    }

    /// <summary>Reads rows as another file of data or a model describes them. A file that is not of a data format is a model.</summary>
    private static Dataset ReadLike(string like, string path, string? labels, bool train)
    {
        if (Directory.Exists(like) || (!like.EndsWith(".safetensors", StringComparison.Ordinal) && Dataset.FormatOf(like) is not null))
            return Dataset.Read(like).ReadLike(path, train);
        using Network network = Network.Load(like);
        return network.Read(path, labels, train);
    }

    private static string Targets(Dataset data) => data.Task switch
    {
        TaskKind.Classification => $"{data.OutputCount} classes",
        TaskKind.Regression => data.OutputCount == 1 ? "a number" : $"{data.OutputCount} numbers",
        TaskKind.MultiLabel => $"{data.OutputCount} labels",
        _ => "no targets",
    };

    private static void Allow(ParseResult parsed, Option option, bool allowed, string condition)
    {
        if (!allowed && parsed.GetResult(option) is { Implicit: false })
            throw new UsageException($"{option.Name}: expected {condition}, found {option.Name} on this command line");
    }
}
