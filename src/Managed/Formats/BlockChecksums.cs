using System.Globalization;
using System.Runtime.InteropServices;
using Subquad.Models;
using Subquad.Simd.Memory;

namespace Subquad.Formats;

/// <summary>
/// Checksums of the blocks of 512 rows of a float32 tensor, 64 bits each: the sum over its elements of bits * column weight * row weight,
/// modulo 2^64. The weights are odd, so every flipped bit shows. A sum does not depend on the order of the elements: those of panels in
/// memory are compared with those of the rows in a model file. They find damage and mix-ups, not forgery.
/// </summary>
internal sealed class BlockChecksums
{
    /// <summary>Rows of a block.</summary>
    public const int Rows = 512;

    private const string Prefix = "checksums.";
    private const int Digits = 16;
    private const ulong ColumnStep = 0x9E3779B97F4A7C15, RowStep = 0xD1342543DE82EF95;

    private readonly ulong[] _sums;
    private readonly long _columns;
    private long _row, _column;
    private ulong _ofRow;

    /// <summary>Sums a tensor whose elements come in row-major order.</summary>
    public BlockChecksums(ReadOnlySpan<long> shape)
    {
        _columns = Math.Max(1, TensorShape.Elements(shape) / Math.Max(1, shape[0]));
        _sums = new ulong[(shape[0] + Rows - 1) / Rows];
    }

    /// <summary>The metadata that hold the checksums of a tensor: 16 hexadecimal digits per block, in order.</summary>
    public static string FieldOf(string tensor) => Prefix + tensor;

    /// <summary>Whether a model names the checksums of all its tensors; those of the first version name none.</summary>
    public static bool AreIn(SafetensorsFile file) => file.Tensors.All(tensor => file.Metadata.ContainsKey(FieldOf(tensor.Name)));

    /// <summary>Takes the next bytes, of whole elements as they lie in a file.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (uint element in MemoryMarshal.Cast<byte, uint>(bytes))
        {
            ulong bits = BitConverter.IsLittleEndian ? element : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(element);
            unchecked
            {
                _ofRow += bits * Weight(_column, ColumnStep);
                if (++_column < _columns)
                    continue;
                _sums[_row / Rows] += _ofRow * Weight(_row, RowStep);
            }
            (_row, _column, _ofRow) = (_row + 1, 0, 0);
        }
    }

    /// <summary>Sums panels, padding included: it is zero in weights that are whole.</summary>
    public static BlockChecksums Of(PanelMatrix panels)
    {
        var sums = new BlockChecksums([panels.Rows, panels.Columns]);
        Span<ulong> lanes = stackalloc ulong[PanelMatrix.PanelRows];
        for (int panel = 0; panel < panels.Panels; panel++)
        {
            lanes.Clear();
            ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(panels.Panel(panel));
            for (int column = 0; column < panels.Columns; column++)
                AddColumn(bits.Slice(column * PanelMatrix.PanelRows, PanelMatrix.PanelRows), Weight(column, ColumnStep), lanes);
            long first = (long)panel * PanelMatrix.PanelRows;
            for (int lane = 0; lane < lanes.Length; lane++)
                sums._sums[first / Rows] = unchecked(sums._sums[first / Rows] + lanes[lane] * Weight(first + lane, RowStep));
        }
        return sums;
    }

    /// <summary>The checksums as text.</summary>
    public string Text() => string.Concat(_sums.Select(sum => sum.ToString("x16", CultureInfo.InvariantCulture)));

    /// <summary>Compares a tensor in a file with its checksums.</summary>
    /// <exception cref="InvalidDataException">They differ; the message names file, tensor and rows.</exception>
    public static void Verify(SafetensorsFile file, string tensor)
    {
        TensorSource source = file.Source(tensor);
        var sums = new BlockChecksums(source.Shape);
        var chunk = new byte[1 << 18];
        for (long start = 0, elements = source.Elements; start < elements; start += chunk.Length / sizeof(float))
        {
            Span<byte> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, (elements - start) * sizeof(float)));
            source.Fill(start, part);
            if (!BitConverter.IsLittleEndian)
                TensorShape.ReverseBytes(part, sizeof(float));
            sums.Append(part);
        }
        Compare(file, tensor, sums.Text(), $"{file.Name}, tensor '{tensor}'", "its tensors were changed");
    }

    /// <summary>Compares panels with the checksums of their tensor. Rows of padding must be zero.</summary>
    /// <param name="file">The model.</param>
    /// <param name="tensor">The tensor that the panels hold.</param>
    /// <param name="panels">The panels.</param>
    /// <param name="path">The file of the panels.</param>
    /// <exception cref="InvalidDataException">They differ; the message names file, tensor and rows.</exception>
    public static void Verify(SafetensorsFile file, string tensor, PanelMatrix panels, string path) => Compare(
        file, tensor, Of(panels).Text(), $"'{path}', weights {tensor}", "it belongs to other weights; remove it and write it again");

    private static void AddColumn(ReadOnlySpan<uint> bits, ulong weight, Span<ulong> lanes)
    {
        for (int lane = 0; lane < lanes.Length && lane < bits.Length; lane++)
            lanes[lane] = unchecked(lanes[lane] + bits[lane] * weight);
    }

    private static ulong Weight(long index, ulong step) => unchecked((ulong)index * step) | 1;

    private static void Compare(SafetensorsFile file, string tensor, string found, string what, string cause)
    {
        string expected = file.Text(FieldOf(tensor));
        if (expected == found)
            return;
        int same = 0;
        while (same < Math.Min(expected.Length, found.Length) && expected[same] == found[same])
            same++;
        int block = same / Digits;
        throw new InvalidDataException($"{what}, rows from {(long)block * Rows} (from 0): expected the checksum "
            + $"{Part(expected, block)}, found {Part(found, block)}: the file is damaged, or {cause}");
    }

    private static string Part(string sums, int block) =>
        sums.Length >= (block + 1) * Digits ? sums.Substring(block * Digits, Digits) : "none";
}
