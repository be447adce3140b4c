namespace Subquad.Formats;

/// <summary>Writes a file so that its name holds either the old content or the whole new one, never a part.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes a temporary file beside the target, flushes it to the disk and renames it over the target. When anything fails the temporary
    /// file is removed and the target is as before.
    /// </summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="write">Writes the content; what it throws comes out unchanged.</param>
    /// <exception cref="IOException">The file cannot be written; the message names the path.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (FileStream file = Guarded(
                path, () => new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16)))
            {
                write(file);
                Guarded(path, () =>
                {
                    file.Flush(flushToDisk: true);
                    return 0;
                });
            }
            Guarded(path, () =>
            {
                File.Move(temporary, path, overwrite: true);
                return 0;
            });
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    private static T Guarded<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new IOException($"'{path}' cannot be written: {e.Message}", e);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one worth reporting.
        }
    }
}
