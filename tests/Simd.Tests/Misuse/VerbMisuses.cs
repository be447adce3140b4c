using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using static Subquad.Simd.Tests.Misuse.MisuseCases;

namespace Subquad.Simd.Tests.Misuse;

/// <summary>The wrong uses of the verbs of <see cref="KernelSet"/>.</summary>
internal static class VerbMisuses
{
    private static readonly KernelSet s_kernels = KernelSets.Best;

    public static IEnumerable<Misuse> All => [.. Vectors, .. Matrices, .. Factors];

    private static IEnumerable<Misuse> Vectors =>
    [
        Misuse.Of<ArgumentException>("KernelSet.Dot", "float32 of other lengths", () => s_kernels.Dot(new float[3], new float[4])),
        Misuse.Of<ArgumentException>("KernelSet.Dot", "float64 of other lengths", () => s_kernels.Dot(new double[4], new double[3])),
        Misuse.Of<ArgumentException>(
            "KernelSet.Axpy", "float32 of other lengths", () => s_kernels.Axpy(1, new float[4096], new float[4096].AsSpan(0, 16))),
        Misuse.Of<ArgumentException>("KernelSet.Axpy", "float64 of other lengths", () => s_kernels.Axpy(1, new double[4], new double[3])),
        Misuse.Of<ArgumentException>("KernelSet.AddProduct", "a factor of another length",
            () => s_kernels.AddProduct(1, new double[4], new double[3], new double[4])),
        Misuse.Of<ArgumentException>("KernelSet.AddProduct", "a result of another length",
            () => s_kernels.AddProduct(1, new double[4], new double[4], new double[3])),
        Misuse.Of<ArgumentException>("KernelSet.StepAdam", "weights of another length",
            () => s_kernels.StepAdam(1, 1, 1, 1, new float[4], new float[3], new float[4], new float[4])),
        Misuse.Of<ArgumentException>("KernelSet.StepAdam", "means of gradients of another length",
            () => s_kernels.StepAdam(1, 1, 1, 1, new float[4], new float[4], new float[3], new float[4])),
        Misuse.Of<ArgumentException>("KernelSet.StepAdam", "means of squares of another length",
            () => s_kernels.StepAdam(1, 1, 1, 1, new float[4], new float[4], new float[4], new float[3])),
        Misuse.Of<ArgumentException>("KernelSet.TransformHadamard", "no power of two", () => s_kernels.TransformHadamard(new float[96])),
        Misuse.Of<ArgumentException>("KernelSet.TransformHadamard", "nothing", () => s_kernels.TransformHadamard([])),
        Misuse.Of<ArgumentException>(
            "KernelSet.TransformHadamardColumns", "no columns", () => s_kernels.TransformHadamardColumns(new float[2048], 0, 0, 0)),
        Misuse.Of<ArgumentException>("KernelSet.TransformHadamardColumns", "negative columns",
            () => s_kernels.TransformHadamardColumns(new float[2048], -1024, 0, 0)),
        Misuse.Of<ArgumentException>("KernelSet.TransformHadamardColumns", "a range outside",
            () => s_kernels.TransformHadamardColumns(new float[2048], 1024, 0, 2048)),
        Misuse.Of<ArgumentException>("KernelSet.TransformHadamardColumns", "too many rows",
            () => s_kernels.TransformHadamardColumns(new float[32 * 1024], 1024, 0, 1024)),
        Misuse.Of<ArgumentException>(
            "KernelSet.SampleHadamard", "fewer values than ids", () => s_kernels.SampleHadamard([1, 2], [1f], [0], new float[1])),
        Misuse.Of<ArgumentException>(
            "KernelSet.SampleHadamard", "fewer results than samples", () => s_kernels.SampleHadamard([1], [1f], [0, 1], new float[1])),
        Misuse.Of<ArgumentException>(
            "KernelSet.SampleHadamard", "a negative id", () => s_kernels.SampleHadamard([-1], [1f], [0], new float[1])),
        Misuse.Of<ArgumentException>("KernelSet.CountSketch", "a bucket that is not there",
            () => s_kernels.CountSketch([0], [1f], [500_000_000], [1f], new float[4])),
        Misuse.Of<ArgumentException>(
            "KernelSet.CountSketch", "a negative bucket", () => s_kernels.CountSketch([0], [1f], [-1], [1f], new float[4])),
        Misuse.Of<ArgumentException>(
            "KernelSet.CountSketch", "an id without a place", () => s_kernels.CountSketch([1], [1f], [0], [1f], new float[4])),
        Misuse.Of<ArgumentException>(
            "KernelSet.CountSketch", "a negative id", () => s_kernels.CountSketch([-1], [1f], [0], [1f], new float[4])),
        Misuse.Of<ArgumentException>(
            "KernelSet.CountSketch", "fewer signs than places", () => s_kernels.CountSketch([0], [1f], [0, 0], [1f], new float[4])),
        Misuse.Of<ArgumentException>(
            "KernelSet.CountSketch", "fewer values than ids", () => s_kernels.CountSketch([0, 0], [1f], [0], [1f], new float[4])),
    ];

