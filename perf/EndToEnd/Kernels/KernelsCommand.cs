using System.CommandLine;
using Subquad.Perf.EndToEnd.Peers;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Kernels;

/// <summary><c>kernels</c>.</summary>
static class KernelsCommand
{
    /// <summary>The dense layer's work, each library in a process of its own.</summary>
    public static readonly PeerWork[] Work =
    [
        PeerWork.InLibtorch("libtorch", arguments => [DensePeer.Run(DenseCase.Parse(arguments))]),
        new("openblas", arguments => OpenBlas.Run(DenseCase.Parse(arguments)) is { } row ? [row] : []),
    ];

    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<int[]> widths = List("--m", "Widths of the layer.", 8_192, 16_384);
        Option<int[]> batches = List("--batch", "Data in the batch.", 128, 512);
        Option<double[]> densities = List("--density", "Shares of neurons that fire.", 0.05, 0.024, 0.01);
        Option<int[]> threads = List("--threads", "Numbers of threads.", 1, 2);
        Option<int> repeats = Positive("--repeats", "Repeats of which the median counts.", 5);
        Option<bool> noPeer = PeerOptions.NoPeer();
        const string says =
            "Times forward, pull-back and scatter of one layer beside a dense sgemm doing the dense layer's work.";
        var command = new Command("kernels", says) { json, widths, batches, densities, threads, repeats, noPeer };
        command.SetAction(parsed => new KernelsRun
        {
            Widths = parsed.GetValue(widths)!,
            Batches = parsed.GetValue(batches)!,
            Densities = parsed.GetValue(densities)!,
            Threads = parsed.GetValue(threads)!,
            Repeats = parsed.GetValue(repeats),
            WithPeer = !parsed.GetValue(noPeer),
        }.Run().Save(parsed.GetValue(json)!, standard: AreDefaults(parsed, widths, batches, densities, threads, noPeer)));
        return command;
    }
}
