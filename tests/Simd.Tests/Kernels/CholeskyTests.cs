using MathNet.Numerics.LinearAlgebra;
using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// The blocked factorisation and its solves against another library. All orders are leading parts of one matrix: then the factors are
/// leading parts of one factor, too.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class CholeskyTests(KernelSet kernels)
{
    private const int Largest = 513;

    private static readonly Matrix<double> s_matrix = PositiveDefinite();
    private static readonly Matrix<double> s_factor = s_matrix.Cholesky().Factor;

    [Test]
    public void The_factor_of_every_small_order_is_right()
    {
        for (int order = 1; order <= 130; order++)
            FactorAndCompare(order);
    }

    [TestCase(200), TestCase(Largest)]
    public void The_factor_of_a_large_order_is_right(int order) => FactorAndCompare(order);

    [TestCase(1, 1), TestCase(5, 16), TestCase(64, 3), TestCase(65, 17), TestCase(130, 32), TestCase(200, 10)]
    public void Solutions_are_right_and_their_padding_stays_zero(int order, int count)
    {
        using NativeBuffer<double> matrix = Load(order);
        int stride = (count + 15) / 16 * 16;
        using var right = new NativeBuffer<double>((long)order * stride);
        Matrix<double> wanted = Matrix<double>.Build.Random(order, count, seed: order);
        for (int row = 0; row < order; row++)
            for (int column = 0; column < count; column++)
                right[row * stride + column] = wanted[row, column];
        Assert.That(CholeskyDriver.Factor(kernels, matrix, CholeskyDriver.StrideOf(order), order));
        kernels.SolveFactored(matrix, CholeskyDriver.StrideOf(order), order, right, stride);

        Matrix<double> solution = s_matrix.SubMatrix(0, order, 0, order).Cholesky().Solve(wanted);
        for (int row = 0; row < order; row++)
            for (int column = 0; column < stride; column++)
            {
                double expected = column < count ? solution[row, column] : 0.0;
                Numbers.Within(
                    right[row * stride + column], expected, column < count ? Tolerance.Factorisation(order) : 0.0, "solution", row);
            }
    }

    [Test]
    public void Any_share_of_the_rows_gives_the_same_bits()
    {
        const int Order = 400;
        int stride = CholeskyDriver.StrideOf(Order);
        using NativeBuffer<double> whole = Load(Order);
        Assert.That(CholeskyDriver.Factor(kernels, whole, stride, Order));
        foreach (int threads in Partition.Threads)
        {
            using NativeBuffer<double> shared = Load(Order);
            Assert.That(CholeskyDriver.Factor(kernels, shared, stride, Order, threads));
            for (int row = 0; row < Order; row++)
                Numbers.SameBits(
                    shared.Slice((long)row * stride, row + 1), whole.Slice((long)row * stride, row + 1), $"row {row} on {threads} threads");
        }
    }

    [Test]
    public void A_matrix_that_is_not_positive_definite_is_refused(
        [Values(1, 64, 65, 130)] int order, [Values(-1.0, 0.0, double.NaN, double.PositiveInfinity)] double pivot)
    {
        using NativeBuffer<double> matrix = Load(order);
        matrix[(order - 1L) * CholeskyDriver.StrideOf(order) + order - 1] = pivot;
        Assert.That(CholeskyDriver.Factor(kernels, matrix, CholeskyDriver.StrideOf(order), order), Is.False);
    }

    [Test]
    public void Not_a_number_below_the_diagonal_is_refused([Values(65, 130, 200)] int order)
    {
        using NativeBuffer<double> matrix = Load(order);
        matrix[(order - 1L) * CholeskyDriver.StrideOf(order)] = double.NaN;
        Assert.That(CholeskyDriver.Factor(kernels, matrix, CholeskyDriver.StrideOf(order), order), Is.False);
    }

    private void FactorAndCompare(int order)
    {
        using NativeBuffer<double> matrix = Load(order);
        int stride = CholeskyDriver.StrideOf(order);
        Assert.That(CholeskyDriver.Factor(kernels, matrix, stride, order), $"order {order}");
        for (int row = 0; row < order; row++)
            for (int column = 0; column <= row; column++)
                Numbers.Within(matrix[row * stride + column], s_factor[row, column], Tolerance.Factorisation(order),
                    $"order {order}, row {row}", column);
    }

    /// <summary>The lower triangle; what stands above it must not matter.</summary>
    private static NativeBuffer<double> Load(int order)
    {
        int stride = CholeskyDriver.StrideOf(order);
        var matrix = new NativeBuffer<double>((long)order * stride);
        for (int row = 0; row < order; row++)
            for (int column = 0; column < order; column++)
                matrix[row * stride + column] = column <= row ? s_matrix[row, column] : 1e3;
        return matrix;
    }

    private static Matrix<double> PositiveDefinite()
    {
        Matrix<double> factor = Matrix<double>.Build.Random(Largest, Largest, seed: 1);
        return factor.TransposeAndMultiply(factor) / Largest + Matrix<double>.Build.DenseIdentity(Largest);
    }
}
