using Subquad.Models;

namespace Subquad.Formats;

/// <summary>
/// The hashes and checksums of the tensors of a file that is written, which its header holds (<see cref="DataHash.Field"/>,
/// <see cref="HeaderHash.Field"/>, <see cref="BlockChecksums.FieldOf"/>).
/// </summary>
internal sealed class TensorHashes(IReadOnlyList<TensorSource> tensors, bool hasChecksums)
{
    private readonly DataHash _data = new();

    private readonly Dictionary<string, BlockChecksums> _checksums =
        (hasChecksums ? tensors : []).ToDictionary(tensor => tensor.Name, tensor => new BlockChecksums(tensor.Shape));

    /// <summary>The hash of the data so far.</summary>
    public string OfData => _data.Text();

    /// <summary>Metadata with room for what is not known yet.</summary>
    public Dictionary<string, string> AddTo(IReadOnlyDictionary<string, string> metadata)
    {
        var hashed = new Dictionary<string, string>(metadata)
        {
            [DataHash.Field] = DataHash.Placeholder,
            [HeaderHash.Field] = DataHash.Placeholder,
        };
        foreach ((string name, BlockChecksums sums) in _checksums)
            hashed[BlockChecksums.FieldOf(name)] = sums.Text();
        return hashed;
    }

    /// <summary>Takes the next bytes of a tensor.</summary>
    public void Append(TensorSource tensor, ReadOnlySpan<byte> bytes)
    {
        _data.Append(bytes);
        if (hasChecksums)
            _checksums[tensor.Name].Append(bytes);
    }

    /// <summary>Puts what is known now into a header.</summary>
    /// <param name="header">Made of <see cref="AddTo"/>.</param>
    /// <param name="fileLength">Bytes of header and data.</param>
    public void Fill(byte[] header, long fileLength)
    {
        DataHash.Fill(header, DataHash.Field, OfData);
        foreach ((string name, BlockChecksums sums) in _checksums)
            DataHash.Fill(header, BlockChecksums.FieldOf(name), sums.Text());
        (IReadOnlyDictionary<string, string> texts, IReadOnlyList<TensorInfo> table) =
            SafetensorsHeader.Parse(header[sizeof(ulong)..], "the header", header.Length, fileLength);
        DataHash.Fill(header, HeaderHash.Field, HeaderHash.Of(texts, table, header.Length));
    }
}
