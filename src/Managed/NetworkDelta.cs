using Subquad.Formats;
using Subquad.Models;
using Subquad.Weights;

namespace Subquad;

public sealed partial class Network
{
    // Saves side by side say what later changes are counted from: the hash and the weights' own mark change together.
    private readonly Lock _base = new();

    /// <summary>
    /// Rank-one terms that are kept beside the weights of each hidden layer; all 0 for a network whose weights are those of its model.
    /// Thread-safe.
    /// </summary>
    /// <exception cref="InvalidOperationException">An operation has the network alone, such as a fit; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public IReadOnlyList<int> DeltaRanks
    {
        get
        {
            using SharedCall call = _gate.Share(this);
            return [.. Weights.Select(weights => weights.Rank)];
        }
    }

    /// <summary>
    /// Writes what training changed since the model was loaded or last saved: the low-rank terms beside the hidden weights, the output
    /// matrix, direct weights, and the hash of the model they belong to. Needs changes that were kept apart: those of a network that shares
    /// its base, or was trained with <see cref="FlushPolicy.Never"/>. Thread-safe.
    /// </summary>
    /// <param name="path">The file, in the safetensors format; overwritten, whole or not at all.</param>
    /// <exception cref="InvalidOperationException">
    /// The network belongs to no model file, a change was added to the weights themselves, or they were rounded when they were loaded; or
    /// an operation has the network alone.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void SaveDelta(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        SaveDelta(delta => DeltaFile.Write(path, delta));
    }

    /// <summary>
    /// Writes the same bytes to a stream, from front to back, as <see cref="SaveDelta(string)"/> does to a file. The stream need not seek;
    /// it is neither flushed nor disposed.
    /// </summary>
    /// <param name="stream">Where the delta goes, from its present position on.</param>
    /// <exception cref="ArgumentException">The stream cannot be written to.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="SaveDelta(string)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void SaveDelta(Stream stream)
    {
        RequireWritable(stream);
        SaveDelta(delta => DeltaFile.Write(stream, delta));
    }

    private void SaveDelta(Action<ModelDelta> write)
    {
        using SharedCall call = _gate.Share(this);
        RequireFloat32();
        Layers.ApplyPending();
        write(new ModelDelta
        {
            BaseHash = RequireBase(),
            Layers = Shape.Layers(),
            HiddenStepScale = HiddenStepScale,
            Calibration = Calibration,
            TrainedBy = Kernels.Name,
            Terms = [.. Weights.Select(weights => weights.Terms)],
            DirectStepScale = Layers.Direct?.StepScale,
            Output = ParameterTensors.OfOutput(Layers),
        });
    }

    /// <summary>
    /// Makes a model the fine-tune that <see cref="SaveDelta(string)"/> kept: predictions are bit-identical to those of the network that
    /// wrote it, on the same kernel set. The weights are not touched, the terms stay beside them. Has the network alone: waits for calls in
    /// flight, and calls that come meanwhile are refused.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no delta, belongs to another model (the message names both hashes), or is
    /// damaged; the network is as before.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network belongs to no model file, was changed since it was loaded, or was rounded then; or another operation has the network
    /// alone, such as a fit, from whose callback this call may come.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void ApplyDelta(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ApplyDelta(() => SafetensorsFile.Open(path));
    }

    /// <summary>
    /// Makes a model the fine-tune in a stream, whose rest is the delta, as <see cref="ApplyDelta(string)"/> does. The stream need not
    /// seek; it is not disposed.
    /// </summary>
    /// <param name="stream">What <see cref="SaveDelta(Stream)"/> or <see cref="SaveDelta(string)"/> wrote.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="ApplyDelta(string)"/>; the network is as before.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="ApplyDelta(string)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void ApplyDelta(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        InputSource.RequireReadable(stream);
        ApplyDelta(() => SafetensorsFile.Open(stream));
    }

    private void ApplyDelta(Func<SafetensorsFile> open)
    {
        _gate.EnterAlone(AloneOperation.ApplyDelta);
        try
        {
            ReadDelta(open);
        }
        finally
        {
            _gate.LeaveAlone();
            GC.KeepAlive(this);
        }
    }

    private void ReadDelta(Func<SafetensorsFile> open)
    {
        RequireFloat32();
        string hash = RequireBase();
        if (Weights.HasTerms)
            throw new InvalidOperationException(
                "expected a model as it was loaded, found one that holds a change already; load the model anew");
        using SafetensorsFile file = open();
        ModelDelta delta = DeltaFile.Read(file, hash, Shape.Layers());
        for (int layer = 0; layer < delta.Terms.Count; layer++)
            foreach (LowRankTerms terms in delta.Terms[layer])
                Weights[layer].Append(terms);
        ParameterTensors.ReadOutput(delta.Output, file.Name, Layers);
        HiddenStepScale = delta.HiddenStepScale;
        Calibration = delta.Calibration;
        if (Layers.Direct is { } direct)
            direct.StepScale = delta.DirectStepScale ?? 0;
    }

    /// <summary>The hash of the model that the hidden weights, without what is held beside them, are still those of.</summary>
    private string RequireBase()
    {
        lock (_base)
        {
            if (BaseHash is null)
                throw new InvalidOperationException(
                    "expected a network that was loaded from a model or saved to one, found one that was only drawn: "
                    + "a delta needs a model that it belongs to");
            if (Weights.IsBaseChanged)
                throw new InvalidOperationException(
                    "expected changes that were kept beside the weights, found some that were added to them; "
                    + "load the model with sharesBase, or fine-tune it with FlushPolicy.Never");
            return BaseHash;
        }
    }
}
