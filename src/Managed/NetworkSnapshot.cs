using Subquad.Layers;
using Subquad.Models;
using Subquad.Simd.Threading;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>A network like this one with weights of its own, all zero, to be filled by <see cref="CopyTo"/>.</summary>
    internal Network NewSnapshot() =>
        new(Shape, Seed, LayerStackFactory.Allocate(Shape.Layers()), Input, Target, [.. ClassNames], Table, Kernels)
        {
            FirstIndex = FirstIndex, TrainedBy = TrainedBy
        };

    /// <summary>Whether it is a snapshot of another network, or can be overwritten by one.</summary>
    internal bool IsSnapshotOf(Network source) => Input == source.Input;

    /// <summary>
    /// Overwrites a snapshot with the present weights; what is held beside them is added in the copy. Both must be held alone.
    /// </summary>
    /// <param name="snapshot">Of <see cref="NewSnapshot"/>.</param>
    /// <param name="kernels">What adds.</param>
    /// <param name="from">The first layer, from 0, that may differ from the snapshot's.</param>
    internal void CopyTo(Network snapshot, TeamKernels kernels, int from)
    {
        Layers.ApplyPending();
        for (int layer = from; layer < Layers.Hidden.Length; layer++)
        {
            Layer own = Layers.Hidden[layer], copy = snapshot.Layers.Hidden[layer];
            own.LowRank.Materialise(kernels, copy.Weights);
            copy.Thresholds.CopyFrom(own.Thresholds);
        }
        snapshot.Layers.Output.CopyFrom(Layers.Output);
        if (Layers.Direct is { } direct)
            snapshot.Layers.Direct!.Matrix.CopyFrom(direct.Matrix);
    }
}
