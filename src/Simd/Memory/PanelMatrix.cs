using System.Diagnostics.CodeAnalysis;

namespace Subquad.Simd.Memory;

/// <summary>
/// A matrix in panels of 64 rows. Inside a panel, column j owns 64 consecutive floats (four cache lines), one per row, so a block of
/// columns of one panel is contiguous: the forward verb streams whole columns into registers, pull-back and scatter touch elements of the
/// same lines. Rows are padded with zeros to an even number of panels. Panels are one column further apart than their data, so that the
/// same column of neighbouring panels falls into different cache sets also when the matrix is a power of two wide. Elements go in and out
/// as copies: no reference or span can outlive the memory. Thread-safe against disposal and reshaping: a call in flight ends with the
/// matrix that it began with, and a call that would change the shape under it throws. Calls that write the same elements at the same time
/// leave them undefined. Of <see cref="ElementFormat.BFloat16"/> a column is two cache lines: the forward verbs read such a matrix, methods
/// that copy or set elements convert, everything else refuses it.
/// </summary>
/// <remarks>
/// As weights: rows are outputs, columns are inputs. As pre-activations: rows are neurons, columns are data. As a Gram factor: rows are
/// data.
/// </remarks>
public sealed unsafe class PanelMatrix : IDisposable, INativeOwner
{
    /// <summary>Rows of a panel.</summary>
    public const int PanelRows = 64;

    // Of bfloat16 a float's place holds two elements.
    private NativeBuffer<float> _values;
    private UseCount _uses;

