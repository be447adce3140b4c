using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>Tournament trees over pre-activations: built, changed, asked.</summary>
sealed class TournamentCases : IVerbCases
{
    const int Leaves = 16_384, Trees = 64, Changed = 256, Top = 64;
    const double Active = 0.024;

    readonly PanelMatrix _sums = Operands.Panels(Leaves, Trees, 1);
    readonly NativeBuffer<float> _thresholds = new(Leaves);
    readonly TournamentTrees _trees = new(), _single = new();
    readonly ActiveBatch _changed = Operands.Lists(Trees, Leaves, (double)Changed / Leaves, 2), _counts = new(), _lists = new();
    readonly Arena _scratch = new();
    readonly float[] _keys = Operands.Uniform(Leaves, 3);
    readonly float[][] _fresh = [Operands.Uniform(Changed, 4), Operands.Uniform(Changed, 5)];
    readonly int[] _leaves, _ids = new int[Leaves];
    int _turn;

    public TournamentCases()
    {
        int[] places = [.. Enumerable.Range(0, Leaves)];
        new Random(6).Shuffle(places);
        _leaves = [.. places.Take(Changed).Order()];
        _thresholds.Span.Fill((float)(0.5 - Active));
        _trees.Reshape(Trees, Leaves);
        _single.Reshape(1, Leaves);
        KernelSets.Best.BuildTournaments(_sums, _thresholds, false, _trees, 0, Trees);
        KernelSets.Best.BuildTournament(_keys, _single, 0);
        _counts.Reshape(Trees, Leaves);
        _lists.Reshape(Trees, Leaves);
        KernelSets.Best.CountPositive(_trees, _lists, 0, Trees);
        _lists.SumCountsAndReserve();
    }

    public IEnumerable<VerbCase> Cases()
    {
        double keys = 4.0 * Leaves, found = Active * Leaves, all = Trees * keys;
        string one = $"{Leaves:#,0} leaves", many = $"{Trees} trees of {Leaves:#,0}", share = $", {100 * Active:0.#} %";
        yield return Moves("BuildTournament", one, 2 * keys, keys, set => set.BuildTournament(_keys, _single, 0));
        yield return Moves(
            "BuildTournaments", many, 2 * all, 2 * all, set => set.BuildTournaments(_sums, _thresholds, false, _trees, 0, Trees));
        // Other keys on every call: what stays as it was would end a path early. A path of nodes, a line each.
        double paths = 64.0 * Changed * _single.Levels;
        yield return Moves(
            "UpdateTournament", $"{one}, {Changed} changed", paths, keys,
            set => set.UpdateTournament(_leaves, Next(), _single, 0, byLevel: false));
        yield return Moves("UpdateTournaments", $"{many}, {Changed} changed", Trees * paths, all, set => set.UpdateTournaments(
            _sums, _thresholds, false, _changed, _trees, 0, Trees, Changed / 4, _scratch));
        yield return Moves("ReportAbove", one + share, 64 * found, keys, set => set.ReportAbove(_single, 0, (float)(0.5 - Active), _ids));
        yield return Moves("ReportTop", $"{one}, the first {Top}", 64.0 * Top, keys, set => set.ReportTop(_single, 0, _ids.AsSpan(0, Top)));
        yield return Moves("CountPositive", many + share, 64 * found * Trees, all, set => set.CountPositive(_trees, _counts, 0, Trees));
        yield return Moves(
            "CompressPositive", many + share, (64 + 6) * found * Trees, all, set => set.CompressPositive(_trees, 1f, _lists, 0, Trees));
    }

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[_sums, _thresholds, _trees, _single, _changed, _counts, _lists, _scratch])
            part.Dispose();
    }

    ReadOnlySpan<float> Next() => _fresh[_turn ^= 1];

    static VerbCase Moves(string name, string shape, double bytes, double footprint, Action<Subquad.Simd.KernelSet> work) =>
        new(name, shape, work) { Bytes = bytes, Footprint = footprint };
}
