using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Kernels;

/// <summary>
/// The dense layer's work in the libraries there are, measured once per shape and kept: it does not depend on the density.
/// </summary>
sealed class DenseTimes(Report report)
{
    readonly Dictionary<DenseCase, (Row? Libtorch, Row? OpenBlas)> _known = [];

    public (Row? Libtorch, Row? OpenBlas) Of(DenseCase layer)
    {
        if (_known.TryGetValue(layer, out var times))
            return times;
        times = (Run("libtorch", layer), Run("openblas", layer));
        return _known[layer] = times;
    }

    Row? Run(string library, DenseCase layer)
    {
        Row? row = PeerProcess.Run(library, layer.Width, layer.Batch, layer.Threads, layer.Repeats).FirstOrDefault();
        report.AddPeer(row?.Text("version"));
        return row;
    }
}
