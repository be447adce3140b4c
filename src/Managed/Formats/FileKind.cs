using System.Runtime.InteropServices;

namespace Subquad.Formats;

/// <summary>Tells files of data from devices, FIFOs and sockets.</summary>
internal static class FileKind
{
    // The native structure begins with flags and the mode, 32 bits each, and takes less than this.
    private const int ModePlace = 4, StatusBytes = 512;

    private const int KindMask = 0xF000, Folder = 0x4000, RegularFile = 0x8000;

    /// <summary>Whether a path leads to what is neither a file of data nor a folder; never on Windows.</summary>
    public static bool IsSpecial(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
            return false;
        try
        {
            var status = new byte[StatusBytes];
            return Stat(path, status) == 0 && (BitConverter.ToInt32(status, ModePlace) & KindMask) is not (RegularFile or Folder);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    // .NET has no public way to the kind of a file; this is the function by which its own classes find it.
    [DllImport("libSystem.Native", EntryPoint = "SystemNative_Stat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Stat([MarshalAs(UnmanagedType.LPUTF8Str)] string path, [Out] byte[] status);
}
