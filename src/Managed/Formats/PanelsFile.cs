using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Subquad.Simd.Memory;

namespace Subquad.Formats;

/// <summary>
/// The hidden weights of a model as they lie in memory, in a file beside it that is mapped and shared instead of being read. A first
/// section of 65,536 bytes says: "SUBQPANL", version and number of matrices (32 bits each), bytes of the file (64), the hash of the model's
/// data (32 bytes), then rows and columns (32 bits each) and place (64) of every matrix, then zeros. The matrices follow, W.1 first, each
/// at a multiple of 65,536 bytes with its panels in order, padding included. All numbers are little-endian.
/// </summary>
internal static class PanelsFile
{
    private const int Version = 1;
    private const int HashPlace = 24, ListPlace = HashPlace + DataHash.Length / 2, ItemBytes = 16;
    private const int MostMatrices = (MappedFile.Alignment - ListPlace) / ItemBytes;

    private static ReadOnlySpan<byte> Magic => "SUBQPANL"u8;

    /// <summary>Where the file of a model is.</summary>
    public static string PathOf(string model) => model + ".panels";

    /// <summary>Writes the file of a model, whole or not at all.</summary>
    /// <param name="model">The path of the model.</param>
    /// <param name="hash">The hash of its data.</param>
    /// <param name="matrices">W of every hidden layer.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine is not little-endian.</exception>
    public static void Write(string model, string hash, IReadOnlyList<PanelMatrix> matrices)
    {
        byte[] header = Header(hash, [.. matrices.Select(matrix => (matrix.Rows, matrix.Columns))]);
        AtomicFile.Write(PathOf(model), stream =>
        {
            stream.Write(header);
            var padding = new byte[PanelMatrix.PanelRows * sizeof(float)];
            foreach (PanelMatrix matrix in matrices)
            {
                for (int panel = 0; panel < matrix.Panels; panel++)
                {
                    Write(stream, matrix.Panel(panel));
                    stream.Write(padding);
                }
                for (long rest = MappedFile.BytesOf(matrix.Rows, matrix.Columns) - PanelMatrix.BytesOf(matrix.Rows, matrix.Columns);
                    rest > 0; rest -= padding.Length)
                    stream.Write(padding.AsSpan(0, (int)Math.Min(rest, padding.Length)));
            }
        });
    }

    /// <summary>Whether the file of a model is there and <see cref="Map"/> would not refuse it.</summary>
    public static bool Fits(string model, string hash, IReadOnlyList<(int Rows, int Columns)> shapes)
    {
        if (!File.Exists(PathOf(model)))
            return false;
        try
        {
            using MappedFile file = Open(PathOf(model));
            Check(PathOf(model), file, Header(hash, shapes));
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return false;
        }
    }

    /// <summary>Maps the file of a model. The header is checked in full against the model; the weights are not looked at.</summary>
    /// <param name="model">The path of the model.</param>
    /// <param name="hash">The hash of its data.</param>
    /// <param name="shapes">Rows and columns of every W.</param>
    /// <returns>The matrices; the caller owns them.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file belongs to other weights, is cut or damaged.</exception>
    /// <exception cref="IOException">It cannot be mapped.</exception>
    /// <exception cref="PlatformNotSupportedException">This machine is not little-endian.</exception>
    public static PanelMatrix[] Map(string model, string hash, IReadOnlyList<(int Rows, int Columns)> shapes)
    {
        string path = PathOf(model);
        using MappedFile file = Open(path);
        byte[] expected = Header(hash, shapes);
        Check(path, file, expected);
        var matrices = new List<PanelMatrix>();
        try
        {
            long place = MappedFile.Alignment;
            foreach ((int rows, int columns) in shapes)
            {
                matrices.Add(file.Matrix(place, rows, columns));
                place += MappedFile.BytesOf(rows, columns);
            }
            return [.. matrices];
        }
        catch
        {
            matrices.ForEach(matrix => matrix.Dispose());
            throw;
        }
    }

    private static MappedFile Open(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException(
                $"'{path}' does not exist; a model's weights are shared after SavePanels wrote them there", path);
        try
        {
            return new MappedFile(path);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"'{path}' may not be read: {e.Message}", e);
        }
    }

    private static void Check(string path, MappedFile file, byte[] expected)
    {
        var found = new byte[expected.Length];
        if (file.Read(0, found) < found.Length || !found.AsSpan().StartsWith(Magic))
            throw new InvalidDataException($"'{path}': expected weights in panels that SavePanels wrote, found something else");
        int version = BinaryPrimitives.ReadInt32LittleEndian(found.AsSpan(Magic.Length));
        if (version != Version)
            throw new InvalidDataException($"'{path}': expected version {Version} of weights in panels, found {version}");
        string wanted = HashIn(expected), has = HashIn(found);
        if (has != wanted)
            throw new InvalidDataException($"'{path}': expected the weights of the model with the SHA-256 {wanted}, found those of " +
                $"{has}: the model was saved anew, and its panels were not");
        if (!found.AsSpan().SequenceEqual(expected))
            throw new InvalidDataException($"'{path}': expected the shapes of the model's weights, found others: the file is damaged");
        long bytes = BinaryPrimitives.ReadInt64LittleEndian(found.AsSpan(16));
        if (file.Length != bytes)
            throw new InvalidDataException($"'{path}': expected {bytes} bytes, found {file.Length}: the file is cut or damaged");
    }

    private static string HashIn(byte[] header) => Convert.ToHexStringLower(header.AsSpan(HashPlace, ListPlace - HashPlace));

    private static byte[] Header(string hash, IReadOnlyList<(int Rows, int Columns)> shapes)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException(
                "weights in panels are little-endian, and this machine is not; load the model without sharing");
        if (shapes.Count > MostMatrices)
            throw new ArgumentException(
                $"expected at most {MostMatrices} hidden layers in a file of panels, found {shapes.Count}", nameof(shapes));
        var header = new byte[MappedFile.Alignment];
        Span<byte> list = header.AsSpan(ListPlace);
        long place = MappedFile.Alignment;
        foreach ((int rows, int columns) in shapes)
        {
            BinaryPrimitives.WriteInt32LittleEndian(list, rows);
            BinaryPrimitives.WriteInt32LittleEndian(list[4..], columns);
            BinaryPrimitives.WriteInt64LittleEndian(list[8..], place);
            place += MappedFile.BytesOf(rows, columns);
            list = list[ItemBytes..];
        }
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), shapes.Count);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), place);
        Convert.FromHexString(hash).CopyTo(header.AsSpan(HashPlace));
        return header;
    }

    // A panel may be larger than what a stream takes at once.
    private static void Write(Stream stream, ReadOnlySpan<float> values)
    {
        const int Most = 1 << 20;
        for (; values.Length > 0; values = values[Math.Min(Most, values.Length)..])
            stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(Most, values.Length)]));
    }
}
