using NUnit.Framework;
using Subquad.Data;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>Leave-one-out errors are those of the systems without a row and its column.</summary>
[TestFixture]
internal sealed class LeaveOneOutErrorsTests
{
    private WorkerTeam _team = null!;

    [SetUp]
    public void StartTeam() => _team = new WorkerTeam(2);

    [TearDown]
    public void EndTeam() => _team.Dispose();

    [Test]
    public void They_are_those_without_row_and_column([Values(1, 2, 17, 64, 150)] int n, [Values(1, 3)] int outputs,
        [Values(1e-3, 1.0)] double mu)
    {
        var kernels = new TeamKernels(KernelSets.Best, _team);
        double[,] matrix = Gram(n, 40);
        using DampedGram gram = Filled(kernels, matrix);
        using OutputVector right = Right(n, outputs), errors = new();
        errors.Reshape(n, outputs);
        using var solver = new LeaveOneOutErrors(kernels);
        Assert.That(solver.TryCompute(gram, mu, right, errors), Is.True);
        for (int left = 0; left < n; left++)
        {
            double[] expected = Without(matrix, mu, right, left);
            for (int c = 0; c < outputs; c++)
                Assert.That(errors[left][c], Is.EqualTo(expected[c]).Within(1e-6 * Math.Max(1, Math.Abs(expected[c]))), $"{left}, {c}");
        }
    }

    [Test]
    public void The_bits_do_not_depend_on_the_threads()
    {
        double[,] matrix = Gram(700, 900);
        Assert.That(Errors(1), Is.EqualTo(Errors(3)));

        double[] Errors(int threads)
        {
            using var team = new WorkerTeam(threads);
            var kernels = new TeamKernels(KernelSets.Best, team);
            using DampedGram gram = Filled(kernels, matrix);
            using OutputVector right = Right(700, 2), errors = new();
            errors.Reshape(700, 2);
            using var solver = new LeaveOneOutErrors(kernels);
            Assert.That(solver.TryCompute(gram, 0.1, right, errors), Is.True);
            return errors.Span.ToArray();
        }
    }

    [Test]
    public void A_singular_system_has_none()
    {
        var kernels = new TeamKernels(KernelSets.Best, _team);
        using DampedGram gram = Filled(kernels, new double[5, 5]);
        using OutputVector right = Right(5, 1), errors = new();
        errors.Reshape(5, 1);
        using var solver = new LeaveOneOutErrors(kernels);
        Assert.That(solver.TryCompute(gram, 0, right, errors), Is.False);
    }

    private static double[,] Gram(int n, int columns)
    {
        float[] rows = ReferenceData.Normals(n * columns);
        var matrix = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                for (int c = 0; c < columns; c++)
                    matrix[i, j] += (double)rows[i * columns + c] * rows[j * columns + c] / columns;
        return matrix;
    }

    private static DampedGram Filled(TeamKernels kernels, double[,] matrix)
    {
        var gram = new DampedGram(kernels);
        int n = matrix.GetLength(0);
        gram.Reset(n);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                gram.Elements[(long)i * gram.Stride + j] = matrix[i, j];
        return gram;
    }

    private static OutputVector Right(int n, int outputs)
    {
        var right = new OutputVector();
        right.Reshape(n, outputs);
        float[] values = ReferenceData.Normals(n * outputs, seed: 9);
        for (int i = 0; i < n; i++)
            for (int c = 0; c < outputs; c++)
                right[i][c] = values[i * outputs + c];
        return right;
    }

    /// <summary>The errors of a row by the system without it, by elimination.</summary>
    private static double[] Without(double[,] matrix, double mu, OutputVector right, int left)
    {
        int[] kept = [.. Enumerable.Range(0, right.Count).Where(row => row != left)];
        int n = kept.Length, outputs = right.Outputs;
        var system = new double[n, n + outputs];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                system[i, j] = matrix[kept[i], kept[j]] + (i == j ? mu : 0);
            for (int c = 0; c < outputs; c++)
                system[i, n + c] = right[kept[i]][c];
        }
        for (int pivot = 0; pivot < n; pivot++)
            for (int row = 0; row < n; row++)
            {
                double factor = row == pivot ? 0 : system[row, pivot] / system[pivot, pivot];
                for (int column = pivot; factor != 0 && column < n + outputs; column++)
                    system[row, column] -= factor * system[pivot, column];
            }
        var errors = new double[outputs];
        for (int c = 0; c < outputs; c++)
        {
            errors[c] = right[left][c];
            for (int i = 0; i < n; i++)
                errors[c] -= matrix[left, kept[i]] * system[i, n + c] / system[i, i];
        }
        return errors;
    }
}
