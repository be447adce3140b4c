using System.CommandLine;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.BFloat16;

/// <summary><c>bfloat16</c>.</summary>
static class BFloat16Command
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<int> width = Positive("--m", "Width of the layer.", 16_384);
        Option<int> repeats = Positive("--repeats", "Repeats of which the median counts.", 5);
        Option<int[]> batches = List("--batch", "Data in the batch.", 1, 16, 128, 512);
        Option<int[]> threads = List("--threads", "Numbers of threads.", 1, 2);
        Option<double[]> densities = List("--density", "Shares of neurons that fire.", 0.01, 0.024, 0.05);
        Option<bool> noModel = new("--no-model") { Description = "Time forward passes only: no model is trained and judged." };
        const string says =
            "Times forward passes with weights of bfloat16 beside float32, and judges the default model with both.";
        var command = new Command("bfloat16", says) { json, width, batches, densities, threads, repeats, noModel };
        command.SetAction(parsed => new BFloat16Run
        {
            Width = parsed.GetValue(width),
            Batches = parsed.GetValue(batches)!,
            Densities = parsed.GetValue(densities)!,
            Threads = parsed.GetValue(threads)!,
            Repeats = parsed.GetValue(repeats),
            WithModel = !parsed.GetValue(noModel),
        }.Run().Save(parsed.GetValue(json)!, standard: AreDefaults(parsed, width, batches, densities, threads, noModel)));
        return command;
    }
}
