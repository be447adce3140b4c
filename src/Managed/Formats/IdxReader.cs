using System.Buffers.Binary;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>
/// Reads the IDX files of the MNIST family, plain or gzip: unsigned bytes with two or more dimensions as rows of floats 0 to 255, and
/// labels. Nothing large is allocated on the word of a header.
/// </summary>
internal static class IdxReader
{
    private const int MaxDimensions = 8;
    private const int ChunkBytes = 1 << 16;

    /// <summary>Reads a folder with the MNIST file names, each with or without ".gz".</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="train">The training files (train-...) or the test files (t10k-...).</param>
    /// <param name="classNames">Names in label order; null means "0", "1", ...</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not fit.</exception>
    public static Examples ReadFolder(string folder, bool train, string[]? classNames = null)
    {
        string prefix = Path.Combine(folder, train ? "train" : "t10k");
        return Read(Existing(prefix + "-images-idx3-ubyte"), Existing(prefix + "-labels-idx1-ubyte"), classNames);
    }

    /// <summary>Reads an images file and its labels.</summary>
    /// <param name="imagesPath">The images.</param>
    /// <param name="labelsPath">The labels; null means the same name with "labels" for "images" and "idx1" for "idx3", with or without
    /// ".gz".</param>
    /// <param name="classNames">Names in label order; null means "0", "1", ...</param>
    /// <exception cref="ArgumentException">No labels file is given and the name of the images does not contain "images".</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not fit.</exception>
    public static Examples Read(string imagesPath, string? labelsPath = null, string[]? classNames = null)
    {
        InputFile.RequireFile(imagesPath);
        labelsPath ??= LabelsOf(imagesPath);
        using Stream images = InputFile.Open(imagesPath);
        using Stream labels = InputFile.Open(labelsPath);
        return Read(images, $"'{imagesPath}'", labels, $"'{labelsPath}'", classNames);
    }

    /// <summary>Reads images and labels from streams that can seek; neither is disposed.</summary>
    /// <exception cref="ArgumentException">A stream cannot seek.</exception>
    /// <exception cref="InvalidDataException">A stream is damaged, or the two do not fit.</exception>
    public static Examples Read(Stream images, Stream labels, string[]? classNames = null) =>
        Read(InputFile.Unpack(images), "the images", InputFile.Unpack(labels), "the labels", classNames);

    /// <summary>Reads an images file alone, to be predicted.</summary>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static Examples ReadImages(string imagesPath)
    {
        using Stream images = InputFile.Open(imagesPath);
        (float[] pixels, int width) = ReadPixels(images, $"'{imagesPath}'");
        return Examples.WithoutTargets(InputRows.Dense(pixels, width));
    }

    /// <summary>Reads an images file, or that of a folder with the MNIST file names, to be predicted.</summary>
    /// <param name="imagesOrFolder">The file or folder.</param>
    /// <param name="train">Of a folder, the training images or the test images.</param>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or the folder has none.</exception>
    public static Examples ReadImages(string imagesOrFolder, bool train)
    {
        if (!Directory.Exists(imagesOrFolder))
            return ReadImages(imagesOrFolder);
        string name = train ? "train-images-idx3-ubyte" : "t10k-images-idx3-ubyte", path = Path.Combine(imagesOrFolder, name);
        if (!File.Exists(path) && !File.Exists(path + ".gz"))
            throw new InvalidDataException($"'{imagesOrFolder}': expected a file {name} or {name}.gz, found none");
        return ReadImages(Existing(path));
    }

    private static Examples Read(Stream images, string imagesName, Stream labels, string labelsName, string[]? classNames)
    {
        // The labels first: they are small, and a mistake shows before the long read.
        int[] classes = ReadLabels(labels, labelsName);
        (float[] pixels, int width) = ReadPixels(images, imagesName);
        int count = pixels.Length / width;
        if (classes.Length != count)
            throw new InvalidDataException($"{labelsName}: expected {count} labels, one per image, found {classes.Length}");
        int most = classes.Max();
        if (classNames is not null && most >= classNames.Length)
            throw new InvalidDataException($"{labelsName}: expected labels from 0 to {classNames.Length - 1}, found {most}");
        return Examples.OfClasses(InputRows.Dense(pixels, width), classes, classNames ?? Examples.NumberedClasses(classes));
    }

