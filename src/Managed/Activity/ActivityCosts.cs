using Subquad.Layers;
using Subquad.Simd.Memory;

namespace Subquad.Activity;

/// <summary>What the ways to find active sets cost: the constants of the cost model. That for the first layer follows sizes only.</summary>
internal static class ActivityCosts
{
    // Seconds per multiply-add of one worker, and per byte of all, from perf/results (kernels, m = 16,384): only their ratios matter.
    private const double FullSecondsPerElement = 1 / 33e9;
    private const double PairSecondsPerElement = 1 / 0.7e9;
    private const double SecondsPerByte = 1 / 28e9;
    private const double SecondsPerLine = 1 / 200e6;

    // Nanoseconds of a step of the lowest trained layer, fitted to perf/results (strategies): per neuron, per neuron that moves, and per
    // neuron and datum.
    private const double ScanPerNeuron = 64, ScanPerPair = 0.67;
    private const double WeightsPerNeuron = 80, WeightsPerMoved = 4, WeightsPerHit = 17;
    private const double DataPerNeuron = 90, DataPerMoved = 60, DataPerMovedPair = 0.13;

    /// <summary>Seconds of a full pass over a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="data">Data.</param>
    /// <param name="threads">Workers.</param>
    public static double SecondsOfFull(LayerSize layer, int data, int threads)
    {
        double active = layer.ActiveInputs, touched = 1 - Math.Pow(1 - active / layer.Inputs, data);
        double elements = data * active * layer.Width;
        return Math.Max(elements * FullSecondsPerElement / threads, touched * sizeof(float) * layer.Width * layer.Inputs * SecondsPerByte);
    }

    /// <summary>Seconds of computing <paramref name="rows"/> neurons of each datum, and of scanning the bound.</summary>
    public static double SecondsOfCertified(LayerSize layer, int data, double rows, int threads)
    {
        const int LineFloats = 16;
        double active = layer.ActiveInputs, pairs = data * active * rows, share = rows / layer.Width;
        double lineUsed = 1 - Math.Pow(1 - share, LineFloats);
        double lines = (double)layer.Width / LineFloats * layer.Inputs * (1 - Math.Pow(1 - active / layer.Inputs * lineUsed, data));
        double read = Math.Min(lines * SecondsPerLine, sizeof(float) * (double)layer.Width * layer.Inputs * SecondsPerByte);
        double scan = 6.0 * sizeof(float) * layer.Width * data * SecondsPerByte;
        return Math.Max(pairs * PairSecondsPerElement / threads, read) + scan;
    }

    /// <summary>Whether to go on with a reference.</summary>
    /// <param name="policy">The limits.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">What enters it.</param>
    /// <param name="computed">Share of the neurons that would be computed.</param>
    /// <param name="active">Share that fired last.</param>
    /// <param name="threads">Workers.</param>
    /// <param name="spent">Full passes' worth of uncertain neurons since the reference was taken.</param>
    public static bool Keeps(
        CertificatePolicy policy, Layer layer, ActiveBatch inputs, double computed, double active, int threads, ref double spent)
    {
        double uncertain = Math.Max(0, computed - active);
        if (uncertain > policy.MostUncertain)
            return false;
        if (!policy.FollowsCosts)
        {
            spent += uncertain * PairSecondsPerElement / FullSecondsPerElement;
            return spent <= policy.PassesBeforeRenewal;
        }
        var size = new LayerSize(layer.Width, active * layer.Width, layer.Inputs, PerDatum(inputs));
        double full = SecondsOfFull(size, inputs.Count, threads);
        double certified = SecondsOfCertified(size, inputs.Count, computed * layer.Width, threads);
        spent += (certified - SecondsOfCertified(size, inputs.Count, size.Active, threads)) / full;
        return certified <= policy.PassesBeforeRenewal * full && spent <= policy.PassesBeforeRenewal;
    }

    /// <summary>Whether a certificate that leaves nothing uncertain would beat the full pass.</summary>
    public static bool CertificatePays(LayerSize layer, int data, int threads) =>
        SecondsOfCertified(layer, data, layer.Active, threads) < SecondsOfFull(layer, data, threads);

    /// <summary>Entries of a datum, on average.</summary>
    public static double PerDatum(ActiveBatch lists) => (double)lists.EntryCount / Math.Max(1, lists.Count);

    /// <summary>
    /// The cheapest way to find the active sets of a first hidden layer that is the lowest trained one. Other ways round differently, so
    /// the choice looks at sizes only: the same everywhere and for any number of threads. Tournament trees bring their levels up to date on
    /// top of what the scan needs, and are never the cheapest.
    /// </summary>
    /// <param name="width">Neurons.</param>
    /// <param name="inputs">Inputs.</param>
    /// <param name="density">The share of neurons that is expected to fire.</param>
    /// <param name="data">Data.</param>
    public static ActivityStrategy CheapestForFirst(int width, int inputs, double density, int data)
    {
        double neurons = width, d = inputs, moved = neurons * (1 - Math.Pow(1 - density, data));
        double scan = neurons * (ScanPerNeuron + ScanPerPair * data);
        double overWeights = neurons * WeightsPerNeuron + moved * WeightsPerMoved * d * d + data * neurons * density * WeightsPerHit;
        double overData = neurons * DataPerNeuron + moved * (DataPerMoved + DataPerMovedPair * d * data);
        if (scan <= Math.Min(overWeights, overData))
            return ActivityStrategy.Full;
        return overWeights <= overData ? ActivityStrategy.HalfSpaceOverWeights : ActivityStrategy.HalfSpaceOverData;
    }
}
