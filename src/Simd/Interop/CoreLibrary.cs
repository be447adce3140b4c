using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: InternalsVisibleTo("Architecture.Tests")]

namespace Subquad.Simd.Interop;

/// <summary>Whether the C core can be used.</summary>
internal enum CoreStatus
{
    Present,
    Absent,
    WrongVersion,
}

/// <summary>The C core's table of functions, laid out as <c>subquad_core_api</c> in subquad_core.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CoreApi
{
    public uint AbiVersion;
    public uint Size;
    public byte* Isa;
    public delegate* unmanaged<float*, float*, nuint, float> Dot;
    public delegate* unmanaged<float, float*, float*, nuint, void> Axpy;
    public delegate* unmanaged<float*, nuint, double> SquaredNorm;
}

/// <summary>
/// The C core, looked for once beside the assembly and where the system keeps libraries. Without it Subquad runs managed kernels, so a library that is absent,
/// broken or of another version is a state to report and never an error.
/// </summary>
internal static unsafe partial class CoreLibrary
{
    /// <summary>SUBQUAD_CORE_ABI_VERSION as this assembly knows it.</summary>
    public const uint AbiVersion = 1;

    private static readonly CoreProbe s_probe = CoreProbe.Run(GetApi);

    public static CoreStatus Status => s_probe.Status;

    /// <summary>The functions; null unless <see cref="Status"/> is present.</summary>
    public static CoreApi* Api => s_probe.Api;

    /// <summary>One line for people.</summary>
    public static string Describe() => s_probe.Describe();

    [LibraryImport("subquad_core", EntryPoint = "subquad_core_get_api")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial CoreApi* GetApi(uint abiVersion);
}
