using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;

namespace Subquad.Managed.Tests.Formats;

/// <summary>Makes a header of the first version, which has no hash of its own: what a test changes in it is then looked at.</summary>
internal static class FirstVersion
{
    public static string Of(string header) => header
        .Replace("\"format_version\":\"2\"", "\"format_version\":\"1\"", StringComparison.Ordinal)
        .Replace("header_sha256", "ignored_field", StringComparison.Ordinal);

    /// <summary>Replaces a text in the header of a file, whose length stays.</summary>
    public static void Rewrite(string path, string truth, string lie)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        string header = Of(Encoding.Latin1.GetString(bytes, 8, length));
        Assert.That(header, Does.Contain(truth));
        // A longer lie eats of the padding.
        Encoding.Latin1.GetBytes(header.Replace(truth, lie, StringComparison.Ordinal).PadRight(length)[..length]).CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);
    }
}
