using System.Runtime.InteropServices;
using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>
/// Copies of operands, each between inaccessible pages, without the slack that buffers have. An operand is copied when it is first wanted,
/// and every later request gets the same copy.
/// </summary>
/// <param name="last">Whether an operand ends at such a page, or begins after one.</param>
internal sealed unsafe class GuardedOperands(bool last) : IDisposable
{
    private readonly List<IDisposable> _blocks = [];
    private readonly List<nint> _views = [];
    private readonly Dictionary<(nint Source, long Count, Type Element), nint> _copies = [];
    private readonly List<Action<string>> _comparisons = [];

    /// <summary>Zeroed room that is not compared.</summary>
    public T* Take<T>(long count) where T : unmanaged
    {
        var memory = new GuardedMemory<T>((int)count);
        _blocks.Add(memory);
        return memory.LastPointer(last ? (int)count : memory.All.Length);
    }

    public T* Of<T>(NativeBuffer<T> buffer) where T : unmanaged => Copy(buffer.Pointer, buffer.Length);

    public Span<T> Span<T>(NativeBuffer<T> buffer) where T : unmanaged => new(Of(buffer), (int)buffer.Length);

    public PanelView Of(PanelMatrix matrix) =>
        new(Copy(matrix.View.Data, matrix.Panels * matrix.PanelStride), matrix.PanelStride, matrix.Rows, matrix.Columns);

    /// <summary>A matrix of bfloat16, two of which are a word.</summary>
    public BFloat16View OfNarrow(PanelMatrix matrix)
    {
        BFloat16View view = matrix.NarrowView;
        return new(Copy(view.Data, matrix.Panels * view.Stride), view.Stride, view.Rows, view.Columns);
    }

    public ActiveView Of(ActiveBatch batch)
    {
        ActiveView view = batch.View;
        long entries = batch.Entries;
        long* starts = Copy(view.Starts, (long)view.Blocks * view.Count + 1);
        return new(view.Count, view.Width, view.Blocks, starts, Copy(view.Offsets, entries), Copy(view.Values, entries));
    }

    public TransposedView Of(TransposedBatch batch) => new(Of(batch.Lists), Copy(batch.View.Positions, batch.Lists.Entries));

    public BoundView Of(RowBound bound) =>
        new(Of(bound.Growth), Of(bound.Norms), Of(bound.Errors), Of(bound.Limits), Of(bound.On), Of(bound.Off), Of(bound.Sizes));

    public PackedView Of(PackedBlocks packed)
    {
        PackedView view = packed.View;
        int count = packed.Outputs!.Count;
        return new(
            Copy(view.Values, packed.Elements), Copy(view.Starts, count + 1L), Copy(view.Strides, count),
            Copy(view.InputRanks, packed.Inputs!.Entries), Copy(view.OutputRanks, packed.Outputs.Entries));
    }

    public TournamentView Of(TournamentTrees trees) => new(Copy(trees.View.Data, trees.Trees * trees.Stride), trees.Trees, trees.Leaves);

    public RowTreeView Of(RowTree tree)
    {
        RowTreeView view = tree.View;
        Span<long> starts = stackalloc long[RowTree.MostLevels + 2];
        for (int level = 0; level < starts.Length; level++)
            starts[level] = view.Starts[level];
        long floats = (long)view.Leaves * RowTree.Group * view.Dimension, nodes = starts[view.Levels + 1] * RowTree.Group;
        return new(
            Copy(view.Rows, floats), Copy(view.Ids, (long)view.Leaves * RowTree.Group),
            Copy(view.Boxes, nodes * 2 * view.Dimension), Copy(view.Balls, nodes * (view.Dimension + 1)), starts,
            view.Dimension, view.Leaves, view.Levels);
    }

    /// <summary>The view itself in memory, as the core takes it.</summary>
    public PanelView* At(PanelMatrix matrix) => Placed(Of(matrix));
    public BFloat16View* AtNarrow(PanelMatrix matrix) => Placed(OfNarrow(matrix));
    public ActiveView* At(ActiveBatch batch) => Placed(Of(batch));
    public TransposedView* At(TransposedBatch batch) => Placed(Of(batch));
    public BoundView* At(RowBound bound) => Placed(Of(bound));
    public PackedView* At(PackedBlocks packed) => Placed(Of(packed));
    public TournamentView* At(TournamentTrees trees) => Placed(Of(trees));
    public RowTreeView* At(RowTree tree) => Placed(Of(tree));

    /// <summary>
    /// Every copy has the bits that its buffer has now: results are those of the buffers, and what is only read is unchanged.
    /// </summary>
    public void Compare(string what) => _comparisons.ForEach(comparison => comparison(what));

    public void Dispose()
    {
        _blocks.ForEach(block => block.Dispose());
        _views.ForEach(view => NativeMemory.Free((void*)view));
    }

    private T* Copy<T>(T* source, long count) where T : unmanaged
    {
        (nint, long, Type) key = ((nint)source, count, typeof(T));
        if (_copies.TryGetValue(key, out nint known))
            return (T*)known;
        T* copy = Take<T>(count);
        new ReadOnlySpan<T>(source, (int)count).CopyTo(new Span<T>(copy, (int)count));
        (nint from, nint to) = ((nint)source, (nint)copy);
        _copies.Add(key, to);
        _comparisons.Add(what => Same(new ReadOnlySpan<T>((void*)to, (int)count), new ReadOnlySpan<T>((void*)from, (int)count), what));
        return copy;
    }

    private static void Same<T>(ReadOnlySpan<T> found, ReadOnlySpan<T> expected, string what) where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            Numbers.SameBits(MemoryMarshal.Cast<T, float>(found), MemoryMarshal.Cast<T, float>(expected), what);
        else if (typeof(T) == typeof(double))
            Numbers.SameBits(MemoryMarshal.Cast<T, double>(found), MemoryMarshal.Cast<T, double>(expected), what);
        else
            for (int i = 0; i < found.Length; i++)
                Assert.That(found[i], Is.EqualTo(expected[i]), $"{what}: element {i}");
    }

    private T* Placed<T>(T view) where T : unmanaged
    {
        var place = (T*)NativeMemory.Alloc((nuint)sizeof(T));
        *place = view;
        _views.Add((nint)place);
        return place;
    }
}
