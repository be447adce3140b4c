using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;
using Subquad.Simd.Memory;
using Subquad.Simd.Tests.Kernels;
using Subquad.Support;

namespace Subquad.Simd.Tests.Interop;

/// <summary>As <see cref="GuardedCoreTests"/>, for dense float64.</summary>
[TestFixtureSource(typeof(CoreSource), nameof(CoreSource.All))]
internal sealed unsafe class GuardedDenseCoreTests(int index)
{
    private const int Group = 16;

    private static KernelSet Managed => KernelSets.ByName("scalar");

    /// <summary>The managed set that sums in as many lanes.</summary>
    private KernelSet SameLanes => KernelSets.Managed.FirstOrDefault(set => set.IsFused && set.Lanes == (int)Core->Lanes) ?? Skip();

    private CoreApi* Core => CoreLibrary.Probe.Apis[index];

    [Test]
    public void Cholesky_stays_inside([Values(1, 64, 65, 130, 200)] int order, [Values] bool last)
    {
        int stride = RoundedUp(order), below = KernelSet.CholeskyBlock;
        using NativeBuffer<double> matrix = PositiveDefinite(order, stride);
        using var panel = new NativeBuffer<double>((order + Group) * KernelSet.CholeskyBlock);
        using var guarded = new GuardedOperands(last);
        double* found = Copy(guarded, matrix), groups = guarded.Take<double>((int)panel.Length);
        for (int column = 0; column < order; column += below)
        {
            Assert.That(Managed.FactorDiagonal(matrix, stride, column, order));
            Assert.That(Core->FactorDiagonal(found, stride, column, order), Is.EqualTo(1));
            if (column + below >= order)
                break;
            Managed.SolveBelowDiagonal(matrix, stride, column, order, panel, column + below, order);
            Core->SolveBelowDiagonal(found, stride, column, order, groups, column + below, order);
            Managed.UpdateTrailing(matrix, stride, column, order, panel, column + below, order);
            Core->UpdateTrailing(found, stride, column, order, groups, column + below, order);
        }
        Same(found, matrix, "factor");
        matrix[(order - 1L) * stride + order - 1] = found[(order - 1) * stride + order - 1] = -1.0;
        Assert.That(Core->FactorDiagonal(found, stride, (order - 1) / below * below, order), Is.Zero);
    }

    [Test]
    public void Outer_products_stay_inside([Values(1, 15, 16, 17, 65)] int order, [Values(1, 20, 256)] int columns, [Values] bool last)
    {
        int stride = RoundedUp(order);
        var random = new Random(order);
        using NativeBuffer<double> rows = DenseSamples.Matrix(random, order, columns, columns), gram = DenseSamples.Matrix(random, order, stride, stride);
        using var panel = new NativeBuffer<double>(stride * columns);
        using var guarded = new GuardedOperands(last);
        double* from = Copy(guarded, rows), groups = guarded.Take<double>((int)panel.Length), found = Copy(guarded, gram);
        Managed.PackRows(rows, columns, 0, columns, panel, 0, order);
        Core->PackRows(from, columns, 0, columns, groups, 0, order);
        Same(groups, panel, "packed");
        Managed.AddOuterProduct(panel, columns, gram, stride, 0, order);
        Core->AddOuterProduct(groups, columns, found, stride, 0, order);
        Same(found, gram, "outer product");
    }

