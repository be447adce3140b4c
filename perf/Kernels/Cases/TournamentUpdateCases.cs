using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>One tournament tree of which some leaves change: path by path, or level by level.</summary>
sealed class TournamentUpdateCases : IVerbCases
{
    const int Leaves = 16_384;

    static readonly int[] s_changed = [4, 16, 64, 256, 1_024];

    readonly TournamentTrees _trees = new();
    readonly float[][] _keys = [Operands.Uniform(Leaves, 1), Operands.Uniform(Leaves, 2)];
    int _turn;

    public TournamentUpdateCases()
    {
        _trees.Reshape(1, Leaves);
        KernelSets.Best.BuildTournament(_keys[0], _trees, 0);
    }

    public IEnumerable<VerbCase> Cases()
    {
        int[] places = [.. Enumerable.Range(0, Leaves)];
        new Random(3).Shuffle(places);
        foreach (int changed in s_changed)
        {
            int[] leaves = [.. places.Take(changed).Order()];
            string shape = $"{Leaves:#,0} leaves, {changed:#,0} changed";
            yield return new("UpdateByPath", shape, set => set.UpdateTournament(leaves, Next(changed), _trees, 0, byLevel: false));
            yield return new("UpdateByLevel", shape, set => set.UpdateTournament(leaves, Next(changed), _trees, 0, byLevel: true));
        }
    }

    public void Dispose() => _trees.Dispose();

    // Other keys on every call: what stays as it was would end a path early.
    ReadOnlySpan<float> Next(int changed) => _keys[_turn ^= 1].AsSpan(0, changed);
}
