using System.Buffers.Binary;
using System.Text;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>
/// Makes TorchSharp's native library loadable on systems older than gcc 13.2. It asks for the symbol version GLIBCXX_3.4.32 for the sake of
/// one symbol that nothing in it refers to, so the demand is marked weak, in the copy beside this program only. Done at start-up, not by
/// the build: it then holds for every way in which the output folder came to be, and a second run finds nothing to do.
/// </summary>
static class LibtorchLoader
{
    const string Library = "libLibTorchSharp.so";
    const string Version = "GLIBCXX_3.4.32";
    const uint SectionVersionNeeded = 0x6ffffffe;   // SHT_GNU_verneed
    const ushort Weak = 2;                          // VER_FLG_WEAK

    /// <summary>Must run before the first call into TorchSharp.</summary>
    public static void Prepare()
    {
        string path = Path.Combine(AppContext.BaseDirectory, Library);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{Library} is not beside the program; run with --no-peer, or build for linux-x64", path);
        byte[] image = File.ReadAllBytes(path);
        if (!Weaken(image))
            return;
        // A new file under the old name: a package cache that shares its blocks with the output folder stays as it was.
        string patched = path + ".patched";
        File.Copy(path, patched, overwrite: true);
        File.WriteAllBytes(patched, image);
        // With the old time and size the next build takes the library for up to date and leaves it alone.
        File.SetLastWriteTimeUtc(patched, File.GetLastWriteTimeUtc(path));
        File.Move(patched, path, overwrite: true);
    }

    /// <summary>Sets the flag in an ELF64 little-endian image; false when it was set already or the version is not asked for.</summary>
    static bool Weaken(byte[] image)
    {
        int sections = (int)ReadUInt64(image, 0x28);
        int sectionSize = ReadUInt16(image, 0x3A), sectionCount = ReadUInt16(image, 0x3C);
        bool changed = false;
        for (int i = 0; i < sectionCount; i++)
        {
            int section = sections + i * sectionSize;
            if (ReadUInt32(image, section + 4) != SectionVersionNeeded)
                continue;
            int names = sections + (int)ReadUInt32(image, section + 40) * sectionSize;
            int strings = (int)ReadUInt64(image, names + 24);
            changed |= WeakenEntries(image, (int)ReadUInt64(image, section + 24), strings);
        }
        return changed;
    }

    /// <summary>Walks the files a library needs (Verneed) and, under each, the versions it needs of it (Vernaux).</summary>
    static bool WeakenEntries(byte[] image, int file, int strings)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(Version + '\0');
        bool changed = false;
        for (int nextFile = -1; nextFile != 0; file += nextFile)
        {
            int version = file + (int)ReadUInt32(image, file + 8);
            for (int nextVersion = -1; nextVersion != 0; version += nextVersion)
            {
                ushort flags = ReadUInt16(image, version + 4);
                int name = strings + (int)ReadUInt32(image, version + 8);
                if ((flags & Weak) == 0 && image.AsSpan(name).StartsWith(wanted))
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(version + 4), (ushort)(flags | Weak));
                    changed = true;
                }
                nextVersion = (int)ReadUInt32(image, version + 12);
            }
            nextFile = (int)ReadUInt32(image, file + 12);
        }
        return changed;
    }

    static ushort ReadUInt16(byte[] image, int at) => BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(at));
    static uint ReadUInt32(byte[] image, int at) => BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at));
    static ulong ReadUInt64(byte[] image, int at) => BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(at));
}
