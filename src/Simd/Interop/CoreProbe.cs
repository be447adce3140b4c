using System.Runtime.InteropServices;

namespace Subquad.Simd.Interop;

/// <summary>What a look for the C core found.</summary>
internal sealed unsafe class CoreProbe
{
    private CoreProbe(CoreStatus status, CoreApi* api = null)
    {
        Status = status;
        Api = api;
    }

    public delegate CoreApi* GetApi(uint abiVersion);

    public CoreStatus Status { get; }

    public CoreApi* Api { get; }

    /// <summary>Asks the library for its functions.</summary>
    public static CoreProbe Run(GetApi getApi)
    {
        try
        {
            CoreApi* api = getApi(CoreLibrary.AbiVersion);
            // A library may answer for our version and still be built from a shorter table.
            bool usable = api != null && api->AbiVersion == CoreLibrary.AbiVersion && api->Size >= sizeof(CoreApi);
            return usable ? new(CoreStatus.Present, api) : new(CoreStatus.WrongVersion);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return new(CoreStatus.Absent);
        }
    }

    public string Describe() => Status switch
    {
        CoreStatus.Present => $"C core: present, ABI {CoreLibrary.AbiVersion}, {Marshal.PtrToStringUTF8((nint)Api->Isa)}",
        CoreStatus.WrongVersion => $"C core: ignored, it does not speak ABI {CoreLibrary.AbiVersion}; managed kernels run",
        _ => "C core: absent, managed kernels run",
    };
}
