using System.Runtime.InteropServices;

namespace Subquad.Support;

/// <summary>Forbids writing to the whole pages inside a block of memory until it is disposed: a write then crashes the test run.</summary>
public sealed unsafe partial class ReadOnlyPages : IDisposable
{
    private const int Read = 0x1, ReadWrite = 0x3;
    private const uint WindowsRead = 0x02, WindowsReadWrite = 0x04;

    private readonly byte* _from;
    private readonly nuint _bytes;

    /// <summary>Protects the pages that lie in native memory from the first of these floats to the last.</summary>
    public ReadOnlyPages(Span<float> memory)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        fixed (float* start = memory)
        {
            byte* end = (byte*)((nuint)(start + memory.Length) & ~(page - 1));
            _from = (byte*)(((nuint)start + page - 1) & ~(page - 1));
            _bytes = end > _from ? (nuint)(end - _from) : 0;
        }
        Protect(Read, WindowsRead);
    }

    /// <summary>Whether this system can protect pages; elsewhere nothing is protected.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() || OperatingSystem.IsWindows();

    /// <summary>Bytes that cannot be written.</summary>
    public long Bytes => (long)_bytes;

    /// <summary>Allows writing again.</summary>
    public void Dispose() => Protect(ReadWrite, WindowsReadWrite);

    private void Protect(int protection, uint windowsProtection)
    {
        if (_bytes == 0 || !IsSupported)
            return;
        bool done = OperatingSystem.IsLinux() ? MProtect(_from, _bytes, protection) == 0
            : VirtualProtect(_from, _bytes, windowsProtection, out _) != 0;
        if (!done)
            throw new InvalidOperationException($"{_bytes} bytes could not be protected: error {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int MProtect(void* address, nuint length, int protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect", SetLastError = true)]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, out uint before);
}
