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

    /// <summary>A zero matrix of that shape.</summary>
    public PanelView Like(PanelMatrix matrix) => new(Take<float>((int)(matrix.Panels * matrix.PanelStride)), matrix.PanelStride, matrix.Rows, matrix.Columns);

    /// <summary>A zero matrix of that shape, which holds bfloat16.</summary>
    public BFloat16View LikeNarrow(PanelMatrix matrix) => new(Take<uint>((int)(matrix.Panels * matrix.PanelStride / 2)), matrix.PanelStride / 2, matrix.Rows, matrix.Columns);

    public ActiveView Copy(ActiveBatch batch)
    {
        ActiveView view = batch.View;
        return new(
            view.Count, view.Width, view.Blocks, Copy(view.Starts, (long)view.Blocks * view.Count + 1), Copy(view.Offsets, batch.Entries), Copy(view.Values, batch.Entries));
    }

    public float* Copy(NativeBuffer<float> buffer) => Copy(buffer.Pointer, buffer.Length);

    public BoundView Copy(RowBound bound) =>
        new(Copy(bound.Growth), Copy(bound.Norms), Copy(bound.Errors), Copy(bound.Limits), Copy(bound.On), Copy(bound.Off), Copy(bound.Sizes));

    public TransposedView Copy(TransposedBatch batch) => new(Copy(batch.Lists), Copy(batch.View.Positions, batch.Lists.Entries));

    public PackedView Copy(PackedBlocks packed)
    {
        PackedView view = packed.View;
        int count = packed.Outputs!.Count;
        return new(
            Copy(view.Values, packed.Elements), Copy(view.Starts, count + 1L), Copy(view.Strides, count), Copy(view.InputRanks, packed.Inputs!.Entries), Copy(view.OutputRanks, packed.Outputs.Entries));
    }

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
