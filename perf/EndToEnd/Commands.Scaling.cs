using System.CommandLine;
using Subquad.Perf.Reports;
using Subquad.Perf.EndToEnd.Runs;
using Subquad.Perf.EndToEnd.Runs.Solvers;

namespace Subquad.Perf.EndToEnd;

/// <summary>The runs that show how cost grows, and what it buys.</summary>
static partial class Commands
{
    public static Command Scaling()
    {
        Option<FileInfo> json = JsonFile();
        Option<int[]> widths = List("--m", "Widths of the hidden layers.", 4_096, 8_192, 16_384, 32_768), batches = List("--n", "Data.", 64, 512);
        Option<int> repeats = Positive("--repeats", "Trainings of which the median counts.", 3), steps = Positive("--steps", "Steps of a training; later ones begin with the fourth.", 6);
        Option<int> threads = Positive("--threads", "Workers, and threads of the dense library.", Environment.ProcessorCount);
        // By name, so that a slope is that of one algorithm at every width; Automatic prefers full passes where they are the faster.
        Option<ActivityStrategy> activity = new("--activity") { Description = "How Subquad finds the firing neurons.", DefaultValueFactory = _ => ActivityStrategy.Certified };
        Option<bool> noPeer = NoPeer();
        var command = new Command("scaling", "Shows how a step's arithmetic, lines and seconds grow with the width, beside the same step done dense in libtorch.")
        {
            json, widths, batches, repeats, steps, threads, activity, noPeer,
        };
        command.SetAction(parsed =>
        {
            DirectoryInfo images = new(Path.Combine(Environment.GetEnvironmentVariable("SUBQUAD_DATA") ?? "data", "fashion-mnist"));
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
            }.Run().Save(parsed.GetValue(json)!, standard: AreDefaults(parsed, widths, batches, repeats, steps, threads, activity, noPeer));
        });
        return command;
    }

    public static Command Strategies()
    {
        Option<FileInfo> json = JsonFile();
        var command = new Command("strategies", "Times every way to find the firing neurons of a two-layer network.") { json };
        command.SetAction(parsed => StrategiesRun.Run().Save(parsed.GetValue(json)!, standard: true));
        return command;
    }

    public static Command Solvers()
    {
        Option<FileInfo> json = JsonFile();
        Option<DirectoryInfo> data = Data();
        var part = new Option<string>("--part") { Description = $"Measure one part only and keep the others as they are published: {string.Join(", ", SolversRun.PartNames)}." };
        part.AcceptOnlyFromAmong(SolversRun.PartNames);
        Option<int> most = Positive("--most", "Break-even: the most data.", 32_768), threads = Positive("--threads", "Workers, and threads of the dense library.", Environment.ProcessorCount);
        Option<bool> noPeer = NoPeer();
        var command = new Command("solvers", "Shows what sketches, preconditioners and lazy weights cost and save, beside the exact solve.") { json, data, part, most, threads, noPeer };
        command.SetAction(parsed =>
        {
            FileInfo file = parsed.GetValue(json)!;
            FileInfo? published = Report.Published("solvers");
            FileInfo? earlier = file.Exists ? file : published;
            new SolversRun
            {
                Parts = parsed.GetValue(part) is { } one ? [one] : SolversRun.PartNames,
                Threads = parsed.GetValue(threads),
                MostData = parsed.GetValue(most),
                WithPeer = !parsed.GetValue(noPeer),
                Data = parsed.GetValue(data)!,
                Earlier = earlier is { Exists: true } ? Subquad.Perf.Reports.Json.Read(File.ReadAllText(earlier.FullName)) : [],
            }.Run().Save(file, standard: AreDefaults(parsed, most, threads, noPeer));
        });
        return command;
    }

    public static Command ToLoss()
    {
        Option<FileInfo> json = JsonFile();
        Option<DirectoryInfo> data = Data();
        Option<int> width = Positive("--m", "Width of both hidden layers.", 16_384), images = Positive("--images", "Training images.", 2_000);
        Option<double> limit = Positive("--limit", "Adam stops after this many times the fastest training of Subquad.", 25.0);
        Option<int> threads = Positive("--threads", "Workers, and threads of the dense library.", Environment.ProcessorCount);
        Option<bool> noPeer = NoPeer();
        var command = new Command("to-loss", "Times training on Fashion-MNIST to a loss of 1e-3, beside Adam in libtorch on the same network.") { json, data, width, images, limit, threads, noPeer };
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
}
