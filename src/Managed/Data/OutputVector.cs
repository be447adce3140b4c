using Subquad.Simd.Memory;

namespace Subquad.Data;

/// <summary>
/// A float64 vector over data and outputs, row per datum, rows padded with zeros to whole vectors: residuals, multipliers, search
/// directions.
/// </summary>
internal sealed class OutputVector : IDisposable
{
    private const int Padding = 16;

    private NativeBuffer<double> _values = new(0);

    /// <summary>Data.</summary>
    public int Count { get; private set; }

    /// <summary>Outputs of a datum.</summary>
    public int Outputs { get; private set; }

    /// <summary>Elements from datum to datum.</summary>
    public int Stride => (int)StrideOf(Outputs);

    /// <summary>All elements, padding included.</summary>
    public Span<double> Span => _values.Slice(0, checked(Count * Stride));

    /// <summary>The memory behind it, for solvers.</summary>
    public NativeBuffer<double> Buffer => _values;

    /// <summary>The outputs of one datum.</summary>
    public Span<double> this[int datum] => _values.Slice((long)datum * Stride, Outputs);

    /// <summary>Elements of a vector of this shape, padding included.</summary>
    public static long LengthOf(int count, int outputs) => count * StrideOf(outputs);

    /// <summary>Bytes of a vector of this shape.</summary>
    public static Int128 BytesOf(int count, int outputs) => NativeBuffer<double>.BytesOf(LengthOf(count, outputs));

    /// <summary>Sets the shape; everything becomes zero.</summary>
    public void Reshape(int count, int outputs)
    {
        Count = count;
        Outputs = outputs;
        long wanted = LengthOf(count, outputs);
        GrowOnlyBuffer.EnsureCapacity(ref _values, wanted).Clear(wanted);
    }

    /// <summary>Copies another vector of the same shape.</summary>
    public void CopyFrom(OutputVector source) => source.Span.CopyTo(Span);

    public void Dispose() => _values.Dispose();

    private static long StrideOf(int outputs) => ((long)outputs + Padding - 1) / Padding * Padding;
}
