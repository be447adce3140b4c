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
    public delegate* unmanaged<BFloat16View*, ActiveView*, PanelView*, int, int, int, int, void> AccumulateBFloat16;
    public delegate* unmanaged<BFloat16View*, PanelView*, PanelView*, int, int, void> AccumulateDenseBFloat16;
    public delegate* unmanaged<PanelView*, BFloat16View*, int, int, void> RoundBFloat16;
}
