using System.Runtime.InteropServices;
using NUnit.Framework;
using Subquad;
using Subquad.Formats;

namespace Subquad.Managed.Tests.Formats;

[TestFixture]
internal sealed class AtomicFileTests
{
    [Test]
    public void A_file_is_replaced_whole()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("file", "old and longer");
        AtomicFile.Write(path, stream => stream.Write("new"u8));
        Assert.That(File.ReadAllText(path), Is.EqualTo("new"));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_failure_leaves_the_old_file_and_no_other()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("file", "old");
        Assert.That(
            () => AtomicFile.Write(path, stream =>
            {
                stream.Write("half"u8);
                throw new InvalidOperationException("stop");
            }),
            Throws.InvalidOperationException);
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void Files_of_writers_that_were_killed_are_removed_and_no_others()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model"), used = folder.Write("model.aaaaaaaa.bbb.tmp", "in use");
        folder.Write("model.abcdefgh.ijk.tmp", "left");
        foreach (string leftover in Directory.GetFiles(folder.Path))
            File.SetLastWriteTimeUtc(leftover, DateTime.UtcNow.AddMinutes(-1));
        string[] others = [folder.Write("model.backup.tmp", "other"), folder.Write("models.abcdefgh.ijk.tmp", "other"), used];
        using (new FileStream(used, FileMode.Open, FileAccess.Write, FileShare.None))
            AtomicFile.Write(path, stream => stream.Write("new"u8));
        Assert.That(Directory.GetFiles(folder.Path), Is.EquivalentTo(others.Append(path)));
        AtomicFile.Write(path, stream => stream.Write("new"u8));
        Assert.That(Directory.GetFiles(folder.Path), Is.EquivalentTo(others[..2].Append(path)));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Readers_and_other_writers_of_the_same_file_never_meet_a_lock()
    {
        const int writes = 50, length = 10_000;
        using var folder = new TemporaryFolder();
        string path = folder.Write("model", new string('a', length));
        Task[] writers = [.. "bc".Select(letter => Task.Run(() =>
        {
            byte[] content = [.. Enumerable.Repeat((byte)letter, length)];
            for (int i = 0; i < writes; i++)
                AtomicFile.Write(path, stream => stream.Write(content));
        }))];
        while (!writers.All(writer => writer.IsCompleted))
        {
            using var reader = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var content = new byte[length];
            reader.ReadExactly(content);
            Assert.That(content, Is.All.EqualTo(content[0]), "the content of one writer");
        }
        Assert.That(() => Task.WaitAll(writers), Throws.Nothing);
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void Links_and_permissions_stay()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var folder = new TemporaryFolder();
        string real = folder.Write("real", "old"), link = folder.File("link"), open = folder.File("open");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(link, "real");
        File.CreateSymbolicLink(open, "absent");
        AtomicFile.Write(link, stream => stream.Write("new"u8));
        AtomicFile.Write(open, stream => stream.Write("new"u8));
        Assert.That((File.ReadAllText(real), new FileInfo(link).LinkTarget), Is.EqualTo(("new", "real")));
        Assert.That(File.GetUnixFileMode(real), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That((File.ReadAllText(folder.File("absent")), new FileInfo(open).LinkTarget), Is.EqualTo(("new", "absent")));
    }

    [Test]
    [Platform("Linux")]
    public void A_FIFO_is_written_to()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("fifo");
        Assert.That(MakeFifo(path, Convert.ToUInt32("600", 8)), Is.Zero);
        Task<string> reading = Task.Run(() => File.ReadAllText(path));
        WholeFile.Write(path, stream =>
        {
            stream.Write("nXw"u8);
            stream.Position = 1;
            stream.Write("e"u8);
        });
        Assert.That(reading.Wait(TimeSpan.FromSeconds(30)));
        Assert.That((reading.Result, WholeFile.IsSpecial(path)), Is.EqualTo(("new", true)));
        Assert.That((WholeFile.IsSpecial(folder.Write("file", "x")), WholeFile.IsSpecial(folder.Path)), Is.EqualTo((false, false)));
    }

    [Test]
    [Platform("Linux")]
    public void A_device_is_written_to()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("null");
        if (MakeNode(path, Convert.ToUInt32("20666", 8), 0x103) != 0)
            Assert.Ignore("only the superuser makes a device");
        AtomicFile.Write(path, stream => stream.Write("gone"u8));
        Assert.That((WholeFile.IsSpecial(path), new FileInfo(path).Length), Is.EqualTo((true, 0L)));
    }

    [Test]
    public void A_full_disk_names_the_target_and_not_the_temporary_file()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model");
        Assert.That(
            () => AtomicFile.Write(path, stream => throw new IOException($"no space left: '{((FileStream)stream).Name}'")),
            Throws.TypeOf<IOException>().With.Message.EqualTo($"'{path}' cannot be written: no space left: '{path}'"));
    }

    [Test]
    public void A_folder_that_cannot_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        string inside = Path.Combine(folder.Write("file", "no folder"), "model");
        string absent = Path.Combine(folder.Path, "absent", "model");
        foreach (string path in new[] { inside, absent, folder.Path })
            Assert.That(
                () => AtomicFile.Write(path, _ => { }), Throws.TypeOf<IOException>().With.Message.Contains($"'{path}' cannot be written"));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void A_read_only_folder_is_named()
    {
        using var folder = new TemporaryFolder();
        string closed = Directory.CreateDirectory(folder.File("closed")).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string path = Path.Combine(closed, "model");
        if (Environment.IsPrivilegedProcess)
            Assert.Ignore($"the superuser may write to {closed}");
        Assert.That(() => AtomicFile.Write(path, _ => { }), Throws.TypeOf<IOException>().With.Message.Contains(path));
    }

    [DllImport("libc", EntryPoint = "mkfifo")]
    private static extern int MakeFifo([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);

    [DllImport("libc", EntryPoint = "mknod")]
    private static extern int MakeNode([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode, ulong device);
}
