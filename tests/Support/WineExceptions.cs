using System.Runtime.InteropServices;

namespace Subquad.Support;

/// <summary>
/// Under wine a managed exception leaves a frame in its thread's list of handlers: the runtime goes on from inside the handler that wine
/// called, and wine takes the frame off when that returns. The memory becomes something else, and the next exception on the thread (the
/// compiler raises one when it gives up on a method) calls it: the thread dies without a word, and a test run waits for it for ever. 64-bit
/// Windows has no such list. So before wine looks at the list, it is emptied.
/// </summary>
public static unsafe partial class WineExceptions
{
    private const uint CommitReserve = 0x3000;
    private const uint ExecuteReadWrite = 0x40;

    /// <summary>mov qword ptr gs:[0], -1 (the list of this thread is empty); xor eax, eax (go on searching); ret.</summary>
    private static ReadOnlySpan<byte> EmptyTheList => [0x65, 0x48, 0xC7, 0x04, 0x25, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x31, 0xC0, 0xC3];

    /// <summary>Empties the list before every exception from now on. Does nothing anywhere but under wine.</summary>
    public static void Mend()
    {
        if (!OperatingSystem.IsWindows() || RuntimeInformation.ProcessArchitecture != Architecture.X64
            || !NativeLibrary.TryGetExport(NativeLibrary.Load("ntdll"), "wine_get_version", out _))
            return;
        void* code = VirtualAlloc(null, (nuint)EmptyTheList.Length, CommitReserve, ExecuteReadWrite);
        EmptyTheList.CopyTo(new Span<byte>(code, EmptyTheList.Length));
        if (AddVectoredExceptionHandler(1, code) == null)
            throw new InvalidOperationException("wine took no exception handler");
    }

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc")]
    private static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "AddVectoredExceptionHandler")]
    private static partial void* AddVectoredExceptionHandler(uint first, void* handler);
}
