using System.Runtime.InteropServices;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <summary>
/// The C core's table of functions for one instruction set, laid out as <c>subquad_core_api</c> in subquad_core.h, which says what each does. The views of <c>Memory</c> are
/// laid out as its structs.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CoreApi
{
    public uint AbiVersion;
    public uint Size;
    public byte* Isa;
    public uint Lanes;
    public uint Capabilities;
    public delegate* unmanaged<PanelView*, ActiveView*, PanelView*, int, int, int, int, void> Accumulate;
    public delegate* unmanaged<PanelView*, PanelView*, PanelView*, int, int, void> AccumulateDense;
    public delegate* unmanaged<PanelView*, ActiveView*, float, PanelView*, int, int, void> SupportNorms;
    public delegate* unmanaged<PanelView*, float, float*, int, int, void> RowNorms;
    public delegate* unmanaged<PanelView*, ActiveView*, double*, long, int, int, void> Gram;
    public delegate* unmanaged<PanelView*, float*, long*, int, int, void> CountAbove;
    public delegate* unmanaged<PanelView*, float*, float, ActiveView*, int, int, void> CompressAbove;
    public delegate* unmanaged<PanelView*, ActiveView*, int, float*, int, int, void> GatherActive;
    public delegate* unmanaged<ActiveView*, long> PairScratch;
    public delegate* unmanaged<PanelView*, ActiveView*, TransposedView*, float*, int*, int, int, void> PullBack;
    public delegate* unmanaged<PanelView*, ActiveView*, TransposedView*, float*, int*, int, int, void> PushForward;
    public delegate* unmanaged<PanelView*, ActiveView*, TransposedView*, float, int*, int, int, void> Scatter;
    public delegate* unmanaged<float*, float*, nuint, float> Dot;
    public delegate* unmanaged<float, float*, float*, nuint, void> Axpy;
    public delegate* unmanaged<float*, nuint, double> SquaredNorm;
    public delegate* unmanaged<PanelView*, float*, float*, PanelView*, int, int, void> Raise;
    public delegate* unmanaged<PanelView*, PanelView*, BoundView*, long*, int, int, void> RaiseAndCountUncertain;
    public delegate* unmanaged<PanelView*, BoundView*, ActiveView*, int, int, void> ListUncertain;
    public delegate* unmanaged<ActiveView*, float*, float*, PanelView*, int, int, void> SetListed;
    public delegate* unmanaged<ActiveView*, float*, float*, long*, int, int, void> CountListedAbove;
    public delegate* unmanaged<ActiveView*, float*, float*, float, ActiveView*, int, int, void> CompressListedAbove;
    public delegate* unmanaged<PanelView*, long*, int, int, void> CountNonZero;
    public delegate* unmanaged<PanelView*, ActiveView*, int, int, void> ListNonZero;
    public delegate* unmanaged<ActiveView*, PanelView*, int, int, void> Spread;
    public delegate* unmanaged<PanelView*, PanelView*, float, PanelView*, int, int, void> SubtractTransposed;
    public delegate* unmanaged<double*, long, PanelView*, int, int, void> NarrowSymmetric;
    public delegate* unmanaged<PanelView*, ActiveView*, TransposedView*, PackedView*, int*, int, int, void> Pack;
    public delegate* unmanaged<ActiveView*, ActiveView*, long> PackedScratch;
    public delegate* unmanaged<PackedView*, ActiveView*, ActiveView*, float*, float*, int, int, void> PullBackPacked;
    public delegate* unmanaged<PackedView*, ActiveView*, ActiveView*, float*, float*, int, int, void> PushForwardPacked;
    public delegate* unmanaged<float*, nuint, void> TransformHadamard;
    public delegate* unmanaged<float*, long, int, long, long, void> TransformHadamardColumns;
    public delegate* unmanaged<int*, float*, nuint, int*, nuint, float*, void> SampleHadamard;
    public delegate* unmanaged<int*, float*, nuint, int*, float*, float*, void> CountSketch;
    public delegate* unmanaged<float*, TournamentView*, int, void> BuildTournament;
    public delegate* unmanaged<PanelView*, float*, int, TournamentView*, int, int, void> BuildTournaments;
    public delegate* unmanaged<int*, float*, int, TournamentView*, int, int, void> UpdateTournament;
    public delegate* unmanaged<PanelView*, float*, int, ActiveView*, TournamentView*, int, int, int, int*, void> UpdateTournaments;
    public delegate* unmanaged<TournamentView*, int, float, int*, int> ReportAbove;
    public delegate* unmanaged<TournamentView*, int, int*, int, int> ReportTop;
    public delegate* unmanaged<TournamentView*, ActiveView*, int, int, void> CountPositive;
    public delegate* unmanaged<TournamentView*, float, ActiveView*, int, int, void> CompressPositive;
}
