using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>
/// Rank-one terms that are part of a weight matrix but not of its base: W -= scale * sum over i of u_i v_i^T, with u_i and v_i sparse. They
/// own copies of their factors, transposed once, so that a step's lists may be overwritten by the next.
/// </summary>
internal sealed class LowRankTerms : IDisposable
{
    private ActiveBatch _spareOutputs = new(), _spareInputs = new();

    /// <summary>Bytes of a group of terms.</summary>
    /// <param name="count">Terms.</param>
    /// <param name="rows">Rows of W.</param>
    /// <param name="active">Entries of u, for a term.</param>
    /// <param name="columns">Columns of W.</param>
    /// <param name="activeInputs">Entries of v, for a term.</param>
    /// <param name="isJoined">Whether the terms came in several steps: what was held before the last one is kept as room.</param>
    public static Int128 BytesOf(int count, int rows, double active, int columns, double activeInputs, bool isJoined)
    {
        Int128 outputs = (Int128)Math.Ceiling(count * active), inputs = (Int128)Math.Ceiling(count * activeInputs);
        Int128 lists = ActiveBatch.BytesOf(count, rows, outputs) + ActiveBatch.BytesOf(count, columns, inputs);
        return (isJoined ? 2 : 1) * lists + TransposedBatch.BytesOf(count, rows, outputs) + TransposedBatch.BytesOf(count, columns, inputs);
    }

    /// <summary>u: terms x rows of W, with values.</summary>
    public ActiveBatch Outputs { get; private set; } = new();

    /// <summary>v: terms x columns of W, with values.</summary>
    public ActiveBatch Inputs { get; private set; } = new();

    /// <summary>Multiplies every term.</summary>
    public float Scale { get; private set; }

    /// <summary>Terms.</summary>
    public int Count => Outputs.Count;

    /// <summary>u transposed: for every row of W its terms.</summary>
    public TransposedBatch TransposedOutputs { get; } = new();

    /// <summary>v transposed: for every column of W its terms.</summary>
    public TransposedBatch TransposedInputs { get; } = new();

    /// <summary>Takes copies of terms, in place of those it held.</summary>
    /// <param name="outputs">The structure of u.</param>
    /// <param name="values">u, in the order of <paramref name="outputs"/>.</param>
    /// <param name="inputs">v.</param>
    /// <param name="scale">Multiplies every term.</param>
    public void Set(ActiveBatch outputs, NativeBuffer<float> values, ActiveBatch inputs, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(inputs.Count, outputs.Count);
        Outputs.CopyFrom(outputs, values);
        Inputs.CopyFrom(inputs);
        Scale = scale;
        Transpose();
    }

    /// <summary>Takes copies of further terms of the same scale, behind those it holds.</summary>
    public void Add(ActiveBatch outputs, NativeBuffer<float> values, ActiveBatch inputs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(inputs.Count, outputs.Count);
        _spareOutputs.Join(Outputs, outputs, values);
        _spareInputs.Join(Inputs, inputs, inputs.Values);
        (Outputs, _spareOutputs) = (_spareOutputs, Outputs);
        (Inputs, _spareInputs) = (_spareInputs, Inputs);
        Transpose();
    }

    /// <summary>product[i, r] = sum over terms j of products[i, j] u_j[r]: see <see cref="PendingTerms.Multiply"/>.</summary>
    public void Multiply(TeamKernels kernels, PanelMatrix products, PanelMatrix product) =>
        kernels.Multiply(products, TransposedOutputs.Lists, TransposedOutputs.Lists.Values, product);

    /// <summary>product[i, c] = sum over terms j of products[i, j] v_j[c].</summary>
    public void MultiplyInputs(TeamKernels kernels, PanelMatrix products, PanelMatrix product) =>
        kernels.Multiply(products, TransposedInputs.Lists, TransposedInputs.Lists.Values, product);

    /// <summary>Bounds how far each row is moved by the terms; see <see cref="PendingTerms.ChangeNorms"/>.</summary>
    public void ChangeNorms(ReadOnlySpan<double> inputNorms, Span<double> change, Span<int> terms) =>
        SparseNorms.OfTerms(TransposedOutputs.Lists, TransposedOutputs.Lists.Values, Scale, inputNorms, change, terms);

    /// <summary>Adds the terms to a matrix, per element in their order.</summary>
    public void FoldInto(TeamKernels kernels, PanelMatrix weights) =>
        kernels.Scatter(weights, Outputs, Outputs.Values, TransposedInputs, TransposedInputs.Lists.Values, -Scale);

    /// <summary>Adds the terms to one row, with the bits of <see cref="FoldInto(TeamKernels, PanelMatrix)"/>.</summary>
    /// <param name="row">Which row of W.</param>
    /// <param name="weights">Its elements.</param>
    /// <param name="isFused">Whether the kernel set's multiply-add rounds once.</param>
    public void FoldInto(int row, Span<float> weights, bool isFused)
    {
        ActiveBatch terms = TransposedOutputs.Lists;
        foreach (ActiveSegment segment in terms.SegmentsOf(row))
        {
            ReadOnlySpan<ushort> offsets = segment.Offsets;
            ReadOnlySpan<float> values = segment.Values;
            for (int i = 0; i < values.Length; i++)
                FoldTerm(segment.FirstNeuron + offsets[i], values[i], weights, isFused);
        }
    }

    public void Dispose()
    {
        foreach (IDisposable part in (ReadOnlySpan<IDisposable>)[Outputs, Inputs, _spareOutputs, _spareInputs, TransposedOutputs,
            TransposedInputs])
            part.Dispose();
    }

    private void FoldTerm(int term, float u, Span<float> weights, bool isFused)
    {
        foreach (ActiveSegment segment in Inputs.SegmentsOf(term))
        {
            ReadOnlySpan<ushort> offsets = segment.Offsets;
            ReadOnlySpan<float> values = segment.Values;
            Span<float> part = weights[segment.FirstNeuron..];
            for (int i = 0; i < values.Length; i++)
            {
                float x = -Scale * values[i];
                ref float weight = ref part[offsets[i]];
                weight = isFused ? MathF.FusedMultiplyAdd(u, x, weight) : (u * x) + weight;
            }
        }
    }

    private void Transpose()
    {
        TransposedOutputs.Build(Outputs);
        TransposedInputs.Build(Inputs);
    }
}
