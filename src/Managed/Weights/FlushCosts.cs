using Subquad.Simd.Memory;

namespace Subquad.Weights;

/// <summary>
/// What it costs to hold terms and to flush them, and how many to hold. Every term is scattered once in the end, so holding saves nothing
/// where a scatter is bound by its elements; with few data it is bound by the lines of W that it reads and writes, and steps that are
/// scattered together share those. Constants in one place; sizes are all that is looked at, so that the choice, and with it the bits, is
/// the same everywhere and for any number of threads.
/// </summary>
internal static class FlushCosts
{
    // Nanoseconds on two threads: of a scatter, per 64-byte line of W and per element (perf/results, kernels, m = 8,192 and 16,384).
    private const double PerLine = 4.2, PerElement = 0.5;

    // Of a product with a group of terms, to begin, per datum and neuron, and per multiply-add (data in whole pairs of panels); of an
    // append, per entry of the group that is transposed (perf/EndToEnd, Solvers/HeldProductCases).
    private const double PerProduct = 20_000, PerPair = 0.65, PerMultiplyAdd = 0.014, PerEntry = 3.5;

    private const int LineFloats = 16, MostSteps = 32;

    // Steps are held only when that is cheaper by a tenth: the numbers of passes are guesses.
    private const double WorthWhile = 0.9;

    // Passes through a layer in a step: one forward; backward one for a single output, else those of the four probes, of the conjugate
    // gradients (there and back) and of the step. Holding pays for few data only, and for those the averaged K leaves the gradients about
    // two iterations to do (perf/results, solvers, lazy: cg_iterations).
    private const int PassesForOne = 2, PassesForSeveral = 10;

    /// <summary>
    /// The most terms to hold beside a layer: those of as many steps as make a step cheapest on average, less the one that brings the
    /// flush.
    /// </summary>
    /// <param name="rows">Neurons.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="active">Neurons that fire for a datum.</param>
    /// <param name="activeInputs">Inputs that are not zero for a datum.</param>
    /// <param name="data">Terms of a step.</param>
    /// <param name="outputs">Outputs of the network.</param>
    public static int MostRank(int rows, int columns, double active, double activeInputs, int data, int outputs)
    {
        int passes = outputs == 1 ? PassesForOne : PassesForSeveral, best = 1;
        double held = 0, least = 0, worth = 0, entries = active + activeInputs;
        for (int steps = 1; steps <= MostSteps; steps++)
        {
            long terms = steps * (long)data;
            double appended = steps == 1 ? 0 : OfAppend(terms, entries);
            double cost = (OfFlush(rows, columns, active, activeInputs, terms) + held + appended) / steps;
            if (steps == 1 || cost < Math.Min(least, worth))
                (least, best) = (cost, steps);
            if (steps == 1)
                worth = WorthWhile * cost;
            held += passes * OfProduct(rows, entries, terms, data) + OfAppend(terms, entries);
        }
        return (int)Math.Min((best - 1L) * data, int.MaxValue - 1);
    }

    /// <summary>Nanoseconds of scattering terms: a block of 512 after another, each bound by its lines or by its elements.</summary>
    private static double OfFlush(int rows, int columns, double active, double activeInputs, long terms)
    {
        double lines = (double)rows / LineFloats * columns;
        double touched = activeInputs / columns * (1 - Math.Pow(1 - Math.Min(1, active / rows), LineFloats));
        long whole = terms / ActiveBatch.BlockSize, rest = terms % ActiveBatch.BlockSize;
        return whole * OfBlock(ActiveBatch.BlockSize) + OfBlock(rest);

        double OfBlock(long count) =>
            Math.Max(PerLine * lines * (1 - Math.Pow(1 - touched, count)), PerElement * count * active * activeInputs);
    }

    /// <summary>Nanoseconds that a pass of the data through a layer takes longer while it holds terms.</summary>
    private static double OfProduct(int rows, double entries, long terms, int data)
    {
        const int PairRows = 2 * PanelMatrix.PanelRows;
        double groups = Math.Ceiling((double)terms / LowRankWeights.MostJoined), padded = Math.Ceiling((double)data / PairRows) * PairRows;
        return groups * (PerProduct + PerPair * data * rows) + PerMultiplyAdd * padded * terms * entries;
    }

    /// <summary>Nanoseconds of joining a step to a group that then holds so many terms.</summary>
    private static double OfAppend(long terms, double entries) => PerEntry * Math.Min(terms, LowRankWeights.MostJoined) * entries;
}
