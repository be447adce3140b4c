using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>
/// Reads the IDX files of the MNIST family, plain or gzip: numbers of any IDX type with two or more dimensions as rows of floats (bytes
/// become 0 to 255), and labels, which have one dimension. Nothing large is allocated on the word of a header.
/// </summary>
internal static partial class IdxReader
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
        return Read(Existing($"{prefix}-images{End(3)}"), Existing($"{prefix}-labels{End(1)}"), classNames);
    }

    /// <summary>Reads an images file and its labels.</summary>
    /// <param name="imagesPath">The images.</param>
    /// <param name="labelsPath">The labels; null means the same name with "labels" for "images" and "idx1" for the images' rank, with or
    /// without ".gz".</param>
    /// <param name="classNames">Names in label order; null means "0", "1", ...</param>
    /// <exception cref="ArgumentException">No labels file is given and the name of the images does not contain "images".</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not fit.</exception>
    public static Examples Read(string imagesPath, string? labelsPath = null, string[]? classNames = null)
    {
        InputFile.RequireFile(imagesPath);
        labelsPath ??= LabelsOf(imagesPath);
        return Read((InputSource)imagesPath, labelsPath, classNames);
    }

    /// <summary>Reads images and labels from streams; neither is disposed.</summary>
    /// <exception cref="InvalidDataException">A stream is damaged, or the two do not fit.</exception>
    public static Examples Read(Stream images, Stream labels, string[]? classNames = null) =>
        Read(InputSource.Of(images, "the images"), InputSource.Of(labels, "the labels"), classNames);

    /// <summary>Reads an images file alone, to be predicted.</summary>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static Examples ReadImages(InputSource source)
    {
        using Stream images = source.Open();
        (float[] pixels, int width) = ReadPixels(images, source.Name);
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
        string name = (train ? "train-images" : "t10k-images") + End(3), path = Path.Combine(imagesOrFolder, name);
        if (Find(path) is not { } found)
            throw new InvalidDataException($"'{imagesOrFolder}': expected a file {name} or {name}.gz, found none");
        return ReadImages(found);
    }

    private static Examples Read(InputSource imagesSource, InputSource labelsSource, string[]? classNames)
    {
        using Stream images = imagesSource.Open();
        using Stream labels = labelsSource.Open();
        // The labels first: they are small, and a mistake shows before the long read.
        int[] classes = ReadLabels(labels, labelsSource.Name);
        (float[] pixels, int width) = ReadPixels(images, imagesSource.Name);
        int count = pixels.Length / width;
        if (classes.Length != count)
            throw new InvalidDataException($"{labelsSource.Name}: expected {count} labels, one per image, found {classes.Length}");
        int most = classes.Max();
        if (classNames is not null && most >= classNames.Length)
            throw new InvalidDataException($"{labelsSource.Name}: expected labels from 0 to {classNames.Length - 1}, found {most}");
        return Examples.OfClasses(InputRows.Dense(pixels, width), classes, classNames ?? Examples.NumberedClasses(classes));
    }

    private static (float[] Pixels, int Width) ReadPixels(Stream stream, string name)
    {
        (int[] shape, IdxType type) = ReadHeader(stream, name, labels: false);
        long width = 1;
        foreach (int size in shape.AsSpan(1))
            width = width <= int.MaxValue ? width * size : width;
        Examples.RequireRoom(name, shape[0], width);
        var pixels = new GrowingArray<float>(shape[0] * width);
        ReadBody(stream, name, shape[0] * width, type, bytes =>
        {
            Span<float> added = pixels.Append(bytes.Length / type.Bytes);
            for (int i = 0; i < added.Length; i++)
                added[i] = (float)type.Read(bytes[(i * type.Bytes)..]);
        });
        return (pixels.ToArray(), (int)width);
    }

    private static int[] ReadLabels(Stream stream, string name)
    {
        (int[] shape, IdxType type) = ReadHeader(stream, name, labels: true);
        var labels = new GrowingArray<int>(shape[0]);
        ReadBody(stream, name, shape[0], type, bytes =>
        {
            Span<int> added = labels.Append(bytes.Length / type.Bytes);
            for (int i = 0; i < added.Length; i++)
            {
                double label = type.Read(bytes[(i * type.Bytes)..]);
                added[i] = label is >= 0 and <= int.MaxValue && label == Math.Floor(label) ? (int)label
                    : throw new InvalidDataException($"{name}: expected whole labels from 0 on, found {label}");
            }
        });
        return labels.ToArray();
    }

    /// <summary>Two zero bytes, the type, the number of dimensions, then each dimension big-endian.</summary>
    private static (int[] Shape, IdxType Type) ReadHeader(Stream stream, string name, bool labels)
    {
        Span<byte> bytes = stackalloc byte[4 * (MaxDimensions + 1)];
        string expected = labels ? "the IDX magic number 0x00000801 of labels"
            : $"an IDX magic number from 0x00000802 to 0x0000080{MaxDimensions} of images";
        if (InputFile.Read(stream, bytes[..4], name) < 4)
            throw new InvalidDataException($"{name}: expected {expected}, found the end of the file");
        int dimensions = bytes[3];
        if (bytes[0] != 0 || bytes[1] != 0 || IdxType.Of(bytes[2]) is not { } type
            || (labels ? dimensions != 1 : dimensions is < 2 or > MaxDimensions))
            throw new InvalidDataException($"{name}: expected {expected}, found 0x{BinaryPrimitives.ReadUInt32BigEndian(bytes):X8}");

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
        return (shape, type);
    }

    /// <summary>Hands the bytes of exactly <paramref name="numbers"/> numbers on, in chunks, and refuses any after them.</summary>
    private static void ReadBody(Stream stream, string name, long numbers, IdxType type, Action<ReadOnlySpan<byte>> take)
    {
        long expected = numbers * type.Bytes;
        // A multiple of every size of a number.
        var chunk = new byte[Math.Min(expected, ChunkBytes)];
        for (long left = expected; left > 0;)
        {
            int wanted = (int)Math.Min(left, chunk.Length);
            int read = InputFile.Read(stream, chunk.AsSpan(0, wanted), name);
            left -= read;
            if (read < wanted)
                throw new InvalidDataException($"{name}: expected {expected} bytes after the header, found {expected - left}");
            take(chunk.AsSpan(0, read));
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
        name = Rank().Replace(name.Replace("images", "labels", StringComparison.Ordinal), "idx1");
        if (name.EndsWith(".gz", StringComparison.Ordinal))
            name = name[..^3];
        return Existing(Path.Combine(Path.GetDirectoryName(imagesPath) ?? "", name));
    }

    /// <summary>How the name of a file of the MNIST family ends.</summary>
    private static string End(int rank) => $"-idx{rank}-ubyte";

    private static string Existing(string path) =>
        Find(path) ?? throw new FileNotFoundException($"neither '{path}' nor '{path}.gz' exists", path);

    /// <summary>A file under its name, packed or not; many archives have a dot for the dash before the rank.</summary>
    private static string? Find(string path)
    {
        string dotted = path.Replace("-idx", ".idx", StringComparison.Ordinal);
        return new[] { path, path + ".gz", dotted, dotted + ".gz" }.FirstOrDefault(File.Exists);
    }

    [GeneratedRegex(@"idx\d")]
    private static partial Regex Rank();
}
