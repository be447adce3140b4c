namespace Subquad.Formats;

/// <summary>Says what a file is that people take for a safetensors file.</summary>
internal static class ForeignFile
{
    private static readonly (byte[] Start, string What)[] s_known =
    [
        ("version https://git-lfs"u8.ToArray(), "a Git LFS pointer: fetch the file itself with 'git lfs pull'"),
        ("PK\x03\x04"u8.ToArray(), "a ZIP archive, such as PyTorch and NumPy write"),
        ([0x80, 0x02], "a Python pickle, such as PyTorch wrote"),
        ([0x89, (byte)'H', (byte)'D', (byte)'F'], "an HDF5 file, such as Keras writes"),
        ("GGUF"u8.ToArray(), "a GGUF file"),
        ([0x93, (byte)'N', (byte)'U', (byte)'M'], "a NumPy array"),
        ([0x1f, 0x8b], "gzip data: unpack them first"),
        ("SUBQPANL"u8.ToArray(), "the panels of a model: name the model beside it"),
        ("<!DOCTYPE"u8.ToArray(), "a web page"),
        ("<html"u8.ToArray(), "a web page"),
    ];

    /// <summary>Refuses a file by its first bytes.</summary>
    /// <exception cref="InvalidDataException">It is of another kind that is known.</exception>
    public static void Refuse(RandomBytes file, string name)
    {
        Span<byte> start = stackalloc byte[32];
        start = start[..file.Read(start, 0)];
        foreach ((byte[] known, string what) in s_known)
            // A short header's length may begin with the same two bytes: then zeros follow, and the JSON text.
            if (start.StartsWith(known) && !(start.Length > 8 && start[8] == (byte)'{'))
                throw new InvalidDataException($"{name}: expected a safetensors file, found {what}");
    }
}
