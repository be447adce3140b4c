namespace Subquad.Simd.Memory;

/// <summary>
/// A float32 matrix in panels of 64 rows. Inside a panel, column j owns 64 consecutive floats (four cache lines), one per row, so a block of columns of
/// one panel is contiguous: the forward verb streams whole columns into registers, pull-back and scatter touch elements of the same lines.
/// Rows are padded with zeros to an even number of panels. Panels are one column further apart than their data, so that the same column of
/// neighbouring panels falls into different cache sets also when the matrix is a power of two wide.
/// </summary>
/// <remarks>As weights: rows are outputs, columns are inputs. As pre-activations: rows are neurons, columns are data. As a Gram factor: rows are data.</remarks>
public sealed unsafe class PanelMatrix : IDisposable
{
    /// <summary>Rows of a panel.</summary>
    public const int PanelRows = 64;

    private NativeBuffer<float> _values;

    /// <summary>A zero matrix.</summary>
    /// <param name="rows">Rows, 1 or more.</param>
    /// <param name="columns">Columns, 1 or more.</param>
    public PanelMatrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Rows = rows;
        Columns = columns;
        _values = new NativeBuffer<float>(Panels * PanelStride);
    }

    /// <summary>A matrix in memory that must not be written.</summary>
    /// <param name="values">All panels, padding included; owned by the matrix from now on.</param>
    /// <param name="rows">Rows, 1 or more.</param>
    /// <param name="columns">Columns, 1 or more.</param>
    internal PanelMatrix(NativeBuffer<float> values, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        Rows = rows;
        Columns = columns;
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Panels * PanelStride);
        _values = values;
        IsReadOnly = true;
    }

    /// <summary>Whether the matrix lies in a <see cref="MappedFile"/>: its pages are shared and cannot be written. Methods that write refuse it; a write through a reference or a span ends the process.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Rows, without padding.</summary>
    public int Rows { get; private set; }

    /// <summary>Columns.</summary>
    public int Columns { get; private set; }

    /// <summary>Panels, an even number.</summary>
    public int Panels => PanelsOf(Rows);

    /// <summary>Floats from one panel to the next.</summary>
    public long PanelStride => ((long)Columns + 1) * PanelRows;

    /// <summary>Bytes that a matrix of this shape takes.</summary>
    public static long BytesOf(long rows, long columns) => PanelsOf(rows) * (columns + 1) * PanelRows * sizeof(float);

    /// <summary>One element.</summary>
    public ref float this[int row, int column]
    {
        get
        {
            if (unchecked((uint)row) >= (uint)Rows || unchecked((uint)column) >= (uint)Columns)
                throw new IndexOutOfRangeException($"element ({row}, {column}) is outside a matrix of {Rows} x {Columns}");
            return ref _values.Pointer[row / PanelRows * PanelStride + (long)column * PanelRows + row % PanelRows];
        }
    }

    /// <summary>The elements of one panel, column after column, padding included.</summary>
    public Span<float> Panel(int panel) => _values.Slice(panel * PanelStride, checked((int)(PanelStride - PanelRows)));

    internal PanelView View => new(_values.Pointer, PanelStride, Rows, Columns);

    /// <summary>Gives the matrix another shape; its content is then undefined (padding included) unless cleared. Takes memory only when it grows.</summary>
    /// <exception cref="InvalidOperationException">The matrix is read-only.</exception>
    public void Reshape(int rows, int columns)
    {
        ThrowIfReadOnly();
        Rows = rows;
        Columns = columns;
        long wanted = Panels * PanelStride;
        if (_values.Length >= wanted)
            return;
        _values.ThrowIfDisposed();
        _values.Dispose();
        _values = new NativeBuffer<float>(wanted);
    }

    /// <summary>Sets every element, padding included, to zero.</summary>
    /// <exception cref="InvalidOperationException">The matrix is read-only.</exception>
    public void Clear()
    {
        ThrowIfReadOnly();
        _values.Clear(Panels * PanelStride);
    }

    /// <summary>Copies whole rows out, row after row.</summary>
    /// <param name="row">First row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="destination">count x Columns elements.</param>
    public void CopyRows(int row, int count, Span<float> destination)
    {
        CheckRows(row, count, destination.Length);
        float* values = _values.Pointer;
        for (int i = 0; i < count; i++)
        {
            float* from = values + (row + i) / PanelRows * PanelStride + (row + i) % PanelRows;
            Span<float> to = destination.Slice(i * Columns, Columns);
            for (int column = 0; column < to.Length; column++)
                to[column] = from[(long)column * PanelRows];
        }
    }

    /// <summary>Overwrites whole rows; 64 at a time from a multiple of 64 are written line by line.</summary>
    /// <param name="row">First row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="source">count x Columns elements, row after row.</param>
    /// <exception cref="InvalidOperationException">The matrix is read-only.</exception>
    public void SetRows(int row, int count, ReadOnlySpan<float> source)
    {
        ThrowIfReadOnly();
        CheckRows(row, count, source.Length);
        float* values = _values.Pointer;
        for (int first = 0; first < count; first += PanelRows - (row + first) % PanelRows)
        {
            int inPanel = (row + first) % PanelRows, rows = Math.Min(count - first, PanelRows - inPanel);
            float* to = values + (row + first) / PanelRows * PanelStride + inPanel;
            for (int column = 0; column < Columns; column++, to += PanelRows)
                for (int i = 0; i < rows; i++)
                    to[i] = source[(first + i) * Columns + column];
        }
    }

    /// <summary>Copies elements out in row-major order, from any place on.</summary>
    /// <param name="start">Place of the first element: row * Columns + column.</param>
    /// <param name="destination">As many elements as it has room for.</param>
    public void CopyRowMajor(long start, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + destination.Length, (long)Rows * Columns);
        float* values = _values.Pointer;
        for (int i = 0; i < destination.Length; i++)
            destination[i] = values[Place(start + i)];
    }

    /// <summary>Overwrites elements in row-major order, from any place on.</summary>
    /// <param name="start">Place of the first element: row * Columns + column.</param>
    /// <param name="source">The elements.</param>
    /// <exception cref="InvalidOperationException">The matrix is read-only.</exception>
    public void SetRowMajor(long start, ReadOnlySpan<float> source)
    {
        ThrowIfReadOnly();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + source.Length, (long)Rows * Columns);
        float* values = _values.Pointer;
        for (int i = 0; i < source.Length; i++)
            values[Place(start + i)] = source[i];
    }

    /// <summary>Makes this an exact copy of another matrix.</summary>
    /// <exception cref="InvalidOperationException">This matrix is read-only.</exception>
    public void CopyFrom(PanelMatrix source)
    {
        Reshape(source.Rows, source.Columns);
        long bytes = Panels * PanelStride * sizeof(float);
        Buffer.MemoryCopy(source._values.Pointer, _values.Pointer, bytes, bytes);
        GC.KeepAlive(source);
    }

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose() => _values.Dispose();

    private void ThrowIfReadOnly()
    {
        if (IsReadOnly)
            throw new InvalidOperationException("expected a matrix in memory of its own, found one in a mapped file, which cannot be written");
    }

    private void CheckRows(int row, int count, int elements)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(row, Rows - count);
        ArgumentOutOfRangeException.ThrowIfLessThan((long)elements, (long)count * Columns);
    }

    private long Place(long element)
    {
        (long row, long column) = Math.DivRem(element, Columns);
        return row / PanelRows * PanelStride + column * PanelRows + row % PanelRows;
    }

    private static int PanelsOf(long rows) => checked((int)((rows + 2 * PanelRows - 1) / (2 * PanelRows) * 2));
}
