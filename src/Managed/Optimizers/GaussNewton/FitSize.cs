using Subquad.Layers;

namespace Subquad.Optimizers.GaussNewton;

/// <summary>What the memory of a fit depends on.</summary>
/// <param name="Sizes">The network with the training data.</param>
/// <param name="HeldOutSizes">The network with the held-out data, whose inputs may have other zeros.</param>
/// <param name="Count">Data of a step.</param>
/// <param name="HeldOut">Held-out data.</param>
/// <param name="IsInBatches">Whether the data of a step are a part of the training data.</param>
/// <param name="Options">How it trains.</param>
internal sealed record FitSize(
    NetworkSize Sizes, NetworkSize HeldOutSizes, int Count, int HeldOut, bool IsInBatches, GaussNewtonOptions Options)
{
    /// <summary>The first trained hidden layer, from 0.</summary>
    public int From => FromOf(Options, Sizes.Hidden.Length);

    /// <summary>How the active sets of the first trained layer are found.</summary>
    public ActivityStrategy Strategy
    {
        get
        {
            LayerSize lowest = Sizes.Hidden[From];
            return GaussNewtonOptimizer.StrategyFor(
                Options, IsInBatches, From, lowest.Width, lowest.Inputs, lowest.Active / lowest.Width, Count);
        }
    }

    /// <summary>Held-out data that steps are tried on: not those beside mini-batches.</summary>
    public int TriedHeldOut => IsInBatches ? 0 : HeldOut;

    /// <summary>Whether leave-one-out errors choose the damping; decided before the sizes are asked for.</summary>
    public bool LeavesOneOut => Options.LeaveOneOut == LeaveOneOutChoice.On;

    /// <summary>The least damping that adaptation may come to, relative to trace(K) / n.</summary>
    public double LeastDamping => Options.AdaptDamping ? Damping.LeastAfter(Options.Damping, Options.Steps) : Options.Damping;

    /// <summary>The first trained hidden layer, from 0.</summary>
    public static int FromOf(GaussNewtonOptions options, int layers) => (options.TrainFrom ?? layers) - 1;
}
