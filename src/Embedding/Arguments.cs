using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Embedding;

/// <summary>Reads what C hands in, and refuses what cannot be.</summary>
internal static unsafe class Arguments
{
    private const int MostClasses = 1 << 20;

    /// <summary>A struct that the caller filled as far as it knows it; what it does not know is zero, the default.</summary>
    public static T Read<T>(T* pointer) where T : unmanaged, IVersioned
    {
        var value = default(T);
        Unsafe.CopyBlockUnaligned(&value, pointer, SizeOf(pointer));
        return value;
    }

    /// <summary>Fills a struct as far as the caller knows it.</summary>
    public static void Write<T>(T* pointer, T value) where T : unmanaged, IVersioned
    {
        uint size = SizeOf(pointer);
        *(uint*)&value = size;
        Unsafe.CopyBlockUnaligned(pointer, &value, size);
    }

    /// <summary>
    /// The size that the caller knows the struct by. This is the first version of all of them, so there is no smaller one.
    /// </summary>
    public static uint SizeOf<T>(T* pointer) where T : unmanaged, IVersioned
    {
        if (pointer == null)
            throw Refused($"{T.Name}: expected a struct, found NULL");
        uint size = *(uint*)pointer;
        return size == sizeof(T) ? size
            : throw Refused($"{T.Name}.size: expected {sizeof(T)}, the size of the struct in the header of this library, found {size}");
    }

    public static string Path(byte* path)
    {
        if (path == null)
            throw Refused("path: expected a file, found NULL");
        ReadOnlySpan<byte> bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(path);
        if (bytes.IsEmpty)
            throw Refused("path: expected a file, found an empty name");
        // Other bytes would become another name, and another file.
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Refused("path: expected UTF-8 text, found other bytes");
    }

    public static KernelSet Kernels(byte* name) =>
        Marshal.PtrToStringUTF8((nint)name) is { } text ? KernelSets.ByName(text) : KernelSets.Best;

    public static int Threads(int threads) => threads switch
    {
        0 => Environment.ProcessorCount,
        >= 1 and <= 4096 => threads,
        _ => throw Refused($"threads: expected 0 to 4096, found {threads}"),
    };

    public static NetworkShape Shape(in ShapeView shape)
    {
        if (shape.HiddenCount is < 1 or > 1024)
            throw Refused($"shape.hidden_count: expected 1 to 1024, found {shape.HiddenCount}");
        if (shape.Hidden == null)
            throw Refused($"shape.hidden: expected {shape.HiddenCount} widths, found NULL");
        return new NetworkShape
        {
            Hidden = new ReadOnlySpan<int>(shape.Hidden, shape.HiddenCount).ToArray(),
            Densities = shape.Densities == null ? null : new ReadOnlySpan<double>(shape.Densities, shape.HiddenCount).ToArray(),
            Normalisation = Flag(shape.Plain, "shape.plain") ? Normalisation.Plain : Normalisation.Normalised,
        };
    }

    public static GaussNewtonOptions Options(in OptionsView options)
    {
        var defaults = new GaussNewtonOptions();
        return defaults with
        {
            Steps = options.Steps == 0 ? defaults.Steps : options.Steps,
            Batch = options.Batch,
            TrainFrom = options.TrainFrom == 0 ? null : options.TrainFrom,
            Threads = Threads(options.Threads),
            TrainOutput = !Flag(options.KeepOutput, "options.keep_output"),
            Damping = options.Damping == 0 ? defaults.Damping : options.Damping,
            HiddenShare = options.HiddenShare == 0 ? defaults.HiddenShare : options.HiddenShare,
            ResidualTolerance = options.ResidualTolerance == 0 ? defaults.ResidualTolerance : options.ResidualTolerance,
            Seed = options.Seed == 0 ? defaults.Seed : options.Seed,
            // The interface has no such option, and its fits without held-out rows have always gone on until the residual is small.
            LeaveOneOut = LeaveOneOutChoice.Off,
        };
    }

    /// <summary>A copy of the rows.</summary>
    public static Dataset Rows(in DataView data)
    {
        bool isAsGiven = Flag(data.AsGiven, "data.as_given");
        if (data.Reserved != 0)
            throw Refused($"data.reserved: expected 0, found {data.Reserved}");
        Dataset rows = Copied(data);
        return isAsGiven ? rows.WithoutTransforms() : rows;
    }

    private static Dataset Copied(in DataView data)
    {
        if (data.Features == null)
            throw Refused("data.features: expected rows, found NULL");
        if ((data.Labels == null) == (data.Targets == null))
            throw Refused($"data: expected either labels or targets, found {(data.Labels == null ? "neither" : "both")}");
        var features = new ReadOnlySpan<float>(data.Features, Numbers("data", "inputs", data.Rows, data.Inputs));
        if (data.Targets != null)
        {
            int outputs = data.Outputs == 0 ? 1 : data.Outputs;
            return Dataset.From(
                features, data.Inputs, new ReadOnlySpan<float>(data.Targets, Numbers("data", "outputs", data.Rows, outputs)), outputs);
        }
        if (data.Classes is not 0 and (< 2 or > MostClasses))
            throw Refused($"data.classes: expected 2 to {MostClasses}, or 0, found {data.Classes}");
        string[]? names = data.Classes == 0 ? null
            : [.. Enumerable.Range(0, data.Classes).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        return Dataset.From(features, data.Inputs, new ReadOnlySpan<int>(data.Labels, (int)data.Rows), names);
    }

    public static StatusException Refused(string message) => new(Status.InvalidArgument, message);

    private static int Numbers(string name, string field, long rows, int width)
    {
        if (rows < 1)
            throw Refused($"{name}.rows: expected 1 or more, found {rows}");
        if (width < 1)
            throw Refused($"{name}.{field}: expected 1 or more, found {width}");
        return rows <= Array.MaxLength / width ? (int)(rows * width)
            : throw Refused($"{name}: expected at most {Array.MaxLength} numbers, found {rows} rows of {width}");
    }

    private static bool Flag(int value, string field) =>
        value is 0 or 1 ? value == 1 : throw Refused($"{field}: expected 0 or 1, found {value}");
}
