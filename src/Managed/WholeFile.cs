using Subquad.Formats;

namespace Subquad;

/// <summary>Writes files as <see cref="Network.Save(string)"/> does: whole or not at all. Thread-safe.</summary>
public static class WholeFile
{
    /// <summary>
    /// Writes a file so that its name holds either the old content or the whole new one. A link stays a link, permissions stay, and devices
    /// and FIFOs are written to instead of being replaced.
    /// </summary>
    /// <param name="path">The file; replaced when it exists.</param>
    /// <param name="write">Writes the content; what it throws comes out.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        AtomicFile.Write(path, write);
    }

    /// <summary>Whether a path leads to a device, a FIFO or a socket: such a file is written to, and can be read only once.</summary>
    public static bool IsSpecial(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return FileKind.IsSpecial(path);
    }
}
