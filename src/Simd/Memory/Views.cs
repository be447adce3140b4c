namespace Subquad.Simd.Memory;

/// <summary>
/// The raw shape of a <see cref="PanelMatrix"/>, as kernels see it. Element (r, j) is at Data[r / 64 * Stride + j * 64 + r % 64].
/// </summary>
internal readonly unsafe struct PanelView(float* data, long stride, int rows, int columns)
{
    public readonly float* Data = data;
    public readonly long Stride = stride;
    public readonly int Rows = rows;
    public readonly int Columns = columns;
}

/// <summary>
/// The raw shape of a <see cref="PanelMatrix"/> of bfloat16, as kernels see it: column j of panel p is the 32 words from Data[p * Stride +
/// j * 32] on; see <see cref="BFloat16"/>.
/// </summary>
internal readonly unsafe struct BFloat16View(uint* data, long stride, int rows, int columns)
{
    public readonly uint* Data = data;
    public readonly long Stride = stride;
    public readonly int Rows = rows;
    public readonly int Columns = columns;
}

/// <summary>
/// Sparse rows over a batch, block-major, as kernels see them: entries of datum i in block b are Starts[b * Count + i] to Starts[b * Count
/// + i + 1], ascending; an entry is neuron b * BlockSize + Offsets[e] with value Values[e].
/// </summary>
internal readonly unsafe struct ActiveView(int count, int width, int blocks, long* starts, ushort* offsets, float* values)
{
    public readonly int Count = count;
    public readonly int Width = width;
    public readonly int Blocks = blocks;
    public readonly long* Starts = starts;
    public readonly ushort* Offsets = offsets;
    public readonly float* Values = values;

    /// <summary>Whether some data have so few entries, all together, that they hardly share an input.</summary>
    public bool HasFewerEntriesThanInputs(int datumFrom, int datumTo)
    {
        long entries = 0;
        for (int block = 0; block < Blocks; block++)
            entries += Starts[(long)block * Count + datumTo] - Starts[(long)block * Count + datumFrom];
        return entries < Width;
    }
}

/// <summary>
/// The same entries transposed, as kernels see them: <see cref="Lists"/> has a row per neuron over the data, and Positions[e] is the place
/// of entry e in the batch it was made from.
/// </summary>
internal readonly unsafe struct TransposedView(ActiveView lists, int* positions)
{
    public readonly ActiveView Lists = lists;
    public readonly int* Positions = positions;
}

/// <summary>The parts of a <see cref="RowBound"/> per row and per datum, as kernels see them.</summary>
internal readonly unsafe struct BoundView(float* growth, float* norms, float* errors, float* limits, float* on, float* off, float* sizes)
{
    public readonly float* Growth = growth;
    public readonly float* Norms = norms;
    public readonly float* Errors = errors;
    public readonly float* Limits = limits;
    public readonly float* On = on;
    public readonly float* Off = off;
    public readonly float* Sizes = sizes;
}
