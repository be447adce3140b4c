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
            "A folder with the MNIST file names (its test images), an IDX images file, a CSV, or LIBSVM text; targets are not needed.",
    };
    private readonly Option<string?> _out = Grammar.Text("--out", "Where the predictions go. [default: the output]", "FILE");
    private readonly Option<bool> _force = Grammar.Flag("--force", "Overwrite a file that exists.");
    private readonly Option<string?> _delta = Grammar.Delta();
    private readonly Option<bool> _shared = Grammar.Shared();
    private readonly Option<string?> _weights = Grammar.Weights();
    private readonly Option<string?> _kernels = Grammar.Kernels();
    private readonly Option<int?> _threads = Grammar.Threads();

    public PredictCommand(Session session) : base("predict", "Writes CSV: row (from 1), prediction, and a score per class.")
    {
        Add(_model);
        Add(_data);
        Add(_out);
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
        Dataset data = session.Read(() => network.Read(path, withTargets: false));
        session.TellIgnored(data, path);
        session.Cancellation.ThrowIfCancellationRequested();
        if ((long)data.Count * network.OutputCount > Array.MaxLength)
            throw new InvalidDataException($"'{path}': expected at most {Array.MaxLength / network.OutputCount} rows for " +
                $"{network.OutputCount} outputs, found {data.Count}");
        var scores = new float[data.Count * network.OutputCount];
        network.PredictAll(data, scores, parsed.GetValue(_threads), session.Cancellation);
        if (file is null)
        {
            PredictionCsv.Write(session.Output, network, scores);
            return ExitCode.Done;
        }
        // A FIFO may have no reader yet; a cancellation does not wait for one.
        string target = file;
        _ = WholeFile.IsSpecial(target) ? session.Read(Write) : Write();
        session.Output.WriteLine($"predictions: {file}");
        return ExitCode.Done;

        int Write()
        {
            WholeFile.Write(target, stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                PredictionCsv.Write(writer, network, scores);
            });
            return scores.Length;
        }
    }
}
