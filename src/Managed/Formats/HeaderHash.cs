using System.Security.Cryptography;
using System.Text;

namespace Subquad.Formats;

/// <summary>
/// The SHA-256 of what the header of a safetensors file says: all metadata but this hash, and the table of tensors. Without it a flipped
/// bit in a digit of the metadata would be another model. How the JSON text is laid out does not count.
/// </summary>
internal static class HeaderHash
{
    /// <summary>The metadata that hold the hash.</summary>
    public const string Field = "header_sha256";

    /// <summary>
    /// The hash, in lower-case hexadecimal digits: of every name and text of the metadata in ordinal order of the names, each followed by a
    /// zero byte; one more zero byte; then of name, type, sizes and offsets of every tensor in ordinal order, each followed by a zero byte.
    /// </summary>
    /// <param name="metadata">Texts by name.</param>
    /// <param name="tensors">The table.</param>
    /// <param name="dataStart">Where the data section starts in the file.</param>
    public static string Of(IReadOnlyDictionary<string, string> metadata, IEnumerable<TensorInfo> tensors, long dataStart)
    {
        var text = new StringBuilder();
        foreach ((string name, string value) in metadata.OrderBy(field => field.Key, StringComparer.Ordinal))
            if (name != Field)
                text.Append(name).Append('\0').Append(value).Append('\0');
        text.Append('\0');
        foreach (TensorInfo tensor in tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            long begin = tensor.Offset - dataStart;
            text.Append(tensor.Name).Append('\0').Append(tensor.Type).Append('\0')
                .Append(MetadataFields.Texts(tensor.Shape)).Append('\0')
                .Append(MetadataFields.Texts([begin, begin + tensor.Bytes])).Append('\0');
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
