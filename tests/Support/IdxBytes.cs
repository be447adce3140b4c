using System.Buffers.Binary;

namespace Subquad.Support;

/// <summary>Builds IDX content.</summary>
internal static class IdxBytes
{
    public static byte[] Of(uint magic, int[] shape, byte[] body)
    {
        var bytes = new byte[4 + (4 * shape.Length) + body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, magic);
        for (int i = 0; i < shape.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + (4 * i)), shape[i]);
        body.CopyTo(bytes.AsSpan(4 + (4 * shape.Length)));
        return bytes;
    }

    /// <summary>Images of 2 x 3 pixels whose bytes count up from 0, round after round.</summary>
    public static byte[] Images(int count) =>
        Of(0x803, [count, 2, 3], Enumerable.Range(0, count * 6).Select(i => (byte)(i % 256)).ToArray());

    public static byte[] Labels(params byte[] labels) => Of(0x801, [labels.Length], labels);
}
