using System.Security.Cryptography;
using System.Text;

namespace Subquad.Formats;

/// <summary>
/// The SHA-256 of the data section of a safetensors file: which weights these are, whatever the metadata say about them. What is mapped or
/// applied to a model names it.
/// </summary>
internal sealed class DataHash : IDisposable
{
    /// <summary>The metadata that hold the hash.</summary>
    public const string Field = "data_sha256";

    /// <summary>Characters of the text.</summary>
    public const int Length = 2 * SHA256.HashSizeInBytes;

    /// <summary>Stands in a header until the hash is known; as long.</summary>
    public static readonly string Placeholder = new('0', Length);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>The hash of the bytes so far, in lower-case hexadecimal digits.</summary>
    public string Text() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Puts a hash in the place of its placeholder in a header, which is zeros.</summary>
    public static void Fill(Span<byte> header, string field, string hash)
    {
        string before = $"\"{field}\":\"";
        byte[] placeholder = Encoding.ASCII.GetBytes(before + new string('0', hash.Length));
        int place = ((ReadOnlySpan<byte>)header).IndexOf(placeholder) + before.Length;
        Encoding.ASCII.GetBytes(hash, header[place..]);
    }

    /// <summary>Whether a text can be a hash.</summary>
    public static bool IsHash(string text) => text.Length == Length && text.AsSpan().IndexOfAnyExcept("0123456789abcdef") < 0;

    public void Dispose() => _hash.Dispose();
}
