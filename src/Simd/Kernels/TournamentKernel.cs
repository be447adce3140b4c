using System.Numerics;
using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Max-tournaments of fan-out 16: building, upkeep, and whole queries. A node is 16 floats, aligned to them; levels follow one another, the
/// leaves first, padded with -infinity. Every element above the leaves is the largest of its node, bit for bit, whatever way it was brought
/// up to date. Operands do not overlap. A node is one to sixteen vectors, not unrolled further: a descent waits for the branch, not for the
/// comparison.
/// </summary>
internal static unsafe class TournamentKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int FanOut = TournamentTrees.FanOut;
    private const int Bits = 4;

    /// <summary>Takes the keys of all leaves and raises them.</summary>
    public static void Build(float* keys, in TournamentView trees, int tree)
    {
        float* leaves = trees.Tree(tree);
        TVec least = TSimd.Broadcast(float.NegativeInfinity);
        int leaf = 0;
        for (; leaf <= trees.Leaves - TSimd.Count; leaf += TSimd.Count)
            TSimd.Store(leaves + leaf, TSimd.Max(TSimd.Load(keys + leaf), least));
        for (; leaf < trees.Leaves; leaf++)
            leaves[leaf] = Key(keys[leaf]);
        Raise(trees, tree);
    }

    /// <summary>
    /// Keys sums - thresholds of trees treeFrom..treeTo, one per datum over the rows of <paramref name="sums"/>; then raises them.
    /// </summary>
    public static void BuildOverRows(PanelView sums, float* thresholds, in TournamentView trees, int treeFrom, int treeTo)
    {
        const int Side = PanelMatrix.PanelRows;
        TVec least = TSimd.Broadcast(float.NegativeInfinity);
        for (int tree = treeFrom; tree < treeTo; tree++)
        {
            float* leaves = trees.Tree(tree);
            for (int row = 0; row < trees.Leaves; row += TSimd.Count)
            {
                TVec sum = TSimd.Load(sums.Data + row / Side * sums.Stride + (long)tree * Side + row % Side);
                TSimd.Store(leaves + row, TSimd.Max(TSimd.Sub(sum, TSimd.Load(thresholds + row)), least));
            }
            Raise(trees, tree);
        }
    }

    /// <summary>
    /// The same for one tree per row over the data: 64 trees of a panel at once, because a datum of a panel is contiguous.
    /// </summary>
    public static void BuildOverColumns(PanelView sums, float* thresholds, in TournamentView trees, int treeFrom, int treeTo)
    {
        const int Side = PanelMatrix.PanelRows;
        for (int next; treeFrom < treeTo; treeFrom = next)
        {
            next = Math.Min(treeTo, (treeFrom / Side + 1) * Side);
            float* column = sums.Data + treeFrom / Side * sums.Stride;
            for (int datum = 0; datum < trees.Leaves; datum++, column += Side)
                for (int tree = treeFrom; tree < next; tree++)
                    trees.Tree(tree)[datum] = Key(column[tree % Side] - thresholds[tree]);
            for (int tree = treeFrom; tree < next; tree++)
                Raise(trees, tree);
        }
    }

    /// <summary>Copies the ids of one datum, ascending; returns how many.</summary>
    public static int CopyIds(ActiveView lists, int datum, int* ids)
    {
        int copied = 0;
        for (int block = 0; block < lists.Blocks; block++)
        {
            long* run = lists.Starts + (long)block * lists.Count + datum;
            for (long entry = run[0]; entry < run[1]; entry++)
                ids[copied++] = block * ActiveBatch.BlockSize + lists.Offsets[entry];
        }
        return copied;
    }

    /// <summary>Reads the keys of some leaves anew; the levels above are left to <see cref="Raise"/> or <see cref="RaisePaths"/>.</summary>
    public static void Reread(
        PanelView sums, float* thresholds, bool overColumns, in TournamentView trees, int tree, int* changed, int count)
    {
        const int Side = PanelMatrix.PanelRows;
        float* leaves = trees.Tree(tree);
        for (int i = 0; i < count; i++)
        {
            (int row, int column) = overColumns ? (tree, changed[i]) : (changed[i], tree);
            leaves[changed[i]] = Key(sums.Data[row / Side * sums.Stride + (long)column * Side + row % Side] - thresholds[row]);
        }
    }

    /// <summary>
    /// Writes the keys of some leaves, in order; the levels above are left to <see cref="Raise"/> or <see cref="RaisePaths"/>.
    /// </summary>
    public static void Write(float* keys, in TournamentView trees, int tree, int* changed, int count)
    {
        float* leaves = trees.Tree(tree);
        for (int i = 0; i < count; i++)
            leaves[changed[i]] = Key(keys[i]);
    }

    /// <summary>
    /// Brings the levels above some changed leaves up to date, leaf after leaf, each path up to the first element that stays as it was.
    /// </summary>
    public static void RaisePaths(in TournamentView trees, int tree, int* changed, int count)
    {
        float* data = trees.Tree(tree);
        for (int i = 0; i < count; i++)
            for (int level = 1; level < trees.Levels; level++)
            {
                int node = changed[i] >> (Bits * level);
                float largest = Largest(data + trees.Starts[level - 1] + (long)node * FanOut);
                float* parent = data + trees.Starts[level] + node;
                if (BitConverter.SingleToInt32Bits(*parent) == BitConverter.SingleToInt32Bits(largest))
                    break;
                *parent = largest;
            }
    }

    /// <summary>
    /// Visits the elements of level <paramref name="floor"/> (0: the leaves) that are strictly greater than the visit's threshold, ids
    /// ascending.
    /// </summary>
    public static void Descend<TVisit>(in TournamentView trees, int tree, int floor, ref TVisit visit) where TVisit : struct,
        ITournamentVisit
    {
        float* data = trees.Tree(tree), elements = data + trees.Starts[floor];
        int top = trees.Levels - 1, level = top, node = 0;
        uint bits = Above(data + trees.Starts[top], visit.Threshold);
        if (top == floor)
        {
            // A tree without leaves has no block either.
            if (bits != 0)
                visit.Take(0, bits, elements);
            return;
        }
        uint* waiting = stackalloc uint[TournamentTrees.MostLevels];
        while (true)
        {
            if (level == floor + 1)
                for (; bits != 0; bits &= bits - 1)
                {
                    int first = (node * FanOut + BitOperations.TrailingZeroCount(bits)) * FanOut;
                    visit.Take(first, Above(elements + first, visit.Threshold), elements + first);
                }
            while (bits == 0)
            {
                if (level == top)
                    return;
                bits = waiting[++level];
                node /= FanOut;
            }
            int child = BitOperations.TrailingZeroCount(bits);
            waiting[level] = bits & (bits - 1);
            node = node * FanOut + child;
            level--;
            bits = Above(data + trees.Starts[level] + (long)node * FanOut, visit.Threshold);
        }
    }

    /// <summary>
    /// The ids of the k largest keys, the best first; returns how many. The k-th largest element of a level bounds that of the level below
    /// from under, since each is the key of another leaf: so a level of at least k elements is asked first, and little more than k leaves
    /// are looked at.
    /// </summary>
    public static int Top(in TournamentView trees, int tree, int* ids, int k)
    {
        float* data = trees.Tree(tree);
        int level = trees.Levels - 1;
        while (level > 0 && trees.Starts[level + 1] - trees.Starts[level] < k)
            level--;
        float least = float.NegativeInfinity;
        for (; ; level--)
        {
            var visit = new TopVisit(data + trees.Starts[level], ids, k, least);
            Descend(trees, tree, level, ref visit);
            if (level == 0)
                return visit.Sort();
            if (visit.Count == k)
                least = MathF.BitDecrement(visit.Worst);
        }
    }

    /// <summary>Raises all levels above the leaves, and fills the padding of each level.</summary>
    public static void Raise(in TournamentView trees, int tree)
    {
        float* data = trees.Tree(tree);
        long used = trees.Leaves;
        for (int level = 0; level < trees.Levels; level++)
        {
            float* elements = data + trees.Starts[level];
            long nodes = (trees.Starts[level + 1] - trees.Starts[level]) / FanOut;
            for (long element = used; element < nodes * FanOut; element++)
                elements[element] = float.NegativeInfinity;
            if (level == trees.Levels - 1)
                return;
            float* parents = data + trees.Starts[level + 1];
            for (long node = 0; node < nodes; node++)
                parents[node] = Largest(elements + node * FanOut);
            used = nodes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Key(float value) => value > float.NegativeInfinity ? value : float.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(float* node)
    {
        TVec largest = TSimd.Load(node);
        for (int lane = TSimd.Count; lane < FanOut; lane += TSimd.Count)
            largest = TSimd.Max(largest, TSimd.Load(node + lane));
        return TSimd.MaxAcross(largest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Above(float* node, float threshold)
    {
        TVec limit = TSimd.Broadcast(threshold);
        uint bits = 0;
        for (int lane = 0; lane < FanOut; lane += TSimd.Count)
            bits |= TSimd.GreaterBits(TSimd.Load(node + lane), limit) << lane;
        return bits;
    }
}
