using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>A tree over keys, which are never zeros of both signs, so that all sets hold the same bits.</summary>
internal sealed class KeyOperands(int leaves, bool byLevel = false) : VerbOperands
{
    public static IEnumerable<Func<KeyOperands>> EveryLength { get; } = Each(Enumerable.Range(0, 273), leaves => new KeyOperands(leaves));
    public static IEnumerable<Func<KeyOperands>> Updates { get; } = Each(
        from leaves in Enumerable.Range(0, 273) from byLevel in new[] { false, true } select (leaves, byLevel),
        size => new KeyOperands(size.leaves, size.byLevel));

    public override string Size => $"{leaves} leaves, by level: {byLevel}";

    public int Leaves => leaves;
    public bool ByLevel => byLevel;
    public NativeBuffer<float> Keys => field ??= Own<float>([.. Enumerable.Range(0, leaves).Select(i => i % 7 - 3f)]);

    /// <summary>All leaves.</summary>
    public NativeBuffer<int> Changed => field ??= Own<int>([.. Enumerable.Range(0, leaves)]);
    public NativeBuffer<int> Ids => field ??= Own(new NativeBuffer<int>(leaves));

    public TournamentTrees Trees
    {
        get
        {
            if (field is null)
            {
                field = Own(new TournamentTrees());
                field.Reshape(1, leaves);
            }
            return field;
        }
    }
}

/// <summary>A tree for each datum over the rows of a matrix of rows x data, or for each row over the data.</summary>
internal sealed class TreesOperands(int rows, int data, bool overData) : VerbOperands
{
    public static IEnumerable<Func<TreesOperands>> Sizes { get; } = Each(
        from rows in new[] { 1, 64, 65, 130, 700 } from data in new[] { 1, 5, 70 }
        from overData in new[] { false, true }
        select (rows, data, overData),
        size => new TreesOperands(size.rows, size.data, size.overData));

    public override string Size => $"{rows} x {data}, over data: {overData}";

    public bool OverData => overData;
    public int Count => overData ? rows : data;
    public int Leaves => overData ? data : rows;
    public PanelMatrix Sums => field ??= Own(Samples.Panels(Samples.Dense(new Random(1), rows * data), rows, data));
    public NativeBuffer<float> Thresholds => field ??= Own(new NativeBuffer<float>(Sums.Panels * PanelMatrix.PanelRows));

    public TournamentTrees Trees
    {
        get
        {
            if (field is null)
            {
                field = Own(new TournamentTrees());
                field.Reshape(Count, Leaves);
            }
            return field;
        }
    }

    /// <summary>Some leaves of every tree.</summary>
    public ActiveBatch Changed
    {
        get
        {
            if (field is null)
            {
                field = Own(new ActiveBatch());
                field.FillNonZero(Samples.Sparse(new Random(2), Count, Leaves, 0.3), Count, Leaves);
            }
            return field;
        }
    }

    public ActiveBatch Lists
    {
        get
        {
            if (field is null)
            {
                field = Own(new ActiveBatch());
                field.Reshape(Count, Leaves);
            }
            return field;
        }
    }
}

