using System.Runtime.InteropServices;

namespace Subquad.Simd.Memory;

/// <summary>
/// Anonymous mappings aligned to 2 MiB, with transparent huge pages asked for: a scattered walk over a gigabyte of weights would otherwise
/// miss the address cache on almost every line. Older kernels do not align large mappings themselves, so the ends of a larger one are given
/// back.
/// </summary>
internal sealed unsafe partial class LinuxPages : PageSource
{
    private const nuint HugePage = 2 << 20;
    private const int ReadWrite = 0x1 | 0x2;
    private const int PrivateAnonymous = 0x02 | 0x20;
    private const int AdviseHugePage = 14;

    public override void* Take(nuint bytes)
    {
        nuint length = Rounded(bytes);
        byte* block = (byte*)MMap(null, length + HugePage, ReadWrite, PrivateAnonymous, -1, 0);
        if (unchecked((nint)block) == -1)
            return null;
        byte* aligned = (byte*)(((nuint)block + HugePage - 1) & ~(HugePage - 1));
        nuint before = (nuint)(aligned - block);
        if (before > 0)
            _ = MUnmap(block, before);
        if (before < HugePage)
            _ = MUnmap(aligned + length, HugePage - before);
        _ = MAdvise(aligned, length, AdviseHugePage);
        return aligned;
    }

    public override void Return(void* block, nuint bytes) => _ = MUnmap(block, Rounded(bytes));

    private static nuint Rounded(nuint bytes)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        return (bytes + page - 1) & ~(page - 1);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MUnmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MAdvise(void* address, nuint length, int advice);
}