    private static (float[] Pixels, int Width) ReadPixels(Stream stream, string name)
    {
        int[] shape = ReadHeader(stream, name, labels: false);
        long width = 1;
        foreach (int size in shape.AsSpan(1))
            width = width <= int.MaxValue ? width * size : width;
        Examples.RequireRoom(name, shape[0], width);
        var pixels = new GrowingArray<float>(shape[0] * width);
        ReadBody(stream, name, shape[0] * width, bytes =>
        {
            Span<float> added = pixels.Append(bytes.Length);
            for (int i = 0; i < bytes.Length; i++)
                added[i] = bytes[i];
        });
        return (pixels.ToArray(), (int)width);
    }

    private static int[] ReadLabels(Stream stream, string name)
    {
        int count = ReadHeader(stream, name, labels: true)[0];
        var labels = new GrowingArray<int>(count);
        ReadBody(stream, name, count, bytes =>
        {
            Span<int> added = labels.Append(bytes.Length);
            for (int i = 0; i < bytes.Length; i++)
                added[i] = bytes[i];
        });
        return labels.ToArray();
    }

    /// <summary>Two zero bytes, the type (8 = unsigned byte), the number of dimensions, then each dimension big-endian.</summary>
    private static int[] ReadHeader(Stream stream, string name, bool labels)
    {
        Span<byte> bytes = stackalloc byte[4 * (MaxDimensions + 1)];
        string expected = labels ? "the IDX magic number 0x00000801 of labels"
            : $"an IDX magic number from 0x00000802 to 0x0000080{MaxDimensions} of images";
        if (InputFile.Read(stream, bytes[..4], name) < 4)
            throw new InvalidDataException($"{name}: expected {expected}, found the end of the file");
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        long dimensions = (long)magic - 0x800;
        if (labels ? dimensions != 1 : dimensions is < 2 or > MaxDimensions)
            throw new InvalidDataException($"{name}: expected {expected}, found 0x{magic:X8}");

        var shape = new int[dimensions];
        bytes = bytes[..(4 * shape.Length)];
        if (InputFile.Read(stream, bytes, name) < bytes.Length)
            throw new InvalidDataException($"{name}: expected {dimensions} dimensions in the header, found the end of the file");
        for (int i = 0; i < shape.Length; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 * i)..]);
            if (size is 0 or > int.MaxValue)
                throw new InvalidDataException($"{name}: expected dimension {i} from 1 to {int.MaxValue}, found {size}");
            shape[i] = (int)size;
        }
        return shape;
    }

    /// <summary>Hands exactly <paramref name="expected"/> bytes on, in chunks, and refuses any after them.</summary>
    private static void ReadBody(Stream stream, string name, long expected, Action<ReadOnlySpan<byte>> take)
    {
        var chunk = new byte[Math.Min(expected, ChunkBytes)];
        for (long left = expected; left > 0;)
        {
            int wanted = (int)Math.Min(left, chunk.Length);
            int read = InputFile.Read(stream, chunk.AsSpan(0, wanted), name);
            take(chunk.AsSpan(0, read));
            left -= read;
            if (read < wanted)
                throw new InvalidDataException($"{name}: expected {expected} bytes after the header, found {expected - left}");
        }
        if (InputFile.Read(stream, chunk.AsSpan(0, 1), name) != 0)
            throw new InvalidDataException($"{name}: expected {expected} bytes after the header, found more");
    }

    private static string LabelsOf(string imagesPath)
    {
        string name = Path.GetFileName(imagesPath);
        if (!name.Contains("images", StringComparison.Ordinal))
            throw new ArgumentException(
                $"the labels of '{imagesPath}' must be named: its file name does not contain \"images\"", nameof(imagesPath));
        name = name.Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal);
        if (name.EndsWith(".gz", StringComparison.Ordinal))
            name = name[..^3];
        return Existing(Path.Combine(Path.GetDirectoryName(imagesPath) ?? "", name));
    }

    private static string Existing(string path)
    {
        if (File.Exists(path))
            return path;
        return File.Exists(path + ".gz") ? path + ".gz" : throw new FileNotFoundException($"neither '{path}' nor '{path}.gz' exists", path);
    }
}
