using System.CommandLine;

namespace Subquad.Cli;

/// <summary><c>merge MODEL DELTA --out FILE</c>: a model with a change added to its weights, that needs neither file any more.</summary>
internal sealed class MergeCommand : Command
{
    public static readonly string[] Examples = ["subquad merge houses.safetensors coast-delta.safetensors --out coast.safetensors"];

    private readonly Argument<string> _model = new("MODEL") { Description = "The model that 'finetune' started from." };
    private readonly Argument<string> _delta = new("DELTA") { Description = "What it changed." };
    private readonly Option<string?> _out = Grammar.Text("--out", "Where the whole model goes.", "FILE");
    private readonly Option<bool> _force = Grammar.Flag("--force", "Overwrite a file that exists.");

    public MergeCommand(Session session) : base("merge", "Adds what a fine-tune changed to its model and saves the result as a model.")
    {
        Add(_model);
        Add(_delta);
        Add(_out);
        Add(_force);
        SetAction(parsed => Run(parsed, session));
    }

    private int Run(ParseResult parsed, Session session)
    {
        string model = session.ExistingFile(parsed.GetValue(_model)!, "MODEL"),
            delta = session.ExistingFile(parsed.GetValue(_delta)!, "DELTA");
        string given = parsed.GetValue(_out) ?? throw new UsageException("merge: expected --out FILE, found none");
        string path = new OutputFiles(parsed.GetValue(_force), model, delta).Claim(given, "--out");
        using Network network = ModelFile.Load(model, delta);
        session.Cancellation.ThrowIfCancellationRequested();
        session.Write(path, () => network.Save(path));
        session.Output.WriteLine($"model: {path}");
        return ExitCode.Done;
    }
}
