using System.CommandLine;

namespace Subquad.Cli;

/// <summary><c>evaluate MODEL DATA</c>: how well a model does.</summary>
internal sealed class EvaluateCommand : Command
{
    public static readonly string[] Examples =
        ["subquad evaluate subquad-model.safetensors fashion-mnist/",
            "subquad evaluate subquad-model.safetensors t10k-images-idx3-ubyte.gz",
            "subquad evaluate flowers.safetensors more-flowers.csv --confusion --json scores.json",
            "subquad evaluate houses.safetensors coast.csv --delta coast-delta.safetensors"];

    private readonly Argument<string> _model = new("MODEL") { Description = "A model that 'train' saved." };
    private readonly Argument<string> _data = new("DATA")
    {
        Description =
            "A folder with the MNIST file names (its test files), an IDX images file, a table with the target column, or LIBSVM text.",
    };
    private readonly Option<string?> _labels =
        Grammar.Text("--labels", "The labels of an IDX images file. [default: the same name with 'labels']", "FILE");
    private readonly Option<bool> _confusion = Grammar.Flag("--confusion", "Print how many rows of each class are predicted as which.");
    private readonly Option<string?> _json = Grammar.Text("--json", "Write all metrics as one JSON object.", "FILE");
    private readonly TableOptions _table = new();
    private readonly Option<bool> _force = Grammar.Flag("--force", "Overwrite a file that exists.");
    private readonly Option<string?> _delta = Grammar.Delta();
    private readonly Option<bool> _shared = Grammar.Shared();
    private readonly Option<string?> _weights = Grammar.Weights();
    private readonly Option<string?> _kernels = Grammar.Kernels();
    private readonly Option<int?> _threads = Grammar.Threads();

    public EvaluateCommand(Session session) : base("evaluate", "Prints how well a model does on data: the loss, then accuracy or errors.")
    {
        Add(_model);
        Add(_data);
        Add(_labels);
        Add(_confusion);
        Add(_json);
        Add(_force);
        Add(_delta);
        Add(_shared);
        Add(_weights);
        Add(_kernels);
        Add(_threads);
        foreach (Option option in _table.OfText)
            Add(option);
        SetAction(parsed => Run(parsed, session));
    }

    private int Run(ParseResult parsed, Session session)
    {
        string model = session.ExistingFile(parsed.GetValue(_model)!, "MODEL"), path = session.Existing(parsed.GetValue(_data)!, "DATA");
        string? labels = parsed.GetValue(_labels);
        if (labels is not null && (Directory.Exists(path)
            || Dataset.FormatOf(path) is DataFormat.Csv or DataFormat.Libsvm or DataFormat.Packed))
            throw new UsageException($"--labels: expected an IDX images file as DATA, found '{path}'");
        labels = labels is null ? null : session.ExistingFile(labels, "--labels");
        string? json = parsed.GetValue(_json) is { } given
            ? new OutputFiles(parsed.GetValue(_force), model, path, labels, parsed.GetValue(_delta)).Claim(given, "--json")
            : null;
        WeightFormat weights = Grammar.WeightFormat(parsed.GetValue(_weights), parsed.GetValue(_delta), parsed.GetValue(_shared));
        using Network network =
            ModelFile.Load(model, parsed.GetValue(_delta), parsed.GetValue(_shared), Grammar.KernelSet(parsed.GetValue(_kernels)), weights);
        CsvOptions? text = _table.ReadText(parsed, path);
        Dataset data = session.Read(() => text is null ? network.Read(path, labels) : network.ReadCsv(path, text));
        session.TellIgnored(data, path);
        foreach (string note in data.Notes)
            session.Error.WriteLine($"subquad: note: {note}");
        if (data.Task == TaskKind.None)
            throw new InvalidDataException($"'{path}': expected the target column, found none");
        session.Cancellation.ThrowIfCancellationRequested();
        if (parsed.GetValue(_confusion) && network.Task != TaskKind.Classification)
            throw new UsageException("--confusion: expected a model of classes, found one of " +
                (network.Task == TaskKind.MultiLabel ? "labels, of which a row has any number" : "values"));
        EvaluationReport report = network.Report(data, parsed.GetValue(_threads), session.Cancellation);
        EvaluationText.Write(session.Output, report);
        if (parsed.GetValue(_confusion))
            EvaluationText.WriteConfusion(session.Output, report.Classification!, network.ClassNames);
        if (json is null)
            return ExitCode.Done;
        session.Write(json, () => WholeFile.Write(json, stream => EvaluationText.WriteJson(stream, report, network.ClassNames)));
        session.Output.WriteLine($"metrics: {json}");
        return ExitCode.Done;
    }
}
