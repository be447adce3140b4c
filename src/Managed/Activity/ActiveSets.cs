using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Activity;

/// <summary>
/// Which neurons of one layer fire for each datum of a batch, with their values h and norms: every pre-activation is compared with its
/// threshold, so the set is the exact one for the arithmetic used.
/// </summary>
internal sealed class ActiveSets : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly Action<int, int> _normalise;
    private const int Chunk = 64;

    private NativeBuffer<float> _norms = new(0);

    public ActiveSets(TeamKernels kernels)
    {
        _kernels = kernels;
        _normalise = (chunk, _) => Normalise(chunk * Chunk, Math.Min(Active.Count, (chunk + 1) * Chunk));
    }

    /// <summary>The sets, and h.</summary>
    public ActiveBatch Active { get; } = new();

    /// <summary>The norm that h was divided by, per datum; 1 for a plain layer, 0 for a dead datum.</summary>
    public ReadOnlySpan<float> Norms => _norms.Slice(0, Active.Count);

    /// <summary>Data for which no neuron fires.</summary>
    public int Dead
    {
        get
        {
            int dead = 0;
            foreach (float norm in Norms)
                dead += norm == 0 ? 1 : 0;
            return dead;
        }
    }

    /// <summary>Finds the sets from the pre-activations of a layer.</summary>
    public void Find(PanelMatrix sums, HiddenLayer layer, float gain, bool normalised)
    {
        _kernels.Threshold(sums, layer.Thresholds, gain, Active);
        Finish(normalised);
    }

    /// <summary>Norms, and the division by them, once <see cref="Active"/> holds the sets and gain * (sum - threshold).</summary>
    public void Finish(bool normalised)
    {
        GrowOnlyBuffer.EnsureCapacity(ref _norms, Active.Count);
        if (normalised)
            _kernels.Team.Run((Active.Count + Chunk - 1) / Chunk, _normalise);
        else
            MarkDead();
    }

    public void Dispose()
    {
        Active.Dispose();
        _norms.Dispose();
    }

    private void MarkDead()
    {
        for (int datum = 0; datum < Active.Count; datum++)
            _norms[datum] = Active.LengthOf(datum) == 0 ? 0f : 1f;
    }

    private void Normalise(int from, int to)
    {
        for (int datum = from; datum < to; datum++)
        {
            double squares = 0;
            for (int block = 0; block < Active.Blocks; block++)
            {
                (long start, int length) = Active.Segment(block, datum);
                foreach (float value in Active.Values.Slice(start, length))
                    squares += (double)value * value;
            }
            double norm = Math.Sqrt(squares);
            _norms[datum] = (float)norm;
            if (norm == 0)
                continue;
            float inverse = (float)(1 / norm);
            for (int block = 0; block < Active.Blocks; block++)
            {
                (long start, int length) = Active.Segment(block, datum);
                foreach (ref float value in Active.Values.Slice(start, length))
                    value *= inverse;
            }
        }
    }
}
