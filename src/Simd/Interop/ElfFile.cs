using System.Buffers.Binary;

namespace Subquad.Simd.Interop;

/// <summary>
/// A look at a library's file before the system maps it: of one that was cut short, a copy that broke off say, Linux maps what the headers
/// promise, and the first touch behind the end kills the process.
/// </summary>
internal static class ElfFile
{
    private const int HeaderBytes = 64;

    /// <summary>
    /// Whether a file is an ELF file of 64 bits, little-endian, that ends before its section headers do, which lie at its end. False for
    /// everything else, also for what cannot be read.
    /// </summary>
    public static bool IsCutShort(string path)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        try
        {
            using FileStream file = File.OpenRead(path);
            int read = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
            if (!header[..Math.Min(read, 4)].SequenceEqual("\u007FELF"u8))
                return false;
            if (read < HeaderBytes)
                return true;
            if (header[4] != 2 || header[5] != 1)
                return false;
            ulong sections = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
            int size = BinaryPrimitives.ReadUInt16LittleEndian(header[58..]), count = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
            return sections > (ulong)file.Length || (ulong)file.Length - sections < (ulong)size * (ulong)count;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
