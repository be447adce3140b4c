using NUnit.Framework;
using Subquad.Formats;

namespace Managed.Tests.Formats;

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
}
