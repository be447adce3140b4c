using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>
/// A weight matrix as a base and sparse rank-one terms that are not in it: W = base - sum over groups of scale * U^T V (Song, Zhang, Zhang,
/// ITCS 2024, low-rank maintenance; algorithm A6). Terms are appended in O(n k), queries read them beside the base, and a flush scatters
/// them into it. A read-only base is never written, so that many networks may share it.
/// </summary>
/// <remarks>
/// A query is the base's own chain, from which each group's product is subtracted in the order of appending: for all rows and for chosen
/// ones the same bits. It agrees with the flushed matrix within rounding, not bit for bit. Reading is thread-safe with a scratch of one's
/// own; appending and flushing are not.
/// </remarks>
/// <param name="baseWeights">The weights without terms. Owned.</param>
/// <param name="isReadOnly">Whether the base must never be written.</param>
internal sealed class LowRankWeights(PanelMatrix baseWeights, bool isReadOnly = false) : IDisposable
{
    /// <summary>
    /// Terms are joined into groups of at most so many: two blocks of a scatter, which streams W once for each, and one product of a query.
    /// </summary>
    public const int MostJoined = 2 * ActiveBatch.BlockSize;

    private readonly List<LowRankTerms> _held = [], _spare = [];

    /// <summary>The weights without the terms.</summary>
    public PanelMatrix Base { get; } = baseWeights;

    /// <summary>Whether the base must never be written.</summary>
    public bool IsReadOnly { get; } = isReadOnly;

    /// <summary>
    /// Whether terms were added to the base since it was made or <see cref="StartFromBase"/>: what is held is then not all that changed.
    /// </summary>
    public bool IsBaseChanged { get; private set; }

    /// <summary>The terms that are not in the base, in the order of appending.</summary>
    public IReadOnlyList<LowRankTerms> Terms => _held;

    /// <summary>How many terms that are.</summary>
    public int Rank { get; private set; }

    public bool HasTerms => _held.Count > 0;
    public int Rows => Base.Rows;
    public int Columns => Base.Columns;

    /// <summary>Bytes of the terms that are held beside a matrix.</summary>
    /// <param name="terms">The most terms held at a time.</param>
    /// <param name="step">Terms of a step.</param>
    /// <param name="rows">Rows of W.</param>
    /// <param name="active">Entries of u, for a term.</param>
    /// <param name="columns">Columns of W.</param>
    /// <param name="activeInputs">Entries of v, for a term.</param>
    public static Int128 HeldBytesOf(long terms, int step, int rows, double active, int columns, double activeInputs)
    {
        if (terms == 0)
            return 0;
        int steps = Math.Max(1, MostJoined / step), group = (int)Math.Min(terms, (long)steps * step);
        (long groups, long rest) = Math.DivRem(terms, group);
        return groups * BytesOf(group) + (rest == 0 ? 0 : BytesOf((int)rest));

        Int128 BytesOf(int count) => LowRankTerms.BytesOf(count, rows, active, columns, activeInputs, isJoined: count > step);
    }

    /// <summary>Appends copies of a step's terms.</summary>
    public void Append(PendingTerms terms) => Append(terms.Outputs, terms.OutputValues, terms.Inputs, terms.Scale);

    /// <summary>Appends copies of terms: W -= scale * sum over i of u_i v_i^T.</summary>
    /// <param name="outputs">The structure of u.</param>
    /// <param name="values">u, in the order of <paramref name="outputs"/>.</param>
    /// <param name="inputs">v.</param>
    /// <param name="scale">Multiplies every term.</param>
    public void Append(ActiveBatch outputs, NativeBuffer<float> values, ActiveBatch inputs, float scale)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(outputs.Width, Rows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(inputs.Width, Columns);
        if (outputs.Count == 0)
            return;
        if (_held.Count > 0 && _held[^1] is { } last && last.Scale == scale && last.Count + outputs.Count <= MostJoined)
        {
            last.Add(outputs, values, inputs);
        }
        else
        {
            LowRankTerms terms = _spare.Count > 0 ? _spare[^1] : new LowRankTerms();
            terms.Set(outputs, values, inputs, scale);
            if (_spare.Count > 0)
                _spare.RemoveAt(_spare.Count - 1);
            _held.Add(terms);
        }
        Rank += outputs.Count;
    }

