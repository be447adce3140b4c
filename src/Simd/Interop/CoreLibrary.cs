using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Subquad.Simd.Interop;

/// <summary>
/// The C core, looked for once beside the program. The system's search path is not taken: it may lead to the working folder. Code compiled
/// ahead of time alone asks the loader when the core is not beside its program. Without the core Subquad runs managed kernels, so a library
/// that is absent, broken or of another version is a state to report and never an error.
/// </summary>
internal static unsafe partial class CoreLibrary
{
    /// <summary>Names the library: a path, or a name that the system looks for.</summary>
    public const string Variable = "SUBQUAD_CORE";

    private const string Name = "subquad_core";

    static CoreLibrary()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(CoreLibrary).Assembly, Resolve);
        }
        catch (InvalidOperationException)
        {
            // The program has said already where native libraries are.
        }
        string[] folders = Folders();
        Probe = CoreProbe.Run(GetApi, folders);
    }

    /// <summary>What was found.</summary>
    public static CoreProbe Probe { get; }

    /// <summary>Finds the library by the variable if it is set, else in the folders of this program and its packages.</summary>
    /// <exception cref="DllNotFoundException">It is in none of them, or does not load.</exception>
    internal static nint Load(string? named, ReadOnlySpan<string> folders)
    {
        if (!string.IsNullOrEmpty(named))
            return NativeLibrary.Load(named);
        foreach (string folder in folders)
            if (NativeLibrary.TryLoad(Path.Combine(folder, CoreProbe.FileName), out nint library))
                return library;
        throw new DllNotFoundException($"{CoreProbe.FileName} is in no folder of the program");
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        try
        {
            return name == Name ? Load(Environment.GetEnvironmentVariable(Variable), Folders()) : 0;
        }
        catch (DllNotFoundException) when (!RuntimeFeature.IsDynamicCodeSupported)
        {
            // A library compiled ahead of time lies beside the core, but its program lies elsewhere: only the loader knows the folder.
            return 0;
        }
    }

    [LibraryImport(Name, EntryPoint = "subquad_core_get_api")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial CoreApi* GetApi(uint abiVersion, uint index);

    /// <summary>Where a library of this program may be: beside it, or where its packages have their native files.</summary>
    private static string[] Folders()
    {
        string[] own = [AppContext.BaseDirectory, AssemblyFolder()];
        string packaged = Path.Combine("runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        string listed = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        return
        [
            .. own.Concat(own.Select(folder => Path.Combine(folder, packaged)))
                .Concat(listed.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
                .Where(Path.IsPathFullyQualified).Distinct(),
        ];
    }

    [UnconditionalSuppressMessage(
        "SingleFile", "IL3000", Justification = "Where the assembly is not a file, only the program's folder is searched.")]
    private static string AssemblyFolder() =>
        Path.GetDirectoryName(typeof(CoreLibrary).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory;
}
