using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>Vectors of a length: numbers, places and signs.</summary>
internal sealed class VectorOperands(int length, int rows = 1) : VerbOperands
{
    public const int Buckets = 9;

    /// <summary>Every length from 0 to 256.</summary>
    public static IEnumerable<Func<VectorOperands>> EveryLength { get; } =
        Each(Enumerable.Range(0, 257), length => new VectorOperands(length));

    /// <summary>Powers of two to 2^20.</summary>
    public static IEnumerable<Func<VectorOperands>> Powers { get; } = Each(Enumerable.Range(0, 21), bits => new VectorOperands(1 << bits));

    /// <summary>Two strips of columns, of so many rows.</summary>
    public static IEnumerable<Func<VectorOperands>> Strips { get; } =
        Each(new[] { 1, 2, 4, 8, 16 }, rows => new VectorOperands(rows * 2 * KernelSet.HadamardStrip, rows));

    public override string Size => $"length {length}";

    public int Length => length;

    /// <summary>Rows of <see cref="Strips"/>.</summary>
    public int Rows => rows;

    public NativeBuffer<float> X => field ??= Own<float>(Samples.Dense(new Random(length), length));
    public NativeBuffer<float> Y => field ??= Own<float>(Samples.Dense(new Random(length + 1000), length));
    public NativeBuffer<float> Zeros => field ??= Own(new NativeBuffer<float>(length));

    /// <summary>Every third element is zero.</summary>
    public NativeBuffer<float> Gradient => field ??= Own<float>([.. X.Span.ToArray().Select((x, i) => i % 3 == 1 ? 0f : x)]);
    public NativeBuffer<float> Squares => field ??= Own<float>([.. Y.Span.ToArray().Select(y => y * y)]);
    public NativeBuffer<double> DoubleX => field ??= Own(DenseSamples.Matrix(new Random(length), length, 1, 1));
    public NativeBuffer<double> DoubleY => field ??= Own(DenseSamples.Matrix(new Random(length + 1000), length, 1, 1));

    /// <summary>Any ids, for samples of a transform.</summary>
    public NativeBuffer<int> Ids => field ??= Own<int>(Draw(1, int.MaxValue));
    public NativeBuffer<int> Sampled => field ??= Own<int>(Draw(2, int.MaxValue));

    /// <summary>Places below the length, buckets and signs, for count sketches.</summary>
    public NativeBuffer<int> Places => field ??= Own<int>(Draw(3, Math.Max(1, length)));
    public NativeBuffer<int> InBuckets => field ??= Own<int>(Draw(4, Buckets));
    public NativeBuffer<float> Signs => field ??= Own<float>([.. Draw(5, 2).Select(bit => bit * 2f - 1f)]);
    public NativeBuffer<float> Sketch => field ??= Own(new NativeBuffer<float>(Buckets));

    private int[] Draw(int seed, int below)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(below))];
    }
}

/// <summary>The verbs over vectors, which take spans: on every set guarded spans are the operands of exactly the promised size.</summary>
internal static unsafe class VectorCases
{
    private const double Deviation = 0.3;

