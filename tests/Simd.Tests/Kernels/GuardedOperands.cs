using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>Copies of kernels' operands, each between inaccessible pages, without the slack that buffers have.</summary>
/// <param name="last">Whether an operand ends at such a page, or begins after one.</param>
internal sealed unsafe class GuardedOperands(bool last) : IDisposable
{
    private readonly List<IDisposable> _blocks = [];

    public T* Take<T>(int count) where T : unmanaged
    {
        var memory = new GuardedMemory<T>(count);
        _blocks.Add(memory);
        return memory.LastPointer(last ? count : memory.All.Length);
    }

    public PanelView Copy(PanelMatrix matrix)
    {
        PanelView view = matrix.View;
        return new(Copy(view.Data, matrix.Panels * matrix.PanelStride), view.Stride, view.Rows, view.Columns);
    }

    public ActiveView Copy(ActiveBatch batch)
    {
        ActiveView view = batch.View;
        return new(
            view.Count, view.Width, view.Blocks, Copy(view.Starts, (long)view.Blocks * view.Count + 1), Copy(view.Offsets, batch.Entries), Copy(view.Values, batch.Entries));
    }

    public TransposedView Copy(TransposedBatch batch) => new(Copy(batch.Lists), Copy(batch.View.Positions, batch.Lists.Entries));

    public void Dispose() => _blocks.ForEach(block => block.Dispose());

    public RowTreeView Copy(RowTree tree)
    {
        RowTreeView view = tree.View;
        Span<long> starts = stackalloc long[RowTree.MostLevels + 2];
        for (int level = 0; level < starts.Length; level++)
            starts[level] = view.Starts[level];
        long floats = (long)view.Leaves * RowTree.Group * view.Dimension, nodes = starts[view.Levels + 1] * RowTree.Group;
        return new(
            Copy(view.Rows, floats), Copy(view.Ids, (long)view.Leaves * RowTree.Group),
            Copy(view.Boxes, nodes * 2 * view.Dimension), Copy(view.Balls, nodes * (view.Dimension + 1)), starts, view.Dimension, view.Leaves, view.Levels);
    }

    private T* Copy<T>(T* source, long count) where T : unmanaged
    {
        T* copy = Take<T>((int)count);
        new ReadOnlySpan<T>(source, (int)count).CopyTo(new Span<T>(copy, (int)count));
        return copy;
    }
}