    /// <summary>A zero matrix.</summary>
    /// <param name="rows">Rows, 1 or more.</param>
    /// <param name="columns">Columns, 1 or more.</param>
    /// <param name="format">How its elements are stored, for good.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1, or there is no such format.</exception>
    /// <exception cref="OutOfMemoryException">The system has no such block; the message names the bytes.</exception>
    public PanelMatrix(int rows, int columns, ElementFormat format = ElementFormat.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        if (!Enum.IsDefined(format))
            throw new ArgumentOutOfRangeException(
                nameof(format), $"expected {ElementFormat.Float32} or {ElementFormat.BFloat16}, found {format}");
        Rows = rows;
        Columns = columns;
        Format = format;
        _values = new NativeBuffer<float>(Places);
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

    /// <summary>
    /// Whether the matrix lies in a <see cref="MappedFile"/>: its pages are shared and cannot be written. Methods and verbs that write
    /// refuse it.
    /// </summary>
    public bool IsReadOnly { get; }

    /// <summary>How the elements are stored.</summary>
    public ElementFormat Format { get; }

    /// <summary>Rows, without padding.</summary>
    public int Rows { get; private set; }

    /// <summary>Columns.</summary>
    public int Columns { get; private set; }

    /// <summary>Panels, an even number.</summary>
    public int Panels => PanelsOf(Rows);

    /// <summary>Elements from one panel to the next.</summary>
    public long PanelStride => ((long)Columns + 1) * PanelRows;

    /// <summary>Bytes that a matrix of this shape takes.</summary>
    /// <param name="rows">Rows, 0 or more.</param>
    /// <param name="columns">Columns, 0 or more.</param>
    /// <param name="format">How the elements are stored.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    /// <exception cref="OverflowException">There are more bytes than an address space holds.</exception>
    public static long BytesOf(long rows, long columns, ElementFormat format = ElementFormat.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        return checked(PanelsOf(rows) * (columns + 1) * PanelRows * (format == ElementFormat.BFloat16 ? sizeof(ushort) : sizeof(float)));
    }

    /// <summary>Bytes of the block behind a matrix that grew to this shape.</summary>
    internal static Int128 BlockBytesOf(long rows, long columns) =>
        NativeBuffer<float>.BytesOf(PlacesOf(rows, columns, ElementFormat.Float32));

    ref UseCount INativeOwner.Uses => ref _uses;

    /// <summary>One element, for the engine: the reference does not keep the matrix.</summary>
    /// <exception cref="InvalidOperationException">The matrix does not hold float32.</exception>
    internal ref float this[int row, int column]
    {
        get
        {
            RequireFloat32();
            if (unchecked((uint)row) >= (uint)Rows || unchecked((uint)column) >= (uint)Columns)
                throw new IndexOutOfRangeException($"element ({row}, {column}) is outside a matrix of {Rows} x {Columns}");
            return ref _values.Pointer[row / PanelRows * PanelStride + (long)column * PanelRows + row % PanelRows];
        }
    }

    /// <summary>
    /// The elements of one panel, column after column, padding included, for the engine: the span does not keep the matrix.
    /// </summary>
    /// <exception cref="InvalidOperationException">The matrix does not hold float32.</exception>
    internal Span<float> Panel(int panel)
    {
        RequireFloat32();
        return _values.Slice(panel * PanelStride, checked((int)(PanelStride - PanelRows)));
    }

    /// <summary>What kernels for float32 see.</summary>
    /// <exception cref="InvalidOperationException">The matrix does not hold float32.</exception>
    internal PanelView View
    {
        get
        {
            RequireFloat32();
            return new(_values.Pointer, PanelStride, Rows, Columns);
        }
    }

    /// <summary>What kernels for bfloat16 see.</summary>
    /// <exception cref="InvalidOperationException">The matrix holds float32.</exception>
    internal BFloat16View NarrowView => Format == ElementFormat.BFloat16
        ? new((uint*)_values.Pointer, PanelStride / 2, Rows, Columns)
        : throw new InvalidOperationException("expected a matrix that holds bfloat16, found one that holds float32");

    /// <summary>Elements of <see cref="_values"/> that this shape takes.</summary>
    private long Places => PlacesOf(Rows, Columns, Format);

    /// <summary>
    /// Gives the matrix another shape; its content is then undefined (padding included) unless cleared. Takes memory only when it grows.
    /// </summary>
    /// <param name="rows">Rows, 1 or more.</param>
    /// <param name="columns">Columns, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1.</exception>
    /// <exception cref="InvalidOperationException">The matrix is read-only, or another call is using it.</exception>
    /// <exception cref="OutOfMemoryException">The system has no such block; the matrix is then as good as disposed.</exception>
    public void Reshape(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        using Use use = Use.Alone(this);
        SetShape(rows, columns);
    }

    /// <summary>Sets every element, padding included, to zero.</summary>
    /// <exception cref="InvalidOperationException">The matrix is read-only.</exception>
    public void Clear()
    {
        using Use use = Use.Shared(this);
        ThrowIfReadOnly();
        _values.Clear(Places);
    }

    /// <summary>Copies whole rows out, row after row.</summary>
    /// <param name="row">First row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="destination">count x Columns elements.</param>
    public void CopyRows(int row, int count, Span<float> destination)
    {
        using Use use = Use.Shared(this);
        CheckRows(row, count, destination.Length);
        if (Format == ElementFormat.BFloat16)
        {
            CopyRowMajor((long)row * Columns, destination[..(count * Columns)]);
            return;
        }
        float* values = _values.Pointer;
        for (int i = 0; i < count; i++)
        {
            float* from = values + (row + i) / PanelRows * PanelStride + (row + i) % PanelRows;
            Span<float> to = destination.Slice(i * Columns, Columns);
            for (int column = 0; column < to.Length; column++)
                to[column] = from[(long)column * PanelRows];
        }
    }

    /// <summary>
    /// Overwrites whole rows, rounded to the matrix's format; 64 at a time from a multiple of 64 are written line by line.
    /// </summary>
    /// <param name="row">First row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="source">count x Columns elements, row after row.</param>
    /// <exception cref="InvalidOperationException">The matrix is read-only.</exception>
    public void SetRows(int row, int count, ReadOnlySpan<float> source)
    {
        using Use use = Use.Shared(this);
        ThrowIfReadOnly();
        CheckRows(row, count, source.Length);
        if (Format == ElementFormat.BFloat16)
        {
            SetRowMajor((long)row * Columns, source[..(count * Columns)]);
            return;
        }
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
        using Use use = Use.Shared(this);
        CheckPart(start, destination.Length);
        float* values = _values.Pointer;
        ushort* narrow = (ushort*)values;
        for (int i = 0; i < destination.Length; i++)
            destination[i] = Format == ElementFormat.BFloat16 ? BFloat16.Widen(narrow[NarrowPlace(start + i)]) : values[Place(start + i)];
    }

    /// <summary>Overwrites elements in row-major order, from any place on, rounded to the matrix's format.</summary>
    /// <param name="start">Place of the first element: row * Columns + column.</param>
    /// <param name="source">The elements.</param>
    /// <exception cref="InvalidOperationException">The matrix is read-only.</exception>
    public void SetRowMajor(long start, ReadOnlySpan<float> source)
    {
        using Use use = Use.Shared(this);
        ThrowIfReadOnly();
        CheckPart(start, source.Length);
        float* values = _values.Pointer;
        ushort* narrow = (ushort*)values;
        for (int i = 0; i < source.Length; i++)
            if (Format == ElementFormat.BFloat16)
                narrow[NarrowPlace(start + i)] = BFloat16.Round(source[i]);
            else
                values[Place(start + i)] = source[i];
    }

    /// <summary>Makes this an exact copy of another matrix of the same format.</summary>
    /// <exception cref="InvalidOperationException">This matrix is read-only, or another call is using it.</exception>
    /// <exception cref="ArgumentException">The other one holds another format; <see cref="KernelSet.Round"/> rounds one into the
    /// other.</exception>
    public void CopyFrom(PanelMatrix source)
    {
        using Use from = Use.Shared(source);
        if (source.Format != Format)
            throw new ArgumentException($"expected a matrix that holds {Format}, found one that holds {source.Format}", nameof(source));
        if (source == this)
            return;
        using Use to = Use.Alone(this);
        SetShape(source.Rows, source.Columns);
        long bytes = Places * sizeof(float);
        Buffer.MemoryCopy(source._values.Pointer, _values.Pointer, bytes, bytes);
    }

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose() => _uses.Close(this);

    void INativeOwner.Free() => _values.Dispose();

    /// <summary>Gives the matrix another shape, for the engine: rows or columns may be 0, and no other call may use the matrix.</summary>
    /// <inheritdoc cref="Reshape"/>
    internal void SetShape(int rows, int columns)
    {
        ThrowIfReadOnly();
        long wanted = PlacesOf(rows, columns, Format);
        GrowOnlyBuffer.EnsureCapacity(ref _values, wanted);
        Rows = rows;
        Columns = columns;
    }

    private void ThrowIfReadOnly()
    {
        if (IsReadOnly)
            throw new InvalidOperationException(
                "expected a matrix in memory of its own, found one in a mapped file, which cannot be written");
    }

    internal void RequireFloat32()
    {
        if (Format != ElementFormat.Float32)
            ThrowNarrow();
    }

    [DoesNotReturn]
    private static void ThrowNarrow() =>
        throw new InvalidOperationException("expected a matrix that holds float32, found one that holds bfloat16: the forward verbs " +
            "read it, and copying and setting elements convert; nothing else does");

    private void CheckPart(long start, int elements)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, (long)Rows * Columns - elements);
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

    private long NarrowPlace(long element)
    {
        (long row, long column) = Math.DivRem(element, Columns);
        return row / PanelRows * PanelStride + column * PanelRows + BFloat16.Place((int)(row % PanelRows));
    }

    private static long PlacesOf(long rows, long columns, ElementFormat format) =>
        checked(PanelsOf(rows) * ((columns + 1) * PanelRows)) / (format == ElementFormat.BFloat16 ? 2 : 1);

    private static int PanelsOf(long rows) => checked((int)((rows + 2 * PanelRows - 1) / (2 * PanelRows) * 2));
}