/// <summary>The verbs of max-tournaments.</summary>
internal static unsafe class TournamentCases<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const float Gain = 1.3f;
    private const int MostPaths = 3;

    public static IEnumerable<GuardedCase> All { get; } =
    [
        Row("BuildTournament", KeyOperands.EveryLength,
            (k, o) => k.BuildTournament(o.Keys.Span, o.Trees, 0),
            (_, g, o) => TournamentKernel<TSimd, TVec>.Build(g.Of(o.Keys), g.Of(o.Trees), 0),
            (core, g, o) => core->BuildTournament(g.Of(o.Keys), g.At(o.Trees), 0)),
        Row("UpdateTournament", KeyOperands.Updates,
            (k, o) => k.UpdateTournament(o.Changed.Span, o.Keys.Span, o.Trees, 0, o.ByLevel),
            (_, g, o) =>
            {
                TournamentKernel<TSimd, TVec>.Write(g.Of(o.Keys), g.Of(o.Trees), 0, g.Of(o.Changed), o.Leaves);
                Raise(g.Of(o.Trees), 0, g.Of(o.Changed), o.Leaves, o.ByLevel);
            },
            (core, g, o) => core->UpdateTournament(g.Of(o.Changed), g.Of(o.Keys), o.Leaves, g.At(o.Trees), 0, o.ByLevel ? 1 : 0),
            (k, o) =>
            {
                Build(k, o);
                foreach (ref float key in o.Keys.Span)
                    key = -key;
            }),
        Row("ReportAbove", KeyOperands.EveryLength,
            (k, o) => o.Wanted.Add(k.ReportAbove(o.Trees, 0, float.MinValue, o.Ids.Span)),
            (_, g, o) =>
            {
                var visit = new IdsVisit(float.MinValue, g.Of(o.Ids));
                TournamentKernel<TSimd, TVec>.Descend(g.Of(o.Trees), 0, 0, ref visit);
                o.Found.Add(visit.Next - g.Of(o.Ids));
            },
            (core, g, o) => o.Found.Add(core->ReportAbove(g.At(o.Trees), 0, float.MinValue, g.Of(o.Ids))),
            Build),
        Row("ReportTop", KeyOperands.EveryLength,
            (k, o) => EachCount(o, count =>
            {
                int[] best = new int[count];
                o.Wanted.Add(k.ReportTop(o.Trees, 0, best));
                o.Wanted.AddRange(best.Select(id => (double)id));
            }),
            (_, g, o) => EachCount(o, count =>
            {
                int* ids = g.Take<int>(count);
                Report(o, TournamentKernel<TSimd, TVec>.Top(g.Of(o.Trees), 0, ids, count), ids, count);
            }),
            (core, g, o) =>
            {
                for (int count = 1; count <= o.Leaves; count += 1 + count / 2)
                {
                    int* ids = g.Take<int>(count);
                    Report(o, core->ReportTop(g.At(o.Trees), 0, ids, count), ids, count);
                }
            },
            Build),
        Row("BuildTournaments", TreesOperands.Sizes,
            (k, o) => k.BuildTournaments(o.Sums, o.Thresholds, o.OverData, o.Trees, 0, o.Count),
            (_, g, o) =>
            {
                if (o.OverData)
                    TournamentKernel<TSimd, TVec>.BuildOverColumns(g.Of(o.Sums), g.Of(o.Thresholds), g.Of(o.Trees), 0, o.Count);
                else
                    TournamentKernel<TSimd, TVec>.BuildOverRows(g.Of(o.Sums), g.Of(o.Thresholds), g.Of(o.Trees), 0, o.Count);
            },
            (core, g, o) => core->BuildTournaments(g.At(o.Sums), g.Of(o.Thresholds), o.OverData ? 1 : 0, g.At(o.Trees), 0, o.Count)),
        Row("UpdateTournaments", TreesOperands.Sizes,
            (k, o) => k.UpdateTournaments(o.Sums, o.Thresholds, o.OverData, o.Changed, o.Trees, 0, o.Count, MostPaths, o.Scratch),
            (_, g, o) =>
            {
                int* ids = g.Take<int>(o.Leaves);
                for (int tree = 0; tree < o.Count; tree++)
                {
                    int count = TournamentKernel<TSimd, TVec>.CopyIds(g.Of(o.Changed), tree, ids);
                    TournamentKernel<TSimd, TVec>.Reread(g.Of(o.Sums), g.Of(o.Thresholds), o.OverData, g.Of(o.Trees), tree, ids, count);
                    Raise(g.Of(o.Trees), tree, ids, count, count > MostPaths);
                }
            },
            (core, g, o) => core->UpdateTournaments(
                g.At(o.Sums), g.Of(o.Thresholds), o.OverData ? 1 : 0, g.At(o.Changed), g.At(o.Trees), 0, o.Count, MostPaths,
                g.Take<int>(o.Leaves)),
            (k, o) =>
            {
                Build(k, o);
                for (int panel = 0; panel < o.Sums.Panels; panel++)
                    foreach (ref float sum in o.Sums.Panel(panel))
                        sum *= 0.5f;
            }),
        Row("CountPositive", TreesOperands.Sizes,
            (k, o) => k.CountPositive(o.Trees, o.Lists, 0, o.Count),
            (_, g, o) =>
            {
                for (int tree = 0; tree < o.Count; tree++)
                {
                    var visit = new CountVisit(g.Of(o.Lists).Starts + tree + 1, o.Count);
                    TournamentKernel<TSimd, TVec>.Descend(g.Of(o.Trees), tree, 0, ref visit);
                }
            },
            (core, g, o) => core->CountPositive(g.At(o.Trees), g.At(o.Lists), 0, o.Count),
            Build),
        Row("CompressPositive", TreesOperands.Sizes,
            (k, o) => k.CompressPositive(o.Trees, Gain, o.Lists, 0, o.Count),
            (_, g, o) =>
            {
                for (int tree = 0; tree < o.Count; tree++)
                {
                    var visit = new CompressVisit(g.Of(o.Lists), tree, Gain);
                    TournamentKernel<TSimd, TVec>.Descend(g.Of(o.Trees), tree, 0, ref visit);
                }
            },
            (core, g, o) => core->CompressPositive(g.At(o.Trees), Gain, g.At(o.Lists), 0, o.Count),
            (k, o) =>
            {
                Build(k, o);
                k.CountPositive(o.Trees, o.Lists, 0, o.Count);
                o.Lists.SumCountsAndReserve();
            }),
    ];

    private static GuardedCase Row<T>(
        string verbs, IEnumerable<Func<T>> sizes, BufferCall<T> wanted, ManagedCall<T> managed, CoreCall<T> core,
        BufferCall<T>? prepare = null) where T : VerbOperands =>
        new GuardedCase<T>(verbs, sizes, wanted, managed, core, prepare);

    private static void Build(KernelSet k, KeyOperands o) => k.BuildTournament(o.Keys.Span, o.Trees, 0);

    private static void Build(KernelSet k, TreesOperands o) => k.BuildTournaments(o.Sums, o.Thresholds, o.OverData, o.Trees, 0, o.Count);

    private static void Raise(TournamentView view, int tree, int* changed, int count, bool byLevel)
    {
        if (byLevel)
            TournamentKernel<TSimd, TVec>.Raise(view, tree);
        else
            TournamentKernel<TSimd, TVec>.RaisePaths(view, tree, changed, count);
    }

    private static void Report(KeyOperands o, int returned, int* ids, int count)
    {
        o.Found.Add(returned);
        for (int i = 0; i < count; i++)
            o.Found.Add(ids[i]);
    }

    private static void EachCount(KeyOperands o, Action<int> action)
    {
        for (int count = 1; count <= o.Leaves; count += 1 + count / 2)
            action(count);
    }
}
