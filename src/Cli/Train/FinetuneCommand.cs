using System.CommandLine;

namespace Subquad.Cli;

/// <summary>
/// <c>finetune MODEL DATA</c>: trains a model on and keeps what changed, and only that, in a file of its own. The model is not written.
/// </summary>
internal sealed class FinetuneCommand : Command
{
    public static readonly string[] Examples =
    [
        "subquad finetune houses.safetensors coast.csv --delta coast-delta.safetensors",
        "subquad finetune subquad-model.safetensors fashion-mnist/ --train-from 1 --steps 3 --shared",
    ];

    /// <summary>Options of <c>train</c> that say what a new network is like, or where a whole model is or goes.</summary>
    private static readonly string[] s_ofNewModels =
        ["--width", "--hidden", "--density", "--shift", "--plain", "--direct", "--task", "--from", "--out",
            .. new TableOptions().All.Select(option => option.Name)];

    private readonly Argument<string> _model = new("MODEL") { Description = "A model that 'train' saved." };
    private readonly Argument<string> _data = new("DATA")
    {
        Description =
            "Data like those that the model was trained on: a folder with the MNIST file names, an IDX images file, a table or "
            + "LIBSVM text.",
    };
    private readonly Option<string?> _delta = Grammar.Text("--delta", $"Where the change goes. [default: {TrainDefaults.Delta}]", "FILE");
    private readonly Option<bool> _shared = Grammar.Shared();

    public FinetuneCommand(Session session) : base("finetune", "Trains a model on and saves the change alone.")
    {
        var train = new TrainCommand(session);
        Add(_model);
        Add(_data);
        Add(_delta);
        Add(_shared);
        foreach (Option option in train.Options.Where(option => !s_ofNewModels.Contains(option.Name)))
            Add(option);
        SetAction(parsed => new TrainingRun(Request(train, parsed), session).Run());
    }

    private TrainRequest Request(TrainCommand train, ParseResult parsed)
    {
        string model = parsed.GetValue(_model)!;
        if (parsed.GetValue(_delta) is { } delta && Path.GetFullPath(delta) == Path.GetFullPath(model))
            throw new UsageException($"--delta: expected another file than MODEL, found '{delta}' for both");
        TrainRequest request =
            train.Request(parsed, new(model, parsed.GetValue(_data)!, parsed.GetValue(_delta), parsed.GetValue(_shared)));
        return request with { Options = request.Options with { Flush = FlushPolicy.Never } };
    }
}
