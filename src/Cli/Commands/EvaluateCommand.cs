using System.CommandLine;

namespace Subquad.Cli;

/// <summary><c>evaluate MODEL DATA</c>: how well a model does.</summary>
internal sealed class EvaluateCommand : Command
{
    public static readonly string[] Examples =
        ["subquad evaluate subquad-model.safetensors fashion-mnist/",
            "subquad evaluate subquad-model.safetensors t10k-images-idx3-ubyte.gz",
            "subquad evaluate houses.safetensors coast.csv --delta coast-delta.safetensors"];

    private readonly Argument<string> _model = new("MODEL") { Description = "A model that 'train' saved." };
    private readonly Argument<string> _data = new("DATA")
    {
        Description =
            "A folder with the MNIST file names (its test files), an IDX images file, a table with the target column, or LIBSVM text.",
    };
    private readonly Option<string?> _labels =
        Grammar.Text("--labels", "The labels of an IDX images file. [default: the same name with 'labels']", "FILE");
    private readonly Option<string?> _delta = Grammar.Delta();
    private readonly Option<bool> _shared = Grammar.Shared();
    private readonly Option<string?> _weights = Grammar.Weights();
    private readonly Option<string?> _kernels = Grammar.Kernels();
    private readonly Option<int?> _threads = Grammar.Threads();

    public EvaluateCommand(Session session) : base("evaluate", "Prints loss and accuracy, or the error, of a model on data.")
    {
        Add(_model);
        Add(_data);
        Add(_labels);
        Add(_delta);
        Add(_shared);
        Add(_weights);
        Add(_kernels);
        Add(_threads);
        SetAction(parsed => Run(parsed, session));
    }

    private int Run(ParseResult parsed, Session session)
    {
        string model = session.ExistingFile(parsed.GetValue(_model)!, "MODEL"), path = session.Existing(parsed.GetValue(_data)!, "DATA");
        string? labels = parsed.GetValue(_labels);
        if (labels is not null && (Directory.Exists(path) || Dataset.FormatOf(path) is DataFormat.Csv or DataFormat.Libsvm))
            throw new UsageException($"--labels: expected an IDX images file as DATA, found '{path}'");
        labels = labels is null ? null : session.ExistingFile(labels, "--labels");
        WeightFormat weights = Grammar.WeightFormat(parsed.GetValue(_weights), parsed.GetValue(_delta), parsed.GetValue(_shared));
        using Network network =
            ModelFile.Load(model, parsed.GetValue(_delta), parsed.GetValue(_shared), Grammar.KernelSet(parsed.GetValue(_kernels)), weights);
        Dataset data = session.Read(() => network.Read(path, labels));
        session.TellIgnored(data, path);
        foreach (string note in data.Notes)
            session.Error.WriteLine($"subquad: note: {note}");
        if (data.Task == TaskKind.None)
            throw new InvalidDataException($"'{path}': expected the target column, found none");
        session.Cancellation.ThrowIfCancellationRequested();
        EvaluationResult result = network.Evaluate(data, parsed.GetValue(_threads), session.Cancellation);
        session.Output.WriteLine($"rows {result.Count}");
        session.Output.WriteLine($"loss {result.Loss:g5}");
        session.Output.WriteLine(Words.Metric(network.Task, result.Metric));
        return ExitCode.Done;
    }
}
