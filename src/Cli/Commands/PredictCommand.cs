using System.CommandLine;

namespace Subquad.Cli;

/// <summary><c>predict MODEL DATA</c>: one line of CSV per row.</summary>
internal sealed class PredictCommand : Command
{
    public static readonly string[] Examples =
        ["subquad predict subquad-model.safetensors t10k-images-idx3-ubyte.gz",
            "subquad predict subquad-model.safetensors new-houses.csv --out prices.csv"];

    private readonly Argument<string> _model = new("MODEL") { Description = "A model that 'train' saved." };
    private readonly Argument<string> _data = new("DATA")
    {
        Description =
            "A folder with the MNIST file names (its test images), an IDX images file, a table, or LIBSVM text; targets are not looked at.",
    };
    private readonly Option<string?> _out = Grammar.Text("--out", "Where the predictions go. [default: the output]", "FILE");
    private readonly Option<string?> _id =
        Grammar.Text("--id", "The column of a table that names the rows, in place of their numbers.", "NAME");
    private readonly Option<bool> _force = Grammar.Flag("--force", "Overwrite a file that exists.");
    private readonly Option<string?> _delta = Grammar.Delta();
    private readonly Option<bool> _shared = Grammar.Shared();
    private readonly Option<string?> _weights = Grammar.Weights();
    private readonly Option<string?> _kernels = Grammar.Kernels();
    private readonly Option<int?> _threads = Grammar.Threads();

    public PredictCommand(Session session) : base("predict", "Writes CSV: row (from 1) or --id, prediction, and a score per class.")
    {
        Add(_model);
        Add(_data);
        Add(_out);
        Add(_id);
        Add(_force);
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
        string? file = parsed.GetValue(_out) is { } given
            ? new OutputFiles(parsed.GetValue(_force), model, path, parsed.GetValue(_delta)).Claim(given, "--out")
            : null;
        WeightFormat weights = Grammar.WeightFormat(parsed.GetValue(_weights), parsed.GetValue(_delta), parsed.GetValue(_shared));
        using Network network =
            ModelFile.Load(model, parsed.GetValue(_delta), parsed.GetValue(_shared), Grammar.KernelSet(parsed.GetValue(_kernels)), weights);
        string? id = parsed.GetValue(_id);
        if (id is not null && Dataset.FormatOf(path) is not DataFormat.Csv)
            throw new UsageException($"--id: expected a table as DATA, found '{path}'");
        Dataset data = session.Read(() => network.Read(path, withTargets: false, rowNames: id));
        session.TellIgnored(data, path);
        foreach (string note in data.Notes)
            session.Error.WriteLine($"subquad: note: {note}");
        session.Cancellation.ThrowIfCancellationRequested();
        if ((long)data.Count * network.OutputCount > Array.MaxLength)
            throw new InvalidDataException($"'{path}': expected at most {Array.MaxLength / network.OutputCount} rows for " +
                $"{network.OutputCount} outputs, found {data.Count}");
        int cells = data.Count * network.OutputCount;
        bool areValues = network.Task == TaskKind.Regression;
        // Values far from 0 have more digits than float32.
        double[] values = areValues ? new double[cells] : [];
        float[] scores = areValues ? [] : new float[cells];
        if (areValues)
            network.PredictAll(data, values, parsed.GetValue(_threads), session.Cancellation);
        else
            network.PredictAll(data, scores, parsed.GetValue(_threads), session.Cancellation);
        if (file is null)
        {
            Write(session.Output);
            return ExitCode.Done;
        }
        // A FIFO may have no reader yet; a cancellation does not wait for one.
        string target = file;
        _ = WholeFile.IsSpecial(target) ? session.Read(WriteFile) : WriteFile();
        session.Output.WriteLine($"predictions: {file}");
        return ExitCode.Done;

        int WriteFile()
        {
            WholeFile.Write(target, stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                Write(writer);
            });
            return cells;
        }

        void Write(TextWriter output)
        {
            if (areValues)
                PredictionCsv.WriteValues(output, network, values, id, data.RowNames);
            else
                PredictionCsv.Write(output, network, scores, id, data.RowNames);
        }
    }
}
