namespace Subquad.Simd.Memory;

/// <summary>
/// The blocks W[T_i, S_i] of all data side by side: row per active input, its active outputs contiguous and padded to a line. Filled once
/// per step (<see cref="KernelSet.Pack"/>), then every pull-back and push-forward of the step streams it.
/// </summary>
internal sealed unsafe class PackedBlocks : IDisposable
{
    private const int LineFloats = 16;

    private NativeBuffer<float> _values = new(0);
    private NativeBuffer<long> _starts = new(1);
    private NativeBuffer<int> _strides = new(1);
    private NativeBuffer<int> _inputRanks = new(0);
    private NativeBuffer<int> _outputRanks = new(0);

    /// <summary>The active outputs of the plan.</summary>
    public ActiveBatch? Outputs { get; private set; }

    /// <summary>The active inputs of the plan.</summary>
    public ActiveBatch? Inputs { get; private set; }

    /// <summary>Elements of the plan, padding included.</summary>
    public long Elements => Outputs is null ? 0 : _starts[Outputs.Count];

    internal PackedView View => new(_values.Pointer, _starts.Pointer, _strides.Pointer, _inputRanks.Pointer, _outputRanks.Pointer);

    /// <summary>Bytes that the blocks of these lists take.</summary>
    public static long BytesOf(ActiveBatch outputs, ActiveBatch inputs)
    {
        long floats = 0;
        for (int datum = 0; datum < outputs.Count; datum++)
            floats += (long)inputs.LengthOf(datum) * Padded(outputs.LengthOf(datum));
        return floats * sizeof(float);
    }

    /// <summary>Bytes that the blocks of average lists take.</summary>
    /// <param name="count">Data.</param>
    /// <param name="outputs">Active outputs of a datum.</param>
    /// <param name="inputs">Active inputs of a datum.</param>
    public static Int128 BytesOf(int count, double outputs, double inputs) => ElementsOf(count, outputs, inputs) * sizeof(float);

    /// <summary>Bytes that a plan of average lists takes, with what finds the blocks.</summary>
    /// <inheritdoc cref="BytesOf(int, double, double)"/>
    public static Int128 PlanBytesOf(int count, double outputs, double inputs) =>
        GrowOnlyBuffer.BytesOfList<float>(ElementsOf(count, outputs, inputs))
        + GrowOnlyBuffer.BytesOfList<long>(count + 1L) + GrowOnlyBuffer.BytesOfList<int>(count)
        + GrowOnlyBuffer.BytesOfList<int>((Int128)(count * inputs)) + GrowOnlyBuffer.BytesOfList<int>((Int128)(count * outputs));

    /// <summary>Bytes of scratch that a worker reserves for a product with packed blocks.</summary>
    /// <param name="outputs">Outputs of the layer.</param>
    /// <param name="inputs">Its inputs.</param>
    public static long ScratchOf(int outputs, int inputs) => sizeof(float) * ((long)outputs + inputs) + 1024;

    /// <summary>Lays the blocks out for these lists, which must not change while the plan is used.</summary>
    public void Plan(ActiveBatch outputs, ActiveBatch inputs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(inputs.Count, outputs.Count);
        Outputs = outputs;
        Inputs = inputs;
        int count = outputs.Count;
        GrowOnlyBuffer.EnsureListCapacity(ref _starts, count + 1L);
        GrowOnlyBuffer.EnsureListCapacity(ref _strides, count);
        GrowOnlyBuffer.EnsureListCapacity(ref _inputRanks, inputs.EntryCount);
        GrowOnlyBuffer.EnsureListCapacity(ref _outputRanks, outputs.EntryCount);
        long start = 0;
        for (int datum = 0; datum < count; datum++)
        {
            _starts[datum] = start;
            _strides[datum] = Padded(Rank(outputs, datum, _outputRanks));
            start += (long)Rank(inputs, datum, _inputRanks) * _strides[datum];
        }
        _starts[count] = start;
        GrowOnlyBuffer.EnsureListCapacity(ref _values, start);
    }

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose()
    {
        _values.Dispose();
        _starts.Dispose();
        _strides.Dispose();
        _inputRanks.Dispose();
        _outputRanks.Dispose();
    }

    // A length is anywhere between two multiples of a line: half a line is added on average.
    private static Int128 ElementsOf(int count, double outputs, double inputs) =>
        (Int128)(count * inputs * (outputs + LineFloats / 2.0));

    private static int Padded(int count) => (count + LineFloats - 1) / LineFloats * LineFloats;

    private static int Rank(ActiveBatch batch, int datum, NativeBuffer<int> ranks)
    {
        int rank = 0;
        foreach (ActiveSegment segment in batch.SegmentsOf(datum))
            foreach (ref int place in segment.In(ranks))
                place = rank++;
        return rank;
    }
}

/// <summary>
/// The raw shape of <see cref="PackedBlocks"/>: element (input rank a, output rank b) of datum i is at Values[Starts[i] + a * Strides[i] +
/// b].
/// </summary>
internal readonly unsafe struct PackedView(float* values, long* starts, int* strides, int* inputRanks, int* outputRanks)
{
    public readonly float* Values = values;
    public readonly long* Starts = starts;
    public readonly int* Strides = strides;
    public readonly int* InputRanks = inputRanks;
    public readonly int* OutputRanks = outputRanks;
}
