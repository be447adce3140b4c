using NUnit.Framework;
using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Simd.Tests.Lanes;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>The float64 kernels on operands of exactly the promised size between inaccessible pages.</summary>
[TestFixtureSource(typeof(LaneSource), nameof(LaneSource.SingleAndDouble))]
internal sealed unsafe class GuardedDenseTests<TSingle, TSingleVec, TSimd, TVec>
    where TSingle : struct, ISimd<TSingleVec>
    where TSingleVec : struct
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    [Test]
    public void Cholesky_stays_inside([Values(1, 64, 65, 130, 200)] int order)
    {
        int stride = (order + 15) / 16 * 16, length = order * stride;
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            double* matrix = guarded.Take<double>(length), panel = guarded.Take<double>((order + 16) * KernelSet.CholeskyBlock), right = guarded.Take<double>(order * 16);
            for (int row = 0; row < order; row++)
                matrix[row * stride + row] = 4.0;
            for (int column = 0; column < order; column += KernelSet.CholeskyBlock)
            {
                Assert.That(CholeskyKernel<TSimd, TVec>.FactorDiagonal(matrix, stride, column, order));
                CholeskyKernel<TSimd, TVec>.SolveBelowDiagonal(matrix, stride, column, order, panel, column + KernelSet.CholeskyBlock, order);
                CholeskyKernel<TSimd, TVec>.UpdateTrailing(matrix, stride, column, order, panel, column + KernelSet.CholeskyBlock, order);
            }
            for (int row = 0; row < order; row++)
                right[row * 16] = 8.0;
            TriangularKernel<TSimd, TVec>.SolveLower(matrix, stride, order, right, 16, 16, 1);
            TriangularKernel<TSimd, TVec>.SolveUpper(matrix, stride, order, right, 16, 16, 1);
            for (int row = 0; row < order; row++)
                Assert.That(right[row * 16], Is.EqualTo(2.0));
        }
    }

    [Test]
    public void Outer_products_stay_inside([Values(1, 15, 16, 17, 65)] int order, [Values(1, 20)] int columns)
    {
        int stride = (order + 15) / 16 * 16;
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            double* rows = guarded.Take<double>(order * columns), panel = guarded.Take<double>(stride * columns), gram = guarded.Take<double>(order * stride);
            new Span<double>(rows, order * columns).Fill(0.5);
            OuterProductKernel<TSimd, TVec>.Pack(rows, columns, columns, panel, columns, 0, order);
            OuterProductKernel<TSimd, TVec>.AddLower(gram, stride, panel, columns, columns, 0, 0, order, negative: false);
            for (int row = 0; row < order; row++)
                for (int column = 0; column <= row; column++)
                    Assert.That(gram[row * stride + column], Is.EqualTo(0.25 * columns));
        }
    }

    [Test]
    public void Solves_stay_inside([Values(1, 16, 100, 129, 272)] int order, [Values(16, 48)] int columns)
    {
        foreach (bool last in new[] { true, false })
            foreach (bool transposed in new[] { true, false })
            {
                using var guarded = new GuardedOperands(last);
                using var scratch = new Arena();
                double* factor = guarded.Take<double>(order * order), right = guarded.Take<double>(order * columns);
                for (int row = 0; row < order; row++)
                    factor[row * order + row] = 2.0;
                new Span<double>(right, order * columns).Fill(8.0);
                scratch.Reserve(TriangularKernel<TSimd, TVec>.ScratchOf(order, columns));
                TriangularKernel<TSimd, TVec>.Run(factor, order, order, right, columns, 0, columns, transposed, scratch);
                Assert.That(new Span<double>(right, order * columns).ContainsAnyExcept(4.0), Is.False);
                TriangularKernel<TSimd, TVec>.SolveLower(factor, order, order, right);
                TriangularKernel<TSimd, TVec>.SolveUpper(factor, order, order, right);
                Assert.That(new Span<double>(right, order).ContainsAnyExcept(1.0), Is.False);
            }
    }

    [Test]
    public void Symmetric_products_stay_inside([Values(1, 4, 7, 64, 101)] int order)
    {
        foreach (bool last in new[] { true, false })
        {
            using var guarded = new GuardedOperands(last);
            double* matrix = guarded.Take<double>(order * order), x = guarded.Take<double>(order), y = guarded.Take<double>(order), partial = guarded.Take<double>(order);
            new Span<double>(matrix, order * order).Fill(1.0);
            new Span<double>(x, order).Fill(1.0);
            SymmetricKernel<TSimd, TVec>.Multiply(matrix, order, x, y, partial, 0, order);
            for (int i = 0; i < order; i++)
                Assert.That((y[i], partial[i]), Is.EqualTo((i + 1.0, order - 1.0 - i)));
        }
    }
}
