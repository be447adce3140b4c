using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Subquad.Simd.Interop;

/// <summary>
/// The C core, looked for once beside the assembly and where the system keeps libraries. Without it Subquad runs managed kernels, so a
/// library that is absent, broken or of another version is a state to report and never an error.
/// </summary>
internal static unsafe partial class CoreLibrary
{
    /// <summary>What was found.</summary>
    public static CoreProbe Probe { get; } = CoreProbe.Run(GetApi, AppContext.BaseDirectory, AssemblyFolder());

    [LibraryImport("subquad_core", EntryPoint = "subquad_core_get_api")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial CoreApi* GetApi(uint abiVersion, uint index);

    [UnconditionalSuppressMessage(
        "SingleFile", "IL3000", Justification = "Where the assembly is not a file, only the program's folder is searched.")]
    private static string AssemblyFolder() =>
        Path.GetDirectoryName(typeof(CoreLibrary).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;
}
