using System.Runtime.InteropServices;

namespace Subquad.Simd.Memory;

/// <summary>VirtualAlloc and VirtualFree, declared by hand: the only kernel32 calls of the library.</summary>
internal sealed unsafe partial class WindowsPages : PageSource
{
    private const uint Commit = 0x1000;
    private const uint Reserve = 0x2000;
    private const uint Release = 0x8000;
    private const uint ReadWrite = 0x04;

    public override void* Take(nuint bytes) => VirtualAlloc(null, bytes, Commit | Reserve, ReadWrite);

    public override void Return(void* block, nuint bytes) => _ = VirtualFree(block, 0, Release);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc")]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree")]
    private static partial int VirtualFree(void* address, nuint size, uint type);
}
