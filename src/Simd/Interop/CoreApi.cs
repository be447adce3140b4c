using System.Runtime.InteropServices;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <summary>
/// The C core's table of functions for one instruction set, laid out as <c>subquad_core_api</c> in subquad_core.h, which says what each
/// does. The views of <c>Memory</c> are laid out as its structs.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CoreApi
{
    /// <summary>SUBQUAD_CORE_ABI_VERSION as this assembly knows it.</summary>
    public const uint Version = 4;

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
    public delegate* unmanaged<double*, long, int, int, int> FactorDiagonal;
    public delegate* unmanaged<double*, long, int, int, double*, int, int, void> SolveBelowDiagonal;
    public delegate* unmanaged<double*, long, int, int, double*, int, int, void> UpdateTrailing;
    public delegate* unmanaged<double*, long, int, double*, long, void> SolveFactored;
    public delegate* unmanaged<double*, long, int, int, double*, int, int, void> PackRows;
    public delegate* unmanaged<double*, int, double*, long, int, int, void> AddOuterProduct;
    public delegate* unmanaged<int, int, long> SolveScratch;
    public delegate* unmanaged<double*, long, int, double*, long, int, int, double*, void> SolveLower;
    public delegate* unmanaged<double*, long, int, double*, long, int, int, double*, void> SolveUpper;
    public delegate* unmanaged<double*, long, int, double*, void> SolveLowerOne;
    public delegate* unmanaged<double*, long, int, double*, void> SolveUpperOne;
    public delegate* unmanaged<double*, long, double*, double*, double*, int, int, void> MultiplySymmetric;
    public delegate* unmanaged<double*, double*, nuint, double> DotDouble;
    public delegate* unmanaged<double, double*, double*, nuint, void> AxpyDouble;
    public delegate* unmanaged<double, double*, double*, double*, nuint, void> AddProduct;
    public delegate* unmanaged<RowTreeView*, float*, float, float, float, int*, int*, long*, int> ListHalfSpace;
    public delegate* unmanaged<RowTreeView*, float*, float, int*, int, int, int*, float*, int> ReportHalfSpace;
    public delegate* unmanaged<RowTreeView*, float*, int, float, int*, float*, SearchCounts*, int> Nearest;
    public delegate* unmanaged<RowTreeView*, float*, float, int, float, int*, float*, SearchCounts*, int> LargestProducts;
    public delegate* unmanaged<int, long> SortScratch;
    public delegate* unmanaged<int*, float*, int, int, ulong*, void> SortById;
    public delegate* unmanaged<float*, nuint, ulong, uint, uint, double, void> FillNormal;
    public delegate* unmanaged<BFloat16View*, ActiveView*, PanelView*, int, int, int, int, void> AccumulateBFloat16;
    public delegate* unmanaged<BFloat16View*, PanelView*, PanelView*, int, int, void> AccumulateDenseBFloat16;
    public delegate* unmanaged<PanelView*, BFloat16View*, int, int, void> RoundBFloat16;
    public delegate* unmanaged<float, float, float, float, float*, float*, float*, float*, nuint, void> StepAdam;
}

/// <summary>What a search did: <c>subquad_search_counts</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SearchCounts
{
    public long RowGroups;
    public long NodeGroups;
    public int Scanned;
}
