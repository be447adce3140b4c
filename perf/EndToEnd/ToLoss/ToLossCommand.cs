using System.CommandLine;
using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.ToLoss;

/// <summary><c>to-loss</c>.</summary>
static class ToLossCommand
{
    /// <summary>Each trainer has a process of its own.</summary>
    public static readonly PeerWork[] Work =
    [
        new("to-loss", arguments => ToLossTraining.Run(ToLossCase.Parse(arguments), PeerWork.Folder(arguments))),
        PeerWork.InLibtorch("adam-to-loss", TrainByAdam),
    ];

    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<DirectoryInfo> data = ImageOptions.Folder();
        Option<int> width = Positive("--m", "Width of both hidden layers.", 16_384);
        Option<int> images = Positive("--images", "Training images.", 2_000);
        Option<double> limit = Positive("--limit", "Adam stops after this many times the fastest training of Subquad.", 25.0);
        Option<int> threads = Positive("--threads", "Workers, and threads of the dense library.", Environment.ProcessorCount);
        Option<bool> noPeer = PeerOptions.NoPeer();
        const string says =
            "Times training on Fashion-MNIST to a loss of 1e-3, beside Adam in libtorch on the same network.";
        var command = new Command("to-loss", says) { json, data, width, images, limit, threads, noPeer };
        command.SetAction(parsed => new ToLossRun
        {
            Data = parsed.GetValue(data)!,
            Width = parsed.GetValue(width),
            Images = parsed.GetValue(images),
            Limit = parsed.GetValue(limit),
            Threads = parsed.GetValue(threads),
            WithPeer = !parsed.GetValue(noPeer),
        }.Run().Save(parsed.GetValue(json)!, standard: AreDefaults(parsed, width, images, limit, threads, noPeer)));
        return command;
    }

    static List<Row> TrainByAdam(string[] arguments)
    {
        ToLossCase run = ToLossCase.Parse(arguments);
        return AdamPeer.RunToLoss(run.Network, run.Images, run.Goal, run.Threads, PeerWork.Folder(arguments));
    }
}
