using System.CommandLine;
using Subquad.Perf.EndToEnd.Runs;

namespace Subquad.Perf.EndToEnd;

static partial class Commands
{
    public static Command BFloat16()
    {
        Option<FileInfo> json = JsonFile();
        Option<int> width = Positive("--m", "Width of the layer.", 16_384), repeats = Positive("--repeats", "Repeats of which the median counts.", 5);
        Option<int[]> batches = List("--batch", "Data in the batch.", 1, 16, 128, 512), threads = List("--threads", "Numbers of threads.", 1, 2);
        Option<double[]> densities = List("--density", "Shares of neurons that fire.", 0.01, 0.024, 0.05);
        Option<bool> noModel = new("--no-model") { Description = "Time forward passes only: no model is trained and judged." };
        var command = new Command("bfloat16", "Times forward passes with weights of bfloat16 beside float32, and judges the default model with both.")
        {
            json, width, batches, densities, threads, repeats, noModel,
        };
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
