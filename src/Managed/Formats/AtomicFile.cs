namespace Subquad.Formats;

/// <summary>Writes a file so that its name holds either the old content or the whole new one, never a part.</summary>
internal static class AtomicFile
{
    private const int Attempts = 3;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>A file without a lock that was written to more recently may be on its way to its name.</summary>
    private static readonly TimeSpan s_leastAge = TimeSpan.FromSeconds(0.25);

    /// <summary>
    /// Writes a temporary file beside the target, flushes it to the disk and renames it over the target. When anything fails the temporary
    /// file is removed and the target is as before. A link stays a link to what is replaced, and permissions stay. Devices and FIFOs are
    /// written to: they get the content when it is whole. Temporary files of writers that were killed are removed.
    /// </summary>
    /// <param name="path">The target; replaced when it exists.</param>
    /// <param name="write">Writes the content; what it throws comes out unchanged, unless it names the temporary file.</param>
    /// <exception cref="IOException">The file cannot be written; the message names the path.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        if (FileKind.IsSpecial(path))
        {
            WriteThrough(path, write);
            return;
        }
        string target = Final(path), temporary = "";
        RemoveLeftovers(target);
        try
        {
            using FileStream file = Create(path, target);
            temporary = file.Name;
            Fill(path, temporary, file, write);
            Guarded(path, temporary, () =>
            {
                file.Flush(flushToDisk: true);
                // The lock on the open file tells other writers that it is no leftover, but readers of the target must not meet it.
                // Until the file has its name, its age tells them.
                File.SetLastWriteTimeUtc(file.SafeFileHandle, DateTime.UtcNow);
                file.Dispose();
                File.Move(temporary, target, overwrite: true);
                return 0;
            });
        }
        catch
        {
            if (temporary.Length > 0)
                TryDelete(temporary);
            throw;
        }
    }

    /// <summary>The full path of what a link leads to, or of the path itself.</summary>
    private static string Final(string path) => Guarded(path, path, () =>
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    });

    private static FileStream Create(string path, string target)
    {
        for (int attempt = 1; ; attempt++)
        {
            string temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
            try
            {
                return Guarded(path, temporary, () => Open(temporary, target));
            }
            catch (IOException) when (attempt < Attempts)
            {
                // Another writer of the same file can take a new one for a leftover before it is locked.
            }
        }
    }

    private static FileStream Open(string temporary, string target)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1 << 16,
        };
        if (OperatingSystem.IsWindows() || !File.Exists(target))
            return new FileStream(temporary, options);
        UnixFileMode mode = File.GetUnixFileMode(target);
        options.UnixCreateMode = mode & (UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var file = new FileStream(temporary, options);
        File.SetUnixFileMode(file.SafeFileHandle, mode);
        return file;
    }

    private static void Fill(string path, string temporary, FileStream file, Action<Stream> write)
    {
        try
        {
            write(file);
        }
        catch (IOException e) when (e.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw CannotBeWritten(path, temporary, e);
        }
    }

    private static void WriteThrough(string path, Action<Stream> write) => Guarded(path, path, () =>
    {
        // Writers go back in a file, which these cannot.
        using var content = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16,
            FileOptions.DeleteOnClose);
        write(content);
        content.Position = 0;
        // Opening a FIFO waits for its reader.
        Task<FileStream> opening = Task.Run(() => new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1));
        if (Task.WhenAny(opening, Task.Delay(s_patience)).GetAwaiter().GetResult() != opening)
            throw new IOException($"expected a reader within {s_patience.TotalSeconds:0} seconds, found none");
        using FileStream target = opening.GetAwaiter().GetResult();
        content.CopyTo(target);
        return 0;
    });

    private static void RemoveLeftovers(string target)
    {
        string name = Path.GetFileName(target);
        string[] found;
        try
        {
            found = Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(target))!, "*.tmp");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The write that follows reports what is wrong with the folder.
            return;
        }
        foreach (string file in found.Where(file => IsTemporaryOf(name, Path.GetFileName(file))))
        {
            try
            {
                if (DateTime.UtcNow - File.GetLastWriteTimeUtc(file) < s_leastAge)
                    continue;
                // Refused while its writer lives.
                new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process writes the file, or another user owns it.
            }
        }
    }

    /// <summary>Whether a name is the target's with a random one of eight and three characters, and ".tmp".</summary>
    private static bool IsTemporaryOf(string name, string file) =>
        file.Length == name.Length + ".12345678.123.tmp".Length && file.StartsWith($"{name}.", StringComparison.Ordinal)
        && file[name.Length + 9] == '.' && file[name.Length + 13] == '.';

    private static T Guarded<T>(string path, string temporary, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw CannotBeWritten(path, temporary, e);
        }
    }

    private static IOException CannotBeWritten(string path, string temporary, Exception fault) =>
        new($"'{path}' cannot be written: {fault.Message.Replace(temporary, path, StringComparison.Ordinal)}", fault);

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
