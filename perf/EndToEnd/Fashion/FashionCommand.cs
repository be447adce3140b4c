using System.CommandLine;
using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Fashion;

/// <summary><c>fashion</c>.</summary>
static class FashionCommand
{
    /// <summary>Each trainer has a process of its own.</summary>
    public static readonly PeerWork[] Work =
    [
        PeerWork.InLibtorch("adam", arguments => AdamPeer.Run(TrainingCase.Parse(arguments), PeerWork.Folder(arguments))),
        new("subquad", arguments => FashionTraining.Run(TrainingCase.Parse(arguments), PeerWork.Folder(arguments))),
    ];

    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<DirectoryInfo> data = ImageOptions.Folder();
        Option<double> limit = Positive("--limit", "Seconds of training after which a row stops.", 120.0);
        Option<int[]> widths = List("--widths", "Widths of the hidden layers.", 2_048, 4_096, 8_192, 16_384);
        Option<int[]> layers = List("--layers", "Numbers of hidden layers.", 1, 2);
        Option<double[]> densities = List("--density", "Shares of neurons that fire; 0.5 is plain ReLU.", 0.03, 0.1, 0.5);
        Option<bool> noPeer = PeerOptions.NoPeer();
        Option<bool> resume = new("--resume")
        {
            Description = "Keep the cases that the JSON file already holds, measured on this machine.",
        };
        const string says = "Trains on 4,000 Fashion-MNIST images beside the same network trained by Adam in libtorch.";
        var command = new Command("fashion", says) { json, data, limit, widths, layers, densities, noPeer, resume };
        command.SetAction(parsed =>
        {
            FileInfo file = parsed.GetValue(json)!;
            new FashionRun
            {
                Json = file,
                Earlier = parsed.GetValue(resume) && file.Exists ? Json.Read(File.ReadAllText(file.FullName)) : [],
                Data = parsed.GetValue(data)!,
                Seconds = parsed.GetValue(limit),
                Widths = parsed.GetValue(widths)!,
                Layers = parsed.GetValue(layers)!,
                Densities = parsed.GetValue(densities)!,
                WithPeer = !parsed.GetValue(noPeer),
            }.Run().Save(file, standard: AreDefaults(parsed, limit, widths, layers, densities, noPeer));
        });
        return command;
    }
}
