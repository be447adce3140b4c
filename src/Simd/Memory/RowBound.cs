namespace Subquad.Simd.Memory;

/// <summary>
/// What bounds the pre-activations of all rows for all data, beside the matrices of the reference: W h is at most upper[r, i] + (support[r,
/// i] + Growth[r]) On[i] + Norms[r] Off[i]; computing it in float32 adds at most Errors[r] Sizes[i]; a row is ruled out when the sum stays
/// below Limits[r].
/// </summary>
internal sealed class RowBound : IDisposable
{
    /// <summary>Room for rows and data; the limits are infinite, so that padding is ruled out.</summary>
    public RowBound(int rows, int data)
    {
        long padded = PaddedOf(rows);
        (Growth, Norms, Errors, Slack, Limits) = (new(padded), new(padded), new(padded), new(padded), new(padded));
        (On, Off, Sizes) = (new(data), new(data), new(data));
        Limits.Span.Fill(float.PositiveInfinity);
    }

    /// <summary>Bytes of room for rows and data.</summary>
    public static Int128 BytesOf(int rows, int data) =>
        5 * NativeBuffer<float>.BytesOf(PaddedOf(rows)) + 3 * NativeBuffer<float>.BytesOf(data);

    /// <summary>Per row: how far the row may have moved since the reference, in norm.</summary>
    public NativeBuffer<float> Growth { get; }

    /// <summary>Per row: its norm.</summary>
    public NativeBuffer<float> Norms { get; }

    /// <summary>Per row: the rounding of the chains that a pre-activation is made of, for inputs of norm 1.</summary>
    public NativeBuffer<float> Errors { get; }

    /// <summary>Per row: what is added to carried bounds, or to computed values that become bounds, for inputs of norm 1.</summary>
    public NativeBuffer<float> Slack { get; }

    /// <summary>Per row: its threshold, less what is too small for the other parts.</summary>
    public NativeBuffer<float> Limits { get; }

    /// <summary>Per datum: how far its inputs moved on the reference's support.</summary>
    public NativeBuffer<float> On { get; }

    /// <summary>Per datum: how far its inputs moved off that support.</summary>
    public NativeBuffer<float> Off { get; }

    /// <summary>Per datum: the larger norm of its inputs, now and at the reference.</summary>
    public NativeBuffer<float> Sizes { get; }

    internal unsafe BoundView View =>
        new(Growth.Pointer, Norms.Pointer, Errors.Pointer, Limits.Pointer, On.Pointer, Off.Pointer, Sizes.Pointer);

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose()
    {
        foreach (NativeBuffer<float> part in (ReadOnlySpan<NativeBuffer<float>>)[Growth, Norms, Errors, Slack, Limits, On, Off, Sizes])
            part.Dispose();
    }

    private static long PaddedOf(int rows) => PanelMatrix.BytesOf(rows, 0) / sizeof(float);
}