    /// <summary>Weights of 4 x 3 and two data of three inputs.</summary>
    private static IEnumerable<Misuse> Matrices =>
    [
        Misuse.Of<ArgumentNullException>(
            "KernelSet.Accumulate", "no weights", () => s_kernels.Accumulate(null!, Batch(), Matrix(4, 2), 0, 2)),
        Misuse.Of<ArgumentNullException>(
            "KernelSet.Accumulate", "no inputs", () => s_kernels.Accumulate(Matrix(4, 3), null!, Matrix(4, 2), 0, 2)),
        Misuse.Of<ArgumentNullException>(
            "KernelSet.Accumulate", "no values", () => s_kernels.Accumulate(Matrix(4, 3), Batch(), null!, Matrix(4, 2), 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Accumulate", "inputs of another width", () => s_kernels.Accumulate(Matrix(4, 4), Batch(), Matrix(4, 2), 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Accumulate", "sums of fewer data", () => s_kernels.Accumulate(Matrix(4, 3), Batch(), Matrix(4, 1), 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Accumulate", "sums of fewer outputs", () => s_kernels.Accumulate(Matrix(300, 3), Batch(), Matrix(4, 2), 0, 6)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Accumulate", "panels that are not there", () => s_kernels.Accumulate(Matrix(4, 3), Batch(), Matrix(4, 2), 0, 4)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Accumulate", "negative panels", () => s_kernels.Accumulate(Matrix(4, 3), Batch(), Matrix(4, 2), -2, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Accumulate", "too few values", () => s_kernels.Accumulate(Matrix(4, 3), Batch(), Floats(3), Matrix(4, 2), 0, 2)),
        Misuse.Of<ArgumentException>("KernelSet.Accumulate", "data that are not there",
            () => s_kernels.Accumulate(Matrix(4, 3), Batch(), Floats(8), Matrix(4, 2), 0, 2, 0, 3)),
        Misuse.Of<InvalidOperationException>(
            "KernelSet.Accumulate", "sums of bfloat16", () => s_kernels.Accumulate(Matrix(4, 3), Batch(), Narrow(4, 2), 0, 2)),
        Misuse.Of<ObjectDisposedException>(
            "KernelSet.Accumulate", "disposed weights", () => s_kernels.Accumulate(Disposed(Matrix(4, 3)), Batch(), Matrix(4, 2), 0, 2)),
        Misuse.Of<ObjectDisposedException>(
            "KernelSet.Accumulate", "disposed inputs", () => s_kernels.Accumulate(Matrix(4, 3), Disposed(Batch()), Matrix(4, 2), 0, 2)),
        Misuse.Of<ObjectDisposedException>(
            "KernelSet.Accumulate", "disposed sums", () => s_kernels.Accumulate(Matrix(4, 3), Batch(), Disposed(Matrix(4, 2)), 0, 2)),
        Misuse.Of<ArgumentException>("KernelSet.AccumulateDense", "inputs of another width",
            () => s_kernels.AccumulateDense(Matrix(4, 3), Matrix(2, 4), Matrix(4, 2), 0, 2)),
        Misuse.Of<InvalidOperationException>("KernelSet.AccumulateDense", "inputs of bfloat16",
            () => s_kernels.AccumulateDense(Matrix(4, 3), Narrow(2, 3), Matrix(4, 2), 0, 2)),
        Misuse.Of<ArgumentException>("KernelSet.Round", "another width", () => s_kernels.Round(Matrix(4, 3), Narrow(4, 4), 0)),
        Misuse.Of<ArgumentException>("KernelSet.Round", "too little room", () => s_kernels.Round(Matrix(300, 3), Narrow(4, 3), 0)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Round", "a panel that overflows", () => s_kernels.Round(Matrix(4, 3), Narrow(4, 3), int.MaxValue)),
        Misuse.Of<ArgumentException>("KernelSet.Round", "a negative panel", () => s_kernels.Round(Matrix(4, 3), Narrow(4, 3), -2)),
        Misuse.Of<InvalidOperationException>("KernelSet.Round", "into float32", () => s_kernels.Round(Matrix(4, 3), Matrix(4, 3), 0)),
        Misuse.Of<ArgumentException>(
            "KernelSet.SupportNorms", "norms of another shape", () => s_kernels.SupportNorms(Matrix(4, 3), Batch(), 1, Matrix(4, 3), 0, 2)),
        Misuse.Of<ArgumentException>("KernelSet.RowNorms", "too few norms", () => s_kernels.RowNorms(Matrix(4, 3), 1, Floats(4), 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.RowNorms", "panels that are not there", () => s_kernels.RowNorms(Matrix(4, 3), 1, Floats(128), 0, 3)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Raise", "another shape", () => s_kernels.Raise(Matrix(4, 3), Floats(128), Floats(3), Matrix(4, 2), 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Raise", "too few sizes", () => s_kernels.Raise(Matrix(4, 3), Floats(128), Floats(2), Matrix(4, 3), 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Raise", "too few allowances", () => s_kernels.Raise(Matrix(4, 3), Floats(127), Floats(3), Matrix(4, 3), 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Gram", "a short matrix", () => s_kernels.Gram(Matrix(2, 3), Batch(), Floats(8), Doubles(200), 128, 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Gram", "short rows", () => s_kernels.Gram(Matrix(2, 3), Batch(), Floats(8), Doubles(1000), 100, 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Gram", "rows of other data", () => s_kernels.Gram(Matrix(3, 3), Batch(), Floats(8), Doubles(1000), 128, 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.Spread", "rows of another shape", () => s_kernels.Spread(Batch(), Floats(8), Matrix(2, 2), 0, 2)),
        Misuse.Of<ArgumentException>("KernelSet.Spread", "too few values", () => s_kernels.Spread(Batch(), Floats(3), Matrix(2, 3), 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.GatherActive", "sums of another shape", () => s_kernels.GatherActive(Matrix(2, 3), Batch(), false, Floats(8), 0, 1)),
        Misuse.Of<ArgumentException>(
            "KernelSet.GatherActive", "too little room", () => s_kernels.GatherActive(Matrix(3, 2), Batch(), false, Floats(3), 0, 1)),
        Misuse.Of<ArgumentException>("KernelSet.GatherActive", "blocks that are not there",
            () => s_kernels.GatherActive(Matrix(3, 2), Batch(), false, Floats(8), 0, 2)),
        Misuse.Of<ArgumentException>("KernelSet.SubtractTransposed", "a matrix that is not transposed",
            () => s_kernels.SubtractTransposed(Matrix(4, 3), Matrix(4, 3), 1, Matrix(4, 3), 0, 2)),
        Misuse.Of<ArgumentException>("KernelSet.SubtractTransposed", "a target of another shape",
            () => s_kernels.SubtractTransposed(Matrix(4, 3), Matrix(3, 4), 1, Matrix(4, 4), 0, 2)),
        Misuse.Of<ArgumentException>("KernelSet.NarrowSymmetric", "a matrix that is not square",
            () => s_kernels.NarrowSymmetric(Doubles(1000), 128, Matrix(4, 3), 0, 2)),
        Misuse.Of<ArgumentException>(
            "KernelSet.NarrowSymmetric", "a short matrix", () => s_kernels.NarrowSymmetric(Doubles(15), 4, Matrix(4, 4), 0, 2)),
    ];

    private static IEnumerable<Misuse> Factors =>
    [
        Misuse.Of<ArgumentException>(
            "KernelSet.FactorDiagonal", "a column outside", () => s_kernels.FactorDiagonal(Doubles(128 * 128), 128, 128, 128)),
        Misuse.Of<ArgumentException>(
            "KernelSet.FactorDiagonal", "a column between blocks", () => s_kernels.FactorDiagonal(Doubles(128 * 128), 128, 32, 128)),
        Misuse.Of<ArgumentException>(
            "KernelSet.FactorDiagonal", "a short matrix", () => s_kernels.FactorDiagonal(Doubles(128 * 127), 128, 0, 128)),
        Misuse.Of<ArgumentException>(
            "KernelSet.FactorDiagonal", "a negative order", () => s_kernels.FactorDiagonal(Doubles(128), 128, -64, -1)),
        Misuse.Of<ArgumentException>("KernelSet.SolveBelowDiagonal", "rows in the block",
            () => s_kernels.SolveBelowDiagonal(Doubles(128 * 128), 128, 0, 128, Doubles(9216), 0, 128)),
        Misuse.Of<ArgumentException>("KernelSet.SolveBelowDiagonal", "a short panel",
            () => s_kernels.SolveBelowDiagonal(Doubles(128 * 128), 128, 0, 128, Doubles(64), 64, 128)),
        Misuse.Of<ArgumentException>("KernelSet.UpdateTrailing", "rows outside",
            () => s_kernels.UpdateTrailing(Doubles(128 * 128), 128, 0, 128, Doubles(9216), 64, 129)),
        Misuse.Of<ArgumentException>("KernelSet.UpdateTrailing", "rows that are not padded",
            () => s_kernels.UpdateTrailing(Doubles(128 * 128), 100, 0, 100, Doubles(9216), 64, 100)),
        Misuse.Of<ArgumentException>("KernelSet.SolveFactored", "right-hand sides that are not padded",
            () => s_kernels.SolveFactored(Doubles(400), 20, 20, Doubles(800), 40)),
        Misuse.Of<ArgumentException>(
            "KernelSet.SolveFactored", "too few right-hand sides", () => s_kernels.SolveFactored(Doubles(400), 20, 20, Doubles(319), 16)),
        Misuse.Of<ArgumentException>(
            "KernelSet.SolveFactored", "a negative stride", () => s_kernels.SolveFactored(Doubles(400), 20, 20, Doubles(319), -16)),
        Misuse.Of<ArgumentException>(
            "KernelSet.SolveFactored", "one of another length", () => s_kernels.SolveFactored(Doubles(400), 20, new double[21])),
        Misuse.Of<ArgumentException>(
            "KernelSet.SolveLower", "a vector of another length", () => s_kernels.SolveLower(Doubles(400), 20, new double[21])),
        Misuse.Of<ArgumentNullException>("KernelSet.SolveLower", "no factor", () => s_kernels.SolveLower(null!, 20, new double[20])),
        Misuse.Of<ArgumentException>(
            "KernelSet.SolveUpper", "a short stride", () => s_kernels.SolveUpper(Doubles(400), 19, new double[20])),
        Misuse.Of<ArgumentException>(
            "KernelSet.PackRows", "too many columns", () => s_kernels.PackRows(Doubles(6000), 300, 0, 257, Doubles(9000), 0, 20)),
        Misuse.Of<ArgumentException>(
            "KernelSet.PackRows", "a negative column", () => s_kernels.PackRows(Doubles(6000), 300, -5, 5, Doubles(9000), 0, 20)),
        Misuse.Of<ArgumentException>(
            "KernelSet.PackRows", "rows that are not there", () => s_kernels.PackRows(Doubles(6000), 300, 0, 10, Doubles(9000), 0, 21)),
        Misuse.Of<ArgumentException>(
            "KernelSet.PackRows", "a short panel", () => s_kernels.PackRows(Doubles(6000), 300, 0, 10, Doubles(319), 0, 20)),
        Misuse.Of<ArgumentException>(
            "KernelSet.AddOuterProduct", "a short panel", () => s_kernels.AddOuterProduct(Doubles(320), 11, Doubles(640), 32, 0, 20)),
        Misuse.Of<ArgumentException>(
            "KernelSet.AddOuterProduct", "negative columns", () => s_kernels.AddOuterProduct(Doubles(320), -1, Doubles(640), 32, 0, 20)),
        Misuse.Of<ArgumentException>("KernelSet.AddOuterProduct", "rows that are not padded",
            () => s_kernels.AddOuterProduct(Doubles(320), 10, Doubles(640), 24, 0, 20)),
        Misuse.Of<ArgumentException>("KernelSet.MultiplySymmetric", "a result of another length",
            () => s_kernels.MultiplySymmetric(Doubles(400), 20, new double[20], new double[19], new double[20], 0, 20)),
        Misuse.Of<ArgumentException>("KernelSet.MultiplySymmetric", "partial sums of another length",
            () => s_kernels.MultiplySymmetric(Doubles(400), 20, new double[20], new double[20], new double[16], 0, 20)),
        Misuse.Of<ArgumentException>("KernelSet.MultiplySymmetric", "rows outside",
            () => s_kernels.MultiplySymmetric(Doubles(400), 20, new double[20], new double[20], new double[24], 0, 24)),
    ];

    private static PanelMatrix Narrow(int rows, int columns) => Made(new PanelMatrix(rows, columns, ElementFormat.BFloat16));
}
