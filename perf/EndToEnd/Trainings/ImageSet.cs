using System.Buffers.Binary;
using System.IO.Compression;

namespace Subquad.Perf.EndToEnd.Trainings;

/// <summary>
/// Images of the MNIST family as unit vectors. The peer reads the files itself: it must not depend on the library that it is compared with.
/// </summary>
sealed class ImageSet
{
    public const int Classes = 10;

    public required float[] Rows { get; init; }
    public required byte[] Labels { get; init; }
    public required int Pixels { get; init; }
    public int Count => Labels.Length;

    /// <summary>The first images of the training or the test files of a folder.</summary>
    /// <param name="folder">Holds the files under their usual names, gzipped.</param>
    /// <param name="prefix">train or t10k.</param>
    /// <param name="limit">Images to take.</param>
    public static ImageSet Read(DirectoryInfo folder, string prefix, int limit)
    {
        (byte[] images, byte[] labels) = ReadBytes(folder, prefix, limit);
        int count = labels.Length, pixels = images.Length / count;
        float[] rows = new float[count * pixels];
        for (int i = 0; i < count; i++)
            Normalise(images.AsSpan(i * pixels, pixels), rows.AsSpan(i * pixels, pixels));
        return new ImageSet { Rows = rows, Labels = labels, Pixels = pixels };
    }

    /// <summary>The pixels and labels of the first images as the files have them; arguments as <see cref="Read"/>.</summary>
    public static (byte[] Images, byte[] Labels) ReadBytes(DirectoryInfo folder, string prefix, int limit) => (
        Unpack(folder, $"{prefix}-images-idx3-ubyte.gz", header: 16, limit),
        Unpack(folder, $"{prefix}-labels-idx1-ubyte.gz", header: 8, limit));

    /// <summary>One-hot rows minus 1 / C.</summary>
    public float[] Targets()
    {
        float[] targets = new float[Count * Classes];
        Array.Fill(targets, -1f / Classes);
        for (int i = 0; i < Count; i++)
            targets[i * Classes + Labels[i]] += 1;
        return targets;
    }

    static void Normalise(ReadOnlySpan<byte> image, Span<float> row)
    {
        double squares = 0;
        foreach (byte pixel in image)
            squares += pixel * pixel;
        float scale = squares > 0 ? (float)(1 / Math.Sqrt(squares)) : 0;
        for (int j = 0; j < row.Length; j++)
            row[j] = image[j] * scale;
    }

    /// <summary>The bytes of the first items: no more is unpacked, because peak memory is one of the things measured.</summary>
    static byte[] Unpack(DirectoryInfo folder, string name, int header, int limit)
    {
        using var file = new GZipStream(File.OpenRead(Path.Combine(folder.FullName, name)), CompressionMode.Decompress);
        Span<byte> head = stackalloc byte[header];
        file.ReadExactly(head);
        int count = Math.Min(limit, BinaryPrimitives.ReadInt32BigEndian(head[4..]));
        int size = 1;
        for (int at = 8; at < header; at += 4)
            size *= BinaryPrimitives.ReadInt32BigEndian(head[at..]);
        byte[] items = new byte[count * size];
        file.ReadExactly(items);
        return items;
    }
}
