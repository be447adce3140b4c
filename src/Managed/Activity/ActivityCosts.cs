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
    /// <param name="active">Active inputs of a datum.</param>
    /// <param name="threads">Workers.</param>
    public static double SecondsOfFull(HiddenLayer layer, int data, double active, int threads)
    {
        double elements = data * active * layer.Width, touched = 1 - Math.Pow(1 - active / layer.Inputs, data);
        return Math.Max(elements * FullSecondsPerElement / threads, touched * sizeof(float) * layer.Width * layer.Inputs * SecondsPerByte);
    }

    /// <summary>Seconds of computing <paramref name="rows"/> neurons of each datum, and of scanning the bound.</summary>
    public static double SecondsOfCertified(HiddenLayer layer, int data, double active, double rows, int threads)
    {
        const int LineFloats = 16;
        double pairs = data * active * rows, share = rows / layer.Width;
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
        CertificatePolicy policy, HiddenLayer layer, ActiveBatch inputs, double computed, double active, int threads, ref double spent)
    {
        double uncertain = Math.Max(0, computed - active);
        if (uncertain > policy.MostUncertain)
            return false;
        if (!policy.FollowsCosts)
        {
            spent += uncertain * PairSecondsPerElement / FullSecondsPerElement;
            return spent <= policy.PassesBeforeRenewal;
        }
        double perDatum = (double)inputs.EntryCount / Math.Max(1, inputs.Count),
            full = SecondsOfFull(layer, inputs.Count, perDatum, threads);
        double certified = SecondsOfCertified(layer, inputs.Count, perDatum, computed * layer.Width, threads);
        spent += (certified - SecondsOfCertified(layer, inputs.Count, perDatum, active * layer.Width, threads)) / full;
        return certified <= policy.PassesBeforeRenewal * full && spent <= policy.PassesBeforeRenewal;
    }

    /// <summary>Whether a certificate that leaves nothing uncertain would beat the full pass.</summary>
    public static bool CertificatePays(HiddenLayer layer, ActiveBatch inputs, double active, int threads)
    {
        double perDatum = (double)inputs.EntryCount / Math.Max(1, inputs.Count);
        return SecondsOfCertified(layer, inputs.Count, perDatum, active, threads) < SecondsOfFull(layer, inputs.Count, perDatum, threads);
    }

    /// <summary>
    /// The cheapest way to find the active sets of a first hidden layer that is the lowest trained one. Other ways round differently, so
    /// the choice looks at sizes only: the same everywhere and for any number of threads. Tournament trees bring their levels up to date on
    /// top of what the scan needs, and are never the cheapest.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="data">Data.</param>
    public static ActivityStrategy CheapestForFirst(HiddenLayer layer, int data)
    {
        double neurons = layer.Width, d = layer.Inputs, density = layer.ExpectedDensity,
            moved = neurons * (1 - Math.Pow(1 - density, data));
        double scan = neurons * (ScanPerNeuron + ScanPerPair * data);
        double overWeights = neurons * WeightsPerNeuron + moved * WeightsPerMoved * d * d + data * neurons * density * WeightsPerHit;
        double overData = neurons * DataPerNeuron + moved * (DataPerMoved + DataPerMovedPair * d * data);
        if (scan <= Math.Min(overWeights, overData))
            return ActivityStrategy.Full;
        return overWeights <= overData ? ActivityStrategy.HalfSpaceOverWeights : ActivityStrategy.HalfSpaceOverData;
    }
}
