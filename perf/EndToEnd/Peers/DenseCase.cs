using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>A dense layer m x m at work on a batch.</summary>
readonly record struct DenseCase(int Width, int Batch, int Threads, int Repeats)
{
    /// <summary>The case from the arguments of a child process.</summary>
    public static DenseCase Parse(string[] arguments)
    {
        (double width, double batch, double threads, double repeats) = PeerWork.Numbers(arguments);
        return new((int)width, (int)batch, (int)threads, (int)repeats);
    }

    /// <summary>Times the three verbs of a layer, each 2 n m^2 operations.</summary>
    public Row Time(string library, string version, Action forward, Action pullback, Action update)
    {
        (int width, int batch) = (Width, Batch);
        double flops = 2.0 * batch * width * width;
        double seconds = Measure.Median(Repeats, forward);
        return new Row
        {
            { "library", library },
            { "version", version },
            { "m", Width },
            { "batch", Batch },
            { "threads", Threads },
            { "forward", seconds },
            { "pullback", Measure.Median(Repeats, pullback) },
            { "scatter", Measure.Median(Repeats, update) },
            { "forward_gflops", flops / seconds / 1e9 },
        };
    }
}
