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
    public int Stride => (Outputs + Padding - 1) / Padding * Padding;

    /// <summary>All elements, padding included.</summary>
    public Span<double> Span => _values.Slice(0, checked(Count * Stride));

    /// <summary>The memory behind it, for solvers.</summary>
    public NativeBuffer<double> Buffer => _values;

    /// <summary>The outputs of one datum.</summary>
    public Span<double> this[int datum] => _values.Slice((long)datum * Stride, Outputs);

    /// <summary>Sets the shape; everything becomes zero.</summary>
    public void Reshape(int count, int outputs)
    {
        Count = count;
        Outputs = outputs;
        long wanted = (long)count * Stride;
        GrowOnlyBuffer.EnsureCapacity(ref _values, wanted).Clear(wanted);
    }

    /// <summary>Copies another vector of the same shape.</summary>
    public void CopyFrom(OutputVector source) => source.Span.CopyTo(Span);

    public void Dispose() => _values.Dispose();
}
