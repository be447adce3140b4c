using Subquad.Formats;
using Subquad.Models;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Threading;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>The kernel set that trained the model this network was loaded from; null for one made here.</summary>
    public string? TrainedBy { get; private init; }

    /// <summary>
    /// Writes the network as safetensors: W.l [m_l, m_(l-1)], theta.l [m_l], A [m_L, C] and, with direct weights, B [m_0, C], float32;
    /// everything else a prediction needs is in the metadata, and the SHA-256 of the data. The file appears whole or not at all. Terms that
    /// are held beside weights of the network's own are added to them first: that has the network alone, waits for calls in flight and
    /// refuses others until the file is written. Without such terms, beside shared weights and from the callback of a fit nothing is
    /// changed, and other calls run side by side; held terms are in the file.
    /// </summary>
    /// <param name="path">The file; overwritten.</param>
    /// <exception cref="InvalidOperationException">The hidden weights were rounded when they were loaded; or an operation has the network
    /// alone, such as a fit.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Save(model => ModelFile.Write(path, model));
    }

    /// <summary>
    /// Writes the same bytes to a stream, from front to back, as <see cref="Save(string)"/> does to a file. The stream need not seek; it is
    /// neither flushed nor disposed. When writing fails, a part may be written.
    /// </summary>
    /// <param name="stream">Where the model goes, from its present position on.</param>
    /// <exception cref="ArgumentException">The stream cannot be written to.</exception>
    /// <exception cref="InvalidOperationException">The hidden weights were rounded when they were loaded; or an operation has the network
    /// alone, such as a fit.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void Save(Stream stream)
    {
        RequireWritable(stream);
        Save(model => ModelFile.Write(stream, model));
    }

    private void Save(Func<ModelDescription, string> write)
    {
        using (SharedCall call = _gate.Share(this))
        {
            RequireFloat32();
            Layers.ApplyPending();
            // A fit around the call computes with its bases as they are.
            if (call.IsNested || !Weights.HasTermsToFold)
            {
                Write(write);
                return;
            }
        }
        _gate.EnterAlone(AloneOperation.Save);
        try
        {
            using (var team = new WorkerTeam(Environment.ProcessorCount))
                Weights.Flush(new TeamKernels(Kernels, team));
            Write(write);
        }
        finally
        {
            _gate.LeaveAlone();
            GC.KeepAlive(this);
        }
    }

    private void Write(Func<ModelDescription, string> write)
    {
        string hash = write(Describe());
        // Terms that stay beside the weights are in the file, and still belong to the base that they were made from.
        if (Weights.HasTerms)
            return;
        lock (_base)
        {
            BaseHash = hash;
            Weights.StartFromBase();
        }
    }

    private static void RequireDefined(WeightFormat weights)
    {
        if (!Enum.IsDefined(weights))
            throw new ArgumentException($"expected a defined format of weights, found {weights}", nameof(weights));
    }

    /// <summary>Refuses a stream that cannot be written to.</summary>
    internal static void RequireWritable(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
            throw new ArgumentException("expected a stream that can be written to, found one that is closed or only read", nameof(stream));
    }

    /// <summary>
    /// Reads a network that <see cref="Save(string)"/> wrote. Its predictions are bit-identical to those before saving, on the same kernel
    /// set.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="kernels">Default: <see cref="KernelSets.Best"/>; which set trained the model does not matter.</param>
    /// <param name="sharesBase">Whether the hidden weights are mapped from the file beside the model that <see cref="SavePanels"/> wrote,
    /// instead of being read into memory: all processes and networks that do so share one copy, which nothing ever writes to. What training
    /// changes is then kept beside it.</param>
    /// <param name="weights">How the hidden weights lie in memory. <see cref="WeightFormat.BFloat16"/> is for predictions and evaluation
    /// only: half the memory, and float32 weights are never there all at once.</param>
    /// <param name="verify">Whether shared weights are read once and compared with the checksums of the model; false leaves their pages
    /// untouched until they are used, and damage in them is not found. All else is always verified.</param>
    /// <remarks>A mapped file must not be shortened in place: on Linux and macOS the system ends a process that touches pages that are gone
    /// (SIGBUS), on Windows it refuses to shorten the file. Files that are replaced by a rename, as all writers here do, stay whole for
    /// those who have mapped them.</remarks>
    /// <exception cref="ArgumentException">The format of the weights is not defined, or shared weights were asked for in another one than
    /// the file's float32.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no model, or is damaged; the message names file and tensor or field. Or the file
    /// of panels belongs to other weights.</exception>
    /// <exception cref="InsufficientMemoryException">The weights do not fit.</exception>
    public static Network Load(
        string path, KernelSet? kernels = null, bool sharesBase = false, WeightFormat weights = WeightFormat.Float32,
        bool verify = true)
    {
        ArgumentNullException.ThrowIfNull(path);
        RequireDefined(weights);
        if (sharesBase && weights != WeightFormat.Float32)
        {
            string expected = $"expected {WeightFormat.Float32}, in which shared weights lie in their file";
            throw new ArgumentException($"{expected}, found {weights}", nameof(weights));
        }
        // What reads the tensors checks their numbers, whatever they come from.
        using SafetensorsFile file = SafetensorsFile.Open(path, checkFinite: false);
        return sharesBase ? LoadShared(path, file, kernels, verify) : Build(ModelFile.Read(file, verifies: true), kernels, weights);
    }

    /// <summary>
    /// Reads a network from a stream, whose rest is the model. A stream that does not seek is copied first, to memory or, if it is large,
    /// to a temporary file. The stream is not disposed.
    /// </summary>
    /// <param name="stream">What <see cref="Save(Stream)"/> or <see cref="Save(string)"/> wrote, from the present position on.</param>
    /// <param name="kernels">Default: <see cref="KernelSets.Best"/>; which set trained the model does not matter.</param>
    /// <param name="weights">How the hidden weights lie in memory, as in <see cref="Load(string, KernelSet?, bool, WeightFormat, bool)"/>.
    /// </param>
    /// <exception cref="ArgumentException">The stream cannot be read, or the format of the weights is not defined.</exception>
    /// <exception cref="InvalidDataException">The content is no model, or is damaged; the message names tensor or field.</exception>
    /// <exception cref="InsufficientMemoryException">The weights do not fit.</exception>
    public static Network Load(Stream stream, KernelSet? kernels = null, WeightFormat weights = WeightFormat.Float32)
    {
        ArgumentNullException.ThrowIfNull(stream);
        RequireDefined(weights);
        using SafetensorsFile file = SafetensorsFile.Open(stream, checkFinite: false);
        return Build(ModelFile.Read(file, verifies: true), kernels, weights);
    }

    /// <summary>Reads a network from memory, see <see cref="Load(Stream, KernelSet?, WeightFormat)"/>.</summary>
    /// <param name="content">A model and nothing else.</param>
    /// <param name="kernels">Default: <see cref="KernelSets.Best"/>.</param>
    /// <param name="weights">How the hidden weights lie in memory.</param>
    /// <exception cref="InvalidDataException">The content is no model, or is damaged; the message names tensor or field.</exception>
    /// <exception cref="InsufficientMemoryException">The weights do not fit.</exception>
    public static Network Load(ReadOnlyMemory<byte> content, KernelSet? kernels = null, WeightFormat weights = WeightFormat.Float32)
    {
        using Stream stream = RandomBytes.StreamOf(content);
        return Load(stream, kernels, weights);
    }
}