    [Test]
    public void Solves_stay_inside([Values(1, 16, 100, 129, 272)] int order, [Values(16, 48)] int columns, [Values] bool last)
    {
        var random = new Random(order);
        using NativeBuffer<double> factor = DenseSamples.Factor(random, order, order), right = DenseSamples.Matrix(random, order, columns, columns);
        using var arena = new Arena();
        using var guarded = new GuardedOperands(last);
        double* l = Copy(guarded, factor), x = Copy(guarded, right), scratch = guarded.Take<double>(columns == Group ? 0 : (int)Core->SolveScratch(order, columns));
        Managed.SolveLower(factor, order, order, right, columns, 0, columns, arena);
        Core->SolveLower(l, order, order, x, columns, 0, columns, scratch);
        Same(x, right, "lower");
        Managed.SolveUpper(factor, order, order, right, columns, 0, columns, arena);
        Core->SolveUpper(l, order, order, x, columns, 0, columns, scratch);
        Same(x, right, "upper");
        Managed.SolveFactored(factor, order, order, right, columns);
        Core->SolveFactored(l, order, order, x, columns);
        Same(x, right, "both");
    }

    [Test]
    public void One_right_hand_side_and_symmetric_products_stay_inside_with_the_bits_of_as_many_lanes([Values(1, 4, 7, 64, 101)] int order, [Values] bool last)
    {
        var random = new Random(order);
        using NativeBuffer<double> factor = DenseSamples.Factor(random, order, order), vector = DenseSamples.Matrix(random, order, 1, 1), x = new(order), partial = new(order);
        using var guarded = new GuardedOperands(last);
        double* l = Copy(guarded, factor), found = Copy(guarded, vector), y = guarded.Take<double>(order), sums = guarded.Take<double>(order);
        KernelSet managed = SameLanes;
        managed.SolveLower(factor, order, vector.Span);
        Core->SolveLowerOne(l, order, order, found);
        Same(found, vector, "lower");
        managed.SolveUpper(factor, order, vector.Span);
        Core->SolveUpperOne(l, order, order, found);
        Same(found, vector, "upper");
        managed.MultiplySymmetric(factor, order, vector.Span, x.Span, partial.Span, 0, order);
        Core->MultiplySymmetric(l, order, found, y, sums, 0, order);
        Same(y, x, "symmetric product");
        Same(sums, partial, "partial sums");
    }

    [Test]
    public void Vectors_stay_inside_with_the_bits_of_as_many_lanes()
    {
        var random = new Random(7);
        KernelSet managed = SameLanes;
        for (int length = 0; length <= 256; length++)
            foreach (bool last in new[] { true, false })
            {
                using NativeBuffer<double> x = DenseSamples.Matrix(random, length, 1, 1), y = DenseSamples.Matrix(random, length, 1, 1);
                using var guarded = new GuardedOperands(last);
                double* a = Copy(guarded, x), b = Copy(guarded, y);
                Assert.That(Core->DotDouble(a, b, (nuint)length), Is.EqualTo(managed.Dot(x.Span, y.Span)), $"dot of {length}");
                managed.Axpy(0.75, x.Span, y.Span);
                Core->AxpyDouble(0.75, a, b, (nuint)length);
                Same(b, y, "axpy");
                managed.AddProduct(0.3, y.Span, y.Span, x.Span);
                Core->AddProduct(0.3, b, b, a, (nuint)length);
                Same(a, x, "product");
            }
    }

    private static KernelSet Skip()
    {
        Assert.Ignore(".NET has no fused set of this width here");
        return Managed;
    }

    private static int RoundedUp(int order) => (order + Group - 1) / Group * Group;

    /// <summary>Small elements beside a large diagonal.</summary>
    private static NativeBuffer<double> PositiveDefinite(int order, int stride)
    {
        NativeBuffer<double> matrix = DenseSamples.Matrix(new Random(order), order, stride, stride);
        for (int row = 0; row < order; row++)
            matrix[row * (stride + 1L)] = order + 1;
        return matrix;
    }

    private static double* Copy(GuardedOperands guarded, NativeBuffer<double> buffer)
    {
        double* copy = guarded.Take<double>((int)buffer.Length);
        buffer.Span.CopyTo(new Span<double>(copy, (int)buffer.Length));
        return copy;
    }

    private static void Same(double* found, NativeBuffer<double> expected, string what) => Numbers.SameBits(new ReadOnlySpan<double>(found, (int)expected.Length), expected.Span, what);
}
