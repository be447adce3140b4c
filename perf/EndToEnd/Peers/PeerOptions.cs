using System.CommandLine;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>The option of runs that have a peer.</summary>
static class PeerOptions
{
    public static Option<bool> NoPeer() =>
        new("--no-peer") { Description = "Measure Subquad alone: no library of libtorch or OpenBLAS is loaded." };
}
