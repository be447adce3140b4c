using NUnit.Framework;
using Subquad.Formats;

namespace Subquad.Managed.Tests.Formats;

/// <summary>Packed data in a program whose build does not ask for strict validation of them, as this one's does not.</summary>
[TestFixture]
internal sealed class WholeGzipTests
{
    [TestCase(1)]
    [TestCase(16)]
    [TestCase(200_000)]
    public void Members_are_read_one_after_the_other(int length)
    {
        byte[] content = Content(length), packed = TemporaryFolder.Pack(content);
        Assert.That(Unpacked([.. packed, .. packed]), Is.EqualTo((byte[])[.. content, .. content]));
        Assert.That(Unpacked(packed, canSeek: false), Is.EqualTo(content));
    }

    [Test]
    public void What_is_not_packed_is_passed_on()
    {
        foreach (byte[] plain in new byte[][] { [], [0x1f], [1, 2, 3] })
            Assert.That(Unpacked(plain, canSeek: false), Is.EqualTo(plain));
    }

    [Test]
    public void Every_cut_is_refused()
    {
        byte[] packed = TemporaryFolder.Pack(Content(300)), two = [.. packed, .. packed];
        for (int length = 2; length < two.Length; length++)
            if (length != packed.Length)
                Refused(two[..length]);
    }

    [Test]
    public void Damage_and_what_follows_are_refused()
    {
        byte[] content = Content(5000), packed = TemporaryFolder.Pack(content);
        Refused([.. packed, 1, 2, 3]);
        for (int i = 20; i < packed.Length; i += 7)
        {
            byte[] damaged = [.. packed];
            damaged[i] ^= 0x10;
            Refused(damaged);
        }
    }

    [Test]
    public void A_cut_table_and_a_cut_text_are_refused_under_their_names()
    {
        using var folder = new TemporaryFolder();
        byte[] table = TemporaryFolder.Pack("x,y\n"u8.ToArray().Concat(Content(3000).SelectMany(b => $"{b},{b % 3}\n").Select(c => (byte)c))
            .ToArray());
        string csv = folder.Write("cut.csv.gz", table[..^8]), text = folder.Write("cut.libsvm.gz", TemporaryFolder.Pack(Text())[..^8]);
        Assert.That(
            () => Subquad.Dataset.ReadCsv(csv), Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected whole gzip data"));
        Assert.That(
            () => Subquad.Dataset.ReadLibsvm(text),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains($"'{text}': expected whole gzip data"));
    }

    private static byte[] Text() => [.. Content(3000).SelectMany(b => $"{b % 2} 1:{b}\n").Select(c => (byte)c)];

    private static byte[] Content(int length)
    {
        var content = new byte[length];
        new Random(3).NextBytes(content);
        return content;
    }

    private static byte[] Unpacked(byte[] bytes, bool canSeek = true)
    {
        using Stream stream = canSeek ? new MemoryStream(bytes) : new ConcatenatedStream(new MemoryStream(bytes));
        using Stream content = InputFile.Unpack(stream);
        var read = new MemoryStream();
        content.CopyTo(read);
        return read.ToArray();
    }

    private static void Refused(byte[] bytes) => Assert.That(
        () => Unpacked(bytes), Throws.TypeOf<InvalidDataException>().With.Message.Contains("expected whole gzip data"), $"{bytes.Length}");
}
