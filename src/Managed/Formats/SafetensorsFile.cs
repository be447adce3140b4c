using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Subquad.Models;

namespace Subquad.Formats;

/// <summary>A tensor in a file.</summary>
/// <param name="Name">Unique in its file.</param>
/// <param name="Type">"F32", "F16", "BF16", "F64", "I32", "I64", or another type, which cannot be read here.</param>
/// <param name="Shape">Sizes, 0 or more each.</param>
/// <param name="Offset">Where its first byte is in the file.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record TensorInfo(string Name, string Type, long[] Shape, long Offset, long Bytes)
{
    /// <summary>Numbers in the tensor.</summary>
    public long Elements => TensorShape.Elements(Shape);
}

/// <summary>
/// Reads safetensors files. The header is checked in full against the length of the file before anything is read by it; tensors are then
/// read in parts, from any number of threads.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    /// <summary>The longest header that is read.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    private readonly RandomBytes _bytes;
    private readonly Dictionary<string, TensorInfo> _tensors;
    private readonly long _length, _dataStart;

    private SafetensorsFile(string name, RandomBytes bytes)
    {
        Name = name;
        _bytes = bytes;
        _length = bytes.Length;
        byte[] header = ReadHeader(_length);
        _dataStart = sizeof(ulong) + header.Length;
        (Metadata, Tensors) = SafetensorsHeader.Parse(header, name, _dataStart, _length);
        _tensors = Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>What messages call the file: its path in quotes, or "the stream".</summary>
    public string Name { get; }

    /// <summary>The texts of the header's "__metadata__"; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>Whether a NaN or an infinity that is read is refused; true unless set.</summary>
    public bool CheckFinite { get; init; } = true;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no safetensors file, or a damaged one.</exception>
    /// <exception cref="IOException">It may not be read.</exception>
    public static SafetensorsFile Open(string path, bool checkFinite = true) => Open($"'{path}'", RandomBytes.Open(path), checkFinite);

    /// <summary>Takes the rest of a stream, which is not disposed, and checks the header.</summary>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no safetensors file, or a damaged one.</exception>
    public static SafetensorsFile Open(Stream stream, bool checkFinite = true) =>
        Open("the stream", RandomBytes.Of(stream), checkFinite);

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>A tensor's description.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor.</exception>
    public TensorInfo Find(string name) =>
        _tensors.TryGetValue(name, out TensorInfo? tensor) ? tensor
            : throw new InvalidDataException($"{Name}: expected a tensor '{name}', found none");

    /// <summary>A tensor for others to read as float32, of whatever floating-point type it is; the file must stay open.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor.</exception>
    public TensorSource Source(string name)
    {
        TensorInfo tensor = Find(name);
        string type = FloatTypes.IsConverted(tensor.Type) ? "F32" : tensor.Type;
        return new(name, type, tensor.Shape, (start, chunk) => Read(name, start, MemoryMarshal.Cast<byte, float>(chunk)));
    }

    /// <summary>A text of the metadata.</summary>
    /// <exception cref="InvalidDataException">There is no such text.</exception>
    public string Text(string name) =>
        Metadata.TryGetValue(name, out string? text) ? text
            : throw new InvalidDataException($"{Name}: expected the metadata '{name}', found none");

    /// <summary>
    /// Reads a part of a tensor: the elements from <paramref name="start"/> on in row-major order, as many as the destination holds.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the tensor.</exception>
    /// <exception cref="InvalidDataException">There is no such tensor, it is of another type, or a number is not finite (if CheckFinite is
    /// on).</exception>
    public void Read(string name, long start, Span<float> destination)
    {
        string type = Find(name).Type;
        if (FloatTypes.IsConverted(type))
            ReadConverted(name, type, start, destination);
        else
            ReadElements(name, "F32", start, destination);
        if (CheckFinite)
            TensorShape.RequireFinite(Name, name, start, destination);
    }

    /// <summary>Reads a part of a tensor of 32-bit integers.</summary>
    /// <inheritdoc cref="Read"/>
    public void ReadInts(string name, long start, Span<int> destination) => ReadElements(name, "I32", start, destination);

    /// <summary>Reads a part of a tensor of 64-bit integers.</summary>
    /// <inheritdoc cref="Read"/>
    public void ReadLongs(string name, long start, Span<long> destination) => ReadElements(name, "I64", start, destination);

    /// <summary>The SHA-256 of the data of all tensors.</summary>
    /// <exception cref="InvalidDataException">The metadata name another one: the file is damaged, or somebody changed a tensor.</exception>
    public string HashData()
    {
        using var data = new DataHash();
        var chunk = new byte[1 << 18];
        for (long place = _dataStart; place < _length; place += chunk.Length)
        {
            Span<byte> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, _length - place));
            ReadBytes(part, place);
            data.Append(part);
        }
        string found = data.Text();
        if (Metadata.TryGetValue(DataHash.Field, out string? expected) && expected != found)
            throw new InvalidDataException(
                $"{Name}: expected data with the SHA-256 {expected}, found {found}: the file is damaged, or its tensors were changed");
        return found;
    }

    /// <summary>Compares the header with its hash.</summary>
    /// <param name="isRequired">Whether a header without a hash is refused.</param>
    /// <exception cref="InvalidDataException">They differ: the header was damaged or changed; or there is no hash.</exception>
    public void VerifyHeader(bool isRequired)
    {
        if (!Metadata.TryGetValue(HeaderHash.Field, out string? expected) && !isRequired)
            return;
        string found = HeaderHash.Of(Metadata, Tensors, _dataStart);
        if (expected != found)
            throw new InvalidDataException($"{Name}: expected a header with the SHA-256 {expected ?? "that it names"}, found {found}: "
                + "the file is damaged, or its metadata were changed");
    }

    /// <summary>What the metadata say is the hash of the data, which are then not read; computed where they do not.</summary>
    public string StatedHash() => Metadata.TryGetValue(DataHash.Field, out string? hash) && DataHash.IsHash(hash) ? hash : HashData();

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();

    private static SafetensorsFile Open(string name, RandomBytes bytes, bool checkFinite)
    {
        try
        {
            return new SafetensorsFile(name, bytes) { CheckFinite = checkFinite };
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    private void ReadConverted(string name, string type, long start, Span<float> destination)
    {
        TensorInfo tensor = Find(name);
        RequirePart(tensor, start, destination.Length);
        int size = TensorShape.ElementBytes(type);
        FloatTypes.Read(type, destination, (element, bytes) =>
        {
            ReadBytes(bytes, tensor.Offset + (start + element) * size);
            if (!BitConverter.IsLittleEndian)
                TensorShape.ReverseBytes(bytes, size);
        });
    }

    private static void RequirePart(TensorInfo tensor, long start, int length)
    {
        if (start >= 0 && start <= tensor.Elements - length)
            return;
        string part = $"{length} elements from {start}";
        throw new ArgumentOutOfRangeException(
            nameof(start), $"expected a part of the {tensor.Elements} elements of '{tensor.Name}', found {part}");
    }

    private void ReadElements<T>(string name, string type, long start, Span<T> destination) where T : struct
    {
        TensorInfo tensor = Find(name);
        if (tensor.Type != type)
            throw new InvalidDataException($"{Name}, tensor '{name}': expected the type {type}, found {tensor.Type}");
        RequirePart(tensor, start, destination.Length);
        Span<byte> bytes = MemoryMarshal.AsBytes(destination);
        int size = TensorShape.ElementBytes(type);
        ReadBytes(bytes, tensor.Offset + start * size);
        if (!BitConverter.IsLittleEndian)
            TensorShape.ReverseBytes(bytes, size);
    }

    private byte[] ReadHeader(long fileLength)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        ForeignFile.Refuse(_bytes, Name);
        if (fileLength < prefix.Length)
            throw new InvalidDataException($"{Name}: expected the 8 bytes of a header length, found a file of {fileLength}");
        ReadBytes(prefix, 0);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long most = Math.Min(MaxHeaderBytes, fileLength - prefix.Length);
        if (length < 2 || length > (ulong)most)
        {
            string cut = length <= MaxHeaderBytes && length > (ulong)most ? ": the file is shorter than its header says, it was cut"
                : ": the file is not a safetensors file";
            throw new InvalidDataException($"{Name}: expected a header of 2 to {most} bytes, found {length}{cut}");
        }
        var header = new byte[length];
        ReadBytes(header, prefix.Length);
        return header;
    }

    private void ReadBytes(Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            int read = _bytes.Read(destination, offset);
            if (read == 0)
                throw new InvalidDataException(
                    $"{Name}: expected {destination.Length} more bytes at {offset}, found the end of the file");
            destination = destination[read..];
            offset += read;
        }
    }
}
