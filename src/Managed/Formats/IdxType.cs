using System.Buffers.Binary;

namespace Subquad.Formats;

/// <summary>A type of number in IDX files; all are big-endian.</summary>
/// <param name="Bytes">The size of a number.</param>
/// <param name="Read">The number that bytes begin with.</param>
internal sealed record IdxType(int Bytes, Func<ReadOnlySpan<byte>, double> Read)
{
    private static readonly IdxType s_unsignedByte = new(1, bytes => bytes[0]);
    private static readonly IdxType s_signedByte = new(1, bytes => unchecked((sbyte)bytes[0]));
    private static readonly IdxType s_int16 = new(2, bytes => BinaryPrimitives.ReadInt16BigEndian(bytes));
    private static readonly IdxType s_int32 = new(4, bytes => BinaryPrimitives.ReadInt32BigEndian(bytes));
    private static readonly IdxType s_float32 = new(4, bytes => BinaryPrimitives.ReadSingleBigEndian(bytes));
    private static readonly IdxType s_float64 = new(8, bytes => BinaryPrimitives.ReadDoubleBigEndian(bytes));

    /// <summary>The type that the third byte of a file names; null when it names none.</summary>
    public static IdxType? Of(byte code) => code switch
    {
        0x08 => s_unsignedByte,
        0x09 => s_signedByte,
        0x0b => s_int16,
        0x0c => s_int32,
        0x0d => s_float32,
        0x0e => s_float64,
        _ => null,
    };
}
