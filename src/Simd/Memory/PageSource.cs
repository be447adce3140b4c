using System.Runtime.InteropServices;

namespace Subquad.Simd.Memory;

/// <summary>Where large blocks come from on an operating system. A block is zeroed, page-aligned and given back whole.</summary>
internal abstract unsafe class PageSource
{
    /// <summary>The source for the operating system this process runs on.</summary>
    public static PageSource Current { get; } = Choose();

    /// <summary>Reserves and commits <paramref name="bytes"/> zeroed bytes; null when the system has none to give.</summary>
    public abstract void* Take(nuint bytes);

    /// <summary>Gives back a block from <see cref="Take"/>, with the length it was taken with.</summary>
    public abstract void Return(void* block, nuint bytes);

    private static PageSource Choose()
    {
        if (OperatingSystem.IsLinux())
            return new LinuxPages();
        if (OperatingSystem.IsWindows())
            return new WindowsPages();
        return new AlignedPages();
    }
}

/// <summary>Anywhere else: the C library's aligned allocation, cleared.</summary>
internal sealed unsafe class AlignedPages : PageSource
{
    private const int PageBytes = 16384;

    public override void* Take(nuint bytes)
    {
        try
        {
            void* block = NativeMemory.AlignedAlloc(bytes, PageBytes);
            NativeMemory.Clear(block, bytes);
            return block;
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }

    public override void Return(void* block, nuint bytes) => NativeMemory.AlignedFree(block);
}
