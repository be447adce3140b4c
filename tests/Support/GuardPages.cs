using System.Runtime.InteropServices;

namespace Subquad.Support;

/// <summary>
/// Blocks with an inaccessible page on either side on Linux and Windows; elsewhere a canary that at least catches writes.
/// </summary>
internal static unsafe partial class GuardPages
{
    /// <summary>The largest page of the systems we run on, so that a guard always covers whole pages.</summary>
    public const int PageBytes = 65536;

    private const byte Canary = 0xA5;
    private const int ReadWrite = 0x3;
    private const int PrivateAnonymous = 0x22;
    private const uint CommitReserve = 0x3000;
    private const uint Release = 0x8000;
    private const uint WindowsReadWrite = 0x04;
    private const uint WindowsNoAccess = 0x01;

    public static byte* Take(int bytes)
    {
        nuint whole = (nuint)bytes + 2 * PageBytes;
        byte* block;
        if (OperatingSystem.IsLinux())
        {
            block = (byte*)MMap(null, whole, ReadWrite, PrivateAnonymous, -1, 0);
            if (unchecked((nint)block) == -1 || MProtect(block, PageBytes, 0) != 0
                || MProtect(block + PageBytes + bytes, PageBytes, 0) != 0)
                throw new InvalidOperationException($"no guarded block of {bytes} bytes: error {Marshal.GetLastPInvokeError()}");
        }
        else if (OperatingSystem.IsWindows())
        {
            block = (byte*)VirtualAlloc(null, whole, CommitReserve, WindowsReadWrite);
            if (block == null || VirtualProtect(block, PageBytes, WindowsNoAccess, out _) == 0
                || VirtualProtect(block + PageBytes + bytes, PageBytes, WindowsNoAccess, out _) == 0)
                throw new InvalidOperationException($"no guarded block of {bytes} bytes: error {Marshal.GetLastPInvokeError()}");
        }
        else
        {
            block = (byte*)NativeMemory.AlignedAlloc(whole, PageBytes);
            NativeMemory.Fill(block, whole, Canary);
            NativeMemory.Clear(block + PageBytes, (nuint)bytes);
        }
        return block + PageBytes;
    }

    public static void Return(byte* data, int bytes)
    {
        byte* block = data - PageBytes;
        if (OperatingSystem.IsLinux())
        {
            _ = MUnmap(block, (nuint)bytes + 2 * PageBytes);
            return;
        }
        if (OperatingSystem.IsWindows())
        {
            _ = VirtualFree(block, 0, Release);
            return;
        }
        bool intact = !new ReadOnlySpan<byte>(block, PageBytes).ContainsAnyExcept(Canary)
            && !new ReadOnlySpan<byte>(data + bytes, PageBytes).ContainsAnyExcept(Canary);
        NativeMemory.AlignedFree(block);
        if (!intact)
            throw new InvalidOperationException("something was written outside a guarded block");
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int MProtect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MUnmap(void* address, nuint length);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc", SetLastError = true)]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect", SetLastError = true)]
    private static partial int VirtualProtect(void* address, nuint size, uint protection, out uint before);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree")]
    private static partial int VirtualFree(void* address, nuint size, uint type);
}
