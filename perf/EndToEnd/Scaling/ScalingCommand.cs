using System.CommandLine;
using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.EndToEnd.Trainings;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary><c>scaling</c>.</summary>
static class ScalingCommand
{
    /// <summary>Each network has a process of its own.</summary>
    public static readonly PeerWork[] Work =
    [
        new("scaling", arguments => ScalingTraining.Run(ScalingCase.Parse(arguments), images: null)),
        new("scaling-images", arguments => ScalingTraining.Run(ScalingCase.Parse(arguments), PeerWork.Folder(arguments))),
        PeerWork.InLibtorch("dense-step", arguments => DenseStep.Run(ScalingCase.Parse(arguments))),
    ];

    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<int[]> widths = List("--m", "Widths of the hidden layers.", 4_096, 8_192, 16_384, 32_768);
        Option<int[]> batches = List("--n", "Data.", 64, 512);
        Option<int> repeats = Positive("--repeats", "Trainings of which the median counts.", 3);
        Option<int> steps = Positive("--steps", "Steps of a training; later ones begin with the fourth.", 6);
        Option<int> threads = Positive("--threads", "Workers, and threads of the dense library.", Environment.ProcessorCount);
        // By name, so that a slope is that of one algorithm at every width; Automatic prefers full passes where they are the faster.
        Option<ActivityStrategy> activity = new("--activity")
        {
            Description = "How Subquad finds the firing neurons.",
            DefaultValueFactory = _ => ActivityStrategy.Certified,
        };
        Option<bool> noPeer = PeerOptions.NoPeer();
        const string says =
            "Shows how a step's arithmetic, lines and seconds grow with the width, beside the same step done dense in libtorch.";
        var command = new Command("scaling", says) { json, widths, batches, repeats, steps, threads, activity, noPeer };
        command.SetAction(parsed =>
        {
            DirectoryInfo images = ImageOptions.DefaultFolder;
            new ScalingRun
            {
                Widths = [.. parsed.GetValue(widths)!.Order()],
                Batches = parsed.GetValue(batches)!,
                Repeats = parsed.GetValue(repeats),
                Steps = parsed.GetValue(steps),
                Threads = parsed.GetValue(threads),
                Activity = parsed.GetValue(activity),
                WithPeer = !parsed.GetValue(noPeer),
                Images = images.Exists ? images : null,
            }.Run().Save(
                parsed.GetValue(json)!, standard: AreDefaults(parsed, widths, batches, repeats, steps, threads, activity, noPeer));
        });
        return command;
    }
}