    public static IEnumerable<GuardedCase> All { get; } =
    [
        Row("Dot", VectorOperands.EveryLength,
            (_, o) =>
            {
                (double dot, double magnitude) = Oracle.Dot((ReadOnlySpan<float>)o.X.Span, o.Y.Span);
                o.Wanted.Add(dot);
                o.Bound = Tolerance.Reduction(o.Length, magnitude);
            },
            (k, g, o) => o.Found.Add(k.Dot((ReadOnlySpan<float>)g.Span(o.X), g.Span(o.Y))),
            (core, g, o) => o.Found.Add(core->Dot(g.Of(o.X), g.Of(o.Y), (nuint)o.Length))),
        Row("SquaredNorm", VectorOperands.EveryLength,
            (k, o) =>
            {
                o.Wanted.Add(k.SquaredNorm(o.X.Span));
                o.Bound = 2 * Tolerance.ReductionDouble(o.Length, k.SquaredNorm(o.X.Span));
            },
            (k, g, o) => o.Found.Add(k.SquaredNorm(g.Span(o.X))),
            (core, g, o) => o.Found.Add(core->SquaredNorm(g.Of(o.X), (nuint)o.Length))),
        Row("Axpy", VectorOperands.EveryLength,
            (k, o) => k.Axpy(0.75f, o.X.Span, o.Y.Span),
            (k, g, o) => k.Axpy(0.75f, g.Span(o.X), g.Span(o.Y)),
            (core, g, o) => core->Axpy(0.75f, g.Of(o.X), g.Of(o.Y), (nuint)o.Length)),
        Row("DotDouble", VectorOperands.EveryLength,
            (k, o) => o.Wanted.Add(k.Dot((ReadOnlySpan<double>)o.DoubleX.Span, o.DoubleY.Span)),
            (k, g, o) => o.Found.Add(k.Dot((ReadOnlySpan<double>)g.Span(o.DoubleX), g.Span(o.DoubleY))),
            (core, g, o) => o.Found.Add(core->DotDouble(g.Of(o.DoubleX), g.Of(o.DoubleY), (nuint)o.Length)), CoreReference.SameLanes),
        Row("AxpyDouble", VectorOperands.EveryLength,
            (k, o) => k.Axpy(0.75, o.DoubleX.Span, o.DoubleY.Span),
            (k, g, o) => k.Axpy(0.75, g.Span(o.DoubleX), g.Span(o.DoubleY)),
            (core, g, o) => core->AxpyDouble(0.75, g.Of(o.DoubleX), g.Of(o.DoubleY), (nuint)o.Length)),
        Row("AddProduct", VectorOperands.EveryLength,
            (k, o) => k.AddProduct(0.3, o.DoubleY.Span, o.DoubleY.Span, o.DoubleX.Span),
            (k, g, o) => k.AddProduct(0.3, g.Span(o.DoubleY), g.Span(o.DoubleY), g.Span(o.DoubleX)),
            (core, g, o) => core->AddProduct(0.3, g.Of(o.DoubleY), g.Of(o.DoubleY), g.Of(o.DoubleX), (nuint)o.Length)),
        Row("StepAdam", VectorOperands.EveryLength,
            (k, o) => k.StepAdam(0.01f, 0.1f, 0.001f, 1e-8f, o.Gradient.Span, o.Y.Span, o.Zeros.Span, o.Squares.Span),
            (k, g, o) =>
                k.StepAdam(0.01f, 0.1f, 0.001f, 1e-8f, g.Span(o.Gradient), g.Span(o.Y), g.Span(o.Zeros), g.Span(o.Squares)),
            (core, g, o) => core->StepAdam(
                0.01f, 0.1f, 0.001f, 1e-8f, g.Of(o.Gradient), g.Of(o.Y), g.Of(o.Zeros), g.Of(o.Squares), (nuint)o.Length)),
        Row("FillNormal", VectorOperands.EveryLength,
            (k, o) => k.FillNormal(o.Zeros.Span, 1, 2, 3, Deviation),
            (k, g, o) => k.FillNormal(g.Span(o.Zeros), 1, 2, 3, Deviation),
            (core, g, o) => core->FillNormal(g.Of(o.Zeros), (nuint)o.Length, 1, 2, 3, Deviation)),
        Row("TransformHadamard", VectorOperands.Powers,
            (k, o) => k.TransformHadamard(o.X.Span),
            (k, g, o) => k.TransformHadamard(g.Span(o.X)),
            (core, g, o) => core->TransformHadamard(g.Of(o.X), (nuint)o.Length)),
        Row("TransformHadamardColumns", VectorOperands.Strips,
            (k, o) => k.TransformHadamardColumns(o.X.Span, o.Length / o.Rows, 0, o.Length / o.Rows),
            (k, g, o) => k.TransformHadamardColumns(g.Span(o.X), o.Length / o.Rows, 0, o.Length / o.Rows),
            (core, g, o) => core->TransformHadamardColumns(g.Of(o.X), o.Length / o.Rows, o.Rows, 0, o.Length / o.Rows)),
        Row("SampleHadamard", VectorOperands.EveryLength,
            (k, o) => k.SampleHadamard(o.Ids.Span, o.X.Span, o.Sampled.Span, o.Zeros.Span),
            (k, g, o) => k.SampleHadamard(g.Span(o.Ids), g.Span(o.X), g.Span(o.Sampled), g.Span(o.Zeros)),
            (core, g, o) => core->SampleHadamard(g.Of(o.Ids), g.Of(o.X), (nuint)o.Length, g.Of(o.Sampled), (nuint)o.Length, g.Of(o.Zeros))),
        Row("CountSketch", VectorOperands.EveryLength,
            (k, o) => k.CountSketch(o.Places.Span, o.X.Span, o.InBuckets.Span, o.Signs.Span, o.Sketch.Span),
            (k, g, o) => k.CountSketch(g.Span(o.Places), g.Span(o.X), g.Span(o.InBuckets), g.Span(o.Signs), g.Span(o.Sketch)),
            (core, g, o) =>
                core->CountSketch(g.Of(o.Places), g.Of(o.X), (nuint)o.Length, g.Of(o.InBuckets), g.Of(o.Signs), g.Of(o.Sketch))),
    ];

    private static GuardedCase Row(
        string verbs, IEnumerable<Func<VectorOperands>> sizes, BufferCall<VectorOperands> wanted, ManagedCall<VectorOperands> managed,
        CoreCall<VectorOperands> core, CoreReference reference = CoreReference.Scalar) =>
        new GuardedCase<VectorOperands>(verbs, sizes, wanted, managed, core, prepare: null, reference);
}