    /// <summary>Appends terms and owns them from now on.</summary>
    public void Append(LowRankTerms terms)
    {
        if (terms.Count == 0)
        {
            terms.Dispose();
            return;
        }
        ArgumentOutOfRangeException.ThrowIfNotEqual(terms.Outputs.Width, Rows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(terms.Inputs.Width, Columns);
        _held.Add(terms);
        Rank += terms.Count;
    }

    /// <summary>sums = W x for all rows.</summary>
    /// <param name="scratch">What computes, and room.</param>
    /// <param name="inputs">x.</param>
    /// <param name="sums">Rows of W x data.</param>
    /// <param name="dense">Room for x spread out; see
    /// <see cref="TeamKernels.Forward(PanelMatrix, ActiveBatch, PanelMatrix, PanelMatrix)"/>.</param>
    public void Query(TermProducts scratch, ActiveBatch inputs, PanelMatrix sums, PanelMatrix? dense = null)
    {
        TeamKernels kernels = scratch.Kernels;
        kernels.Forward(Base, inputs, sums, dense);
        if (!HasTerms || inputs.Count == 0)
            return;
        scratch.Spread(inputs, inputs.Values);
        foreach (LowRankTerms terms in _held)
            kernels.SubtractTransposed(sums, scratch.Of(terms), terms.Scale, sums);
    }

    /// <summary>sums = W x for listed rows: the bits of the query for all rows when x lies in the inputs' own values.</summary>
    /// <param name="scratch">What computes, and room.</param>
    /// <param name="listed">Rows per datum.</param>
    /// <param name="sums">In the order of <paramref name="listed"/>.</param>
    /// <param name="transposed">The inputs, transposed.</param>
    /// <param name="transposedValues">x in that order.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="values">x in their order.</param>
    public void Query(
        TermProducts scratch, ActiveBatch listed, NativeBuffer<float> sums, TransposedBatch transposed,
        NativeBuffer<float> transposedValues, ActiveBatch inputs, NativeBuffer<float> values)
    {
        scratch.Kernels.PushForward(Base, listed, sums, transposed, transposedValues);
        SubtractTerms(scratch, listed, sums, inputs, values);
    }

    /// <summary>sums -= what the terms take from W x, for listed rows.</summary>
    public void SubtractTerms(
        TermProducts scratch, ActiveBatch listed, NativeBuffer<float> sums, ActiveBatch inputs, NativeBuffer<float> values)
    {
        if (!HasTerms)
            return;
        scratch.Spread(inputs, values);
        foreach (LowRankTerms terms in _held)
            scratch.Subtract(scratch.Of(terms), terms.Scale, listed, sums);
    }

    /// <summary>pulled = W^T u for chosen inputs per datum.</summary>
    /// <param name="scratch">What computes, and room.</param>
    /// <param name="outputs">The structure of u.</param>
    /// <param name="values">u.</param>
    /// <param name="transposed">The chosen inputs, transposed.</param>
    /// <param name="inputs">The chosen inputs.</param>
    /// <param name="pulled">In the order of <paramref name="inputs"/>.</param>
    public void QueryTransposed(
        TermProducts scratch, ActiveBatch outputs, NativeBuffer<float> values, TransposedBatch transposed, ActiveBatch inputs,
        NativeBuffer<float> pulled)
    {
        scratch.Kernels.PullBack(Base, outputs, values, transposed, pulled);
        SubtractTransposedTerms(scratch, outputs, values, inputs, pulled);
    }

    /// <summary>pulled -= what the terms take from W^T u, for chosen inputs.</summary>
    public void SubtractTransposedTerms(
        TermProducts scratch, ActiveBatch outputs, NativeBuffer<float> values, ActiveBatch inputs, NativeBuffer<float> pulled)
    {
        if (!HasTerms)
            return;
        scratch.Spread(outputs, values);
        foreach (LowRankTerms terms in _held)
            scratch.Subtract(scratch.OfTransposed(terms), terms.Scale, inputs, pulled);
    }

    /// <summary>Adds terms to the base at once, as if they were appended and flushed, before those that are held.</summary>
    /// <param name="kernels">What computes.</param>
    /// <param name="outputs">The structure of u.</param>
    /// <param name="values">u.</param>
    /// <param name="transposedInputs">v, transposed.</param>
    /// <param name="scale">Multiplies every term.</param>
    /// <exception cref="InvalidOperationException">The base is read-only.</exception>
    public void Fold(TeamKernels kernels, ActiveBatch outputs, NativeBuffer<float> values, TransposedBatch transposedInputs, float scale)
    {
        ThrowIfReadOnly();
        IsBaseChanged = true;
        kernels.Scatter(Base, outputs, values, transposedInputs, transposedInputs.Lists.Values, -scale);
    }

    /// <summary>Adds all terms to the base, per element in the order of appending.</summary>
    /// <exception cref="InvalidOperationException">The base is read-only.</exception>
    public void Flush(TeamKernels kernels)
    {
        if (!HasTerms)
            return;
        ThrowIfReadOnly();
        IsBaseChanged = true;
        // All terms or none: what was added once must never be added again.
        using var shield = new CancellationShield(kernels.Team);
        try
        {
            foreach (LowRankTerms terms in _held)
                terms.FoldInto(kernels, Base);
        }
        finally
        {
            _spare.AddRange(_held);
            _held.Clear();
            Rank = 0;
        }
    }

    /// <summary>The base with all terms added, for those who change elements in place.</summary>
    /// <exception cref="InvalidOperationException">The base is read-only.</exception>
    public PanelMatrix BaseToChange(TeamKernels kernels)
    {
        ThrowIfReadOnly();
        Flush(kernels);
        IsBaseChanged = true;
        return Base;
    }

    /// <summary>target = W, with the bits that a flush would give the base.</summary>
    public void Materialise(TeamKernels kernels, PanelMatrix target)
    {
        target.CopyFrom(Base);
        foreach (LowRankTerms terms in _held)
            terms.FoldInto(kernels, target);
    }

    /// <summary>Copies rows of W out, row after row, with the bits that a flush would give the base.</summary>
    /// <param name="row">First row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="destination">count x Columns elements.</param>
    /// <param name="isFused">Whether the kernel set that would flush has a multiply-add that rounds once.</param>
    public void CopyRows(int row, int count, Span<float> destination, bool isFused)
    {
        Base.CopyRows(row, count, destination);
        foreach (LowRankTerms terms in _held)
            for (int i = 0; i < count; i++)
                terms.FoldInto(row + i, destination.Slice(i * Columns, Columns), isFused);
    }

    /// <summary>Copies elements of W out in row-major order, from any place on; see <see cref="CopyRows"/>.</summary>
    public void CopyRowMajor(long start, Span<float> destination, bool isFused)
    {
        if (!HasTerms)
        {
            Base.CopyRowMajor(start, destination);
            return;
        }
        var whole = new float[Columns];
        for (int done = 0, length; done < destination.Length; done += length)
        {
            (long row, long column) = Math.DivRem(start + done, Columns);
            length = (int)Math.Min(Columns - column, destination.Length - done);
            CopyRows((int)row, 1, whole, isFused);
            whole.AsSpan((int)column, length).CopyTo(destination[done..]);
        }
    }

    /// <summary>Says that the base is what later changes are counted from.</summary>
    public void StartFromBase() => IsBaseChanged = false;

    /// <summary>Gives back the memory of terms that were flushed; without this it waits for the next ones.</summary>
    public void Trim()
    {
        foreach (LowRankTerms terms in _spare)
            terms.Dispose();
        _spare.Clear();
    }

    public void Dispose()
    {
        Trim();
        foreach (LowRankTerms terms in _held)
            terms.Dispose();
        _held.Clear();
        Base.Dispose();
    }

    private void ThrowIfReadOnly()
    {
        if (IsReadOnly)
            throw new InvalidOperationException("these weights are read-only and shared: a change can only be held beside them");
    }
}
