using System.Runtime.InteropServices;

namespace Subquad.Simd.Interop;

/// <summary>Whether the C core can be used.</summary>
internal enum CoreStatus
{
    /// <summary>It is there and speaks our version.</summary>
    Present,

    /// <summary>There is no such library where the system looks for one.</summary>
    Absent,

    /// <summary>There is a file, and it is no library of ours, or none that loads here.</summary>
    Broken,

    /// <summary>It speaks another version.</summary>
    WrongVersion,
}

/// <summary>What a look for the C core found.</summary>
internal sealed unsafe class CoreProbe
{
    private static readonly CoreApi*[] s_none = new CoreApi*[0];

    private CoreProbe(CoreStatus status, CoreApi*[] apis)
    {
        Status = status;
        Apis = apis;
    }

    public delegate CoreApi* GetApi(uint abiVersion, uint index);

    public CoreStatus Status { get; }

    /// <summary>A table for every instruction set of this machine, the best first; none unless the core is present.</summary>
    public CoreApi*[] Apis { get; }

    /// <summary>The name of the library's file.</summary>
    public static string FileName { get; } =
        OperatingSystem.IsWindows() ? "subquad_core.dll"
        : OperatingSystem.IsMacOS() ? "libsubquad_core.dylib"
        : "libsubquad_core.so";

    /// <summary>Asks the library for its tables.</summary>
    /// <param name="getApi">The library's function.</param>
    /// <param name="folders">Where a file of its name is meant for this program.</param>
    public static CoreProbe Run(GetApi getApi, params ReadOnlySpan<string> folders)
    {
        foreach (string folder in folders)
            if (ElfFile.IsCutShort(Path.Combine(folder, FileName)))
                return new(CoreStatus.Broken, s_none);
        try
        {
            uint count = 0;
            for (CoreApi* api; (api = getApi(CoreApi.Version, count)) != null; count++)
                // A library may answer for our version and still be built from a shorter table.
                if (api->AbiVersion != CoreApi.Version || api->Size < sizeof(CoreApi))
                    return new(CoreStatus.WrongVersion, s_none);
            var apis = new CoreApi*[count];
            for (uint index = 0; index < count; index++)
                apis[index] = getApi(CoreApi.Version, index);
            return new(count > 0 ? CoreStatus.Present : CoreStatus.WrongVersion, apis);
        }
        catch (DllNotFoundException)
        {
            // Some systems say the same of a file that they cannot load: one that was damaged, or made for another architecture.
            foreach (string folder in folders)
                if (File.Exists(Path.Combine(folder, FileName)))
                    return new(CoreStatus.Broken, s_none);
            return new(CoreStatus.Absent, s_none);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or BadImageFormatException)
        {
            return new(CoreStatus.Broken, s_none);
        }
    }

    /// <summary>The name of a table's instruction set.</summary>
    public static string NameOf(CoreApi* api) => Marshal.PtrToStringUTF8((nint)api->Isa) ?? "";

    /// <summary>One line for people.</summary>
    public string Describe() => Status switch
    {
        CoreStatus.Present => $"C core: present, ABI {CoreApi.Version}, {string.Join(", ", Names())}",
        CoreStatus.WrongVersion => $"C core: ignored, it does not speak ABI {CoreApi.Version}; managed kernels run",
        CoreStatus.Broken =>
            $"C core: ignored, {FileName} does not load here or does not have what the C core has; managed kernels run",
        _ => "C core: absent, the library subquad_core was not found "
            + "(the build makes it where cmake and a C compiler are); managed kernels run",
    };

    private string[] Names()
    {
        string[] names = new string[Apis.Length];
        for (int i = 0; i < names.Length; i++)
            names[i] = NameOf(Apis[i]);
        return names;
    }
}
