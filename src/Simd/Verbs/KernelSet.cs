using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <summary>
/// The contract: every verb that a machine computes for us. A set runs one instruction set; all sets of a machine live side by side and
/// give the same results within rounding (elementwise 4 ULP; reductions scaled with their length). One set gives the same bits for any
/// partition of a verb's range over threads.
/// </summary>
/// <remarks>
/// Notation: W is a weight matrix (outputs x inputs), n the data of the batch, S_i the active inputs of datum i, T_i its active outputs.
/// <b>Order of summation</b>: each element of a result is one chain of multiply-adds in ascending id, from zero, vectorised across results,
/// never across terms. So a result does not depend on tiles, threads, or on whether its inputs were held dense or sparse. <b>Safety.</b> A
/// public verb checks shapes, ranges and lifetimes in every build, and keeps its operands from being disposed or reshaped until it returns.
/// The verbs whose second pass relies on what the first one counted are internal. Thread-safe: several calls may write disjoint parts of
/// one result. <b>Parts.</b> A verb is its formula, its check, and a core that each kind of set overrides and that checks nothing. Verbs
/// that a team shares have an unchecked form too: the team checks once and calls that form for each part of the range.
/// </remarks>
public abstract partial class KernelSet
{
    private readonly NativeVerbs _native;
    private readonly KernelSet _managed;

    /// <summary>A managed set, which computes every verb itself.</summary>
    private protected KernelSet()
    {
        _native = NativeVerbs.None;
        _managed = this;
    }

    /// <summary>A set of the C core.</summary>
    /// <param name="native">The verbs that the core serves.</param>
    /// <param name="managed">The managed set that computes the others.</param>
    private protected KernelSet(NativeVerbs native, KernelSet managed)
    {
        _native = native;
        _managed = managed;
    }

    /// <summary>
    /// The name that forces this set: simd512, simd256, simd128 or scalar; native-avx512bf16, native-avx512, native-avx2, native-neon or
    /// native-scalar; both with a plus between them for the default set that was measured.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>Floats in a vector.</summary>
    public abstract int Lanes { get; }

    /// <summary>Whether multiply-add rounds once.</summary>
    public abstract bool IsFused { get; }

    /// <summary>
    /// Whether forward passes with weights of <see cref="ElementFormat.BFloat16"/> round inputs to bfloat16 too, and take denormal operands
    /// and sums for zero (the instruction VDPBF16PS). The sums are then the chains of rounded inputs, sparse and dense alike; other fused
    /// sets give those of the inputs as they are.
    /// </summary>
    public virtual bool RoundsInputs => false;

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    /// <summary>
    /// The set that computes a verb: this one, or the managed set beside it where the C core does not serve the verb. Each verb calls this
    /// once, between its check and its core; no core forwards to another set.
    /// </summary>
    private protected KernelSet Serving(NativeVerb verb) => _native.Contains(verb) ? this : _managed;

    private static void CheckRange(int from, int to, int count) =>
        Expect.That(0 <= from && from <= to && to <= count, $"expected a range inside 0 to {count}, found {from} to {to}");

    private static void CheckWritable(PanelMatrix matrix) =>
        Expect.That(!matrix.IsReadOnly, $"expected a matrix that may be written, found one in a mapped file");

    // The verbs on vectors are the shortest of all. The message is a method of its own, so that the check is inlined.
    private static void CheckLengths(int expected, int found)
    {
        if (expected != found)
            throw OtherLengths(expected, found);
    }

    private static void CheckBelow(ReadOnlySpan<int> numbers, int limit, string what)
    {
        foreach (int number in numbers)
            Expect.That(0 <= number && number < limit, $"expected {what} from 0 to {limit - 1}, found {number}");
    }

    private static void CheckLists(ActiveBatch lists, PanelMatrix matrix, int blockFrom, int blockTo)
    {
        Expect.That(
            lists.Width == matrix.Rows && lists.Count == matrix.Columns,
            $"expected lists of {matrix.Columns} data x {matrix.Rows}, found {lists.Count} x {lists.Width}");
        CheckRange(blockFrom, blockTo, lists.Blocks);
    }

    /// <summary>One number per row, padding included.</summary>
    private static void CheckEachRow(PanelMatrix matrix, NativeBuffer<float> numbers)
    {
        long rows = (long)matrix.Panels * PanelMatrix.PanelRows;
        Expect.That(numbers.Length >= rows, $"expected a number for each of {rows} rows, padding included, found {numbers.Length}");
    }

    private static void CheckSameShape(PanelMatrix expected, PanelMatrix found) => Expect.That(
        expected.Rows == found.Rows && expected.Columns == found.Columns,
        $"expected a matrix of {expected.Rows} x {expected.Columns}, found {found.Rows} x {found.Columns}");

    private static ArgumentException OtherLengths(int expected, int found) =>
        new($"expected vectors of equal lengths, found {expected} and {found}");

    private protected static void KeepAlive(
        object a, object? b = null, object? c = null, object? d = null, object? e = null, object? f = null)
    {
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(c);
        GC.KeepAlive(d);
        GC.KeepAlive(e);
        GC.KeepAlive(f);
    }
}
