using NUnit.Framework;
using Subquad.Simd;
using Subquad.Simd.Threading;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>Rows that come and go leave the coefficients of a solution from scratch.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class DualRidgeTests(KernelSet kernels)
{
    private const int Width = 9, Outputs = 2;
    private const double Damping = 0.03;

    [Test]
    public void Coefficients_equal_those_of_a_new_solution()
    {
        using var one = new Rows(kernels, first: 12);
        var random = new Random(5);
        for (int call = 0; call < 400; call++)
        {
            if (one.Ridge.Count > 0 && random.Next(one.Ridge.Count < 40 ? 5 : 2) < 2)
                one.Forget(random.Next(one.Ridge.Count));
            else
                Assert.That(one.Learn());
            one.Check(1e-9);
        }
        Assert.That(one.Ridge.Factorisations, Is.EqualTo(1));
    }

    [Test]
    public void Leaving_a_row_out_equals_a_solution_without_it([Values(0, 7)] int learned)
    {
        using var one = new Rows(kernels, first: 10);
        for (int i = 0; i < learned; i++)
            one.Learn();
        one.Forget(3);
        int n = one.Ridge.Count;
        double[] column = one.NewColumn(), solved = [.. column], lower = new double[n], upper = new double[n];
        one.Ridge.Solve(solved);
        for (int output = 0; output < Outputs; output++)
        {
            one.Ridge.LeaveOneOut(one.Ridge.Predict(column, output), solved, output, lower, upper);
            for (int left = 0; left < n; left++)
            {
                int[] others = [.. Enumerable.Range(0, n).Where(row => row != left)];
                double[] coefficients = one.Solve(others, output);
                double without = others.Select((row, i) => column[row] * coefficients[i]).Sum();
                double residual = one.Target(left, output) - others.Select((row, i) => one.Dot(row, left) * coefficients[i]).Sum();
                Assert.That((lower[left] + upper[left]) / 2, Is.EqualTo(without).Within(1e-9));
                Assert.That((upper[left] - lower[left]) / 2, Is.EqualTo(Math.Abs(residual)).Within(1e-9));
            }
        }
    }

    [Test]
    public void A_row_that_makes_the_matrix_singular_is_refused_and_changes_nothing()
    {
        using var team = new WorkerTeam(1);
        var ridge = new DualRidge(new TeamKernels(kernels, team), outputs: 1);
        ridge.Resize(1);
        (ridge.Gram[0][0], ridge.TargetsOf(0)[0]) = (1, 2);
        Assert.That(ridge.Factor(1e-17));
        Assert.That(ridge.TryLearn([1], 1, [3]), Is.False);
        Assert.That(ridge.Count, Is.EqualTo(1));
        Assert.That(ridge.CoefficientsOf(0).ToArray(), Is.EqualTo([2.0]));
        Assert.That(ridge.Factorisations, Is.EqualTo(2), "it was tried with a new factor");
    }

    [Test]
    public void A_worn_factor_is_made_anew()
    {
        using var one = new Rows(kernels, first: 20);
        // A factor that rounding has moved away from its matrix looks like this.
        one.Ridge.Gram[7][7] += 1e-3;
        one.Forget(2);
        Assert.That(one.Ridge.Factorisations, Is.EqualTo(1));
        one.Forget(2);
        Assert.That(one.Ridge.Factorisations, Is.EqualTo(2));
        one.Forget(2);
        Assert.That(one.Ridge.Factorisations, Is.EqualTo(2));
    }

    [Test]
    public void A_matrix_near_a_singular_one_is_not_factored_at_every_call()
    {
        // 30 rows of 9 features: all but 9 eigenvalues are the damping.
        using var one = new Rows(kernels, first: 30, damping: 1e-12);
        for (int call = 0; call < 40; call++)
        {
            one.Forget(call % 7);
            Assert.That(one.Learn());
        }
        Assert.That(one.Ridge.Factorisations, Is.LessThan(5));
    }

    [Test]
    public void The_chosen_damping_has_the_least_leave_one_out_error()
    {
        using var one = new Rows(kernels, first: 25);
        double chosen = DampingChoice.Of(one.Verbs, one.Ridge), scale = one.Trace / 25;
        double[] candidates = [.. Enumerable.Range(-6, 8).Select(power => scale * Math.Pow(10, power))];
        double best = candidates.MinBy(Error);
        Assert.That(chosen, Is.EqualTo(best).Within(1e-12 * best));
        Assert.That(best, Is.Not.EqualTo(candidates[0]).And.Not.EqualTo(candidates[^1]), "an inner one");

        double Error(double damping)
        {
            double squares = 0;
            for (int left = 0; left < 25; left++)
                for (int output = 0; output < Outputs; output++)
                {
                    int[] others = [.. Enumerable.Range(0, 25).Where(row => row != left)];
                    double[] coefficients = one.Solve(others, output, damping);
                    squares += Math.Pow(
                        one.Target(left, output) - others.Select((row, i) => one.Dot(row, left) * coefficients[i]).Sum(), 2);
                }
            return squares;
        }
    }

    /// <summary>Rows of noisy linear functions, learned by a regression and kept for an oracle.</summary>
    private sealed class Rows : IDisposable
    {
        private readonly WorkerTeam _team = new(2);
        private readonly Random _random = new(3);
        private readonly List<double[]> _rows = [], _targets = [];

        public Rows(KernelSet kernels, int first, double damping = Damping)
        {
            Verbs = new TeamKernels(kernels, _team);
            Ridge = new DualRidge(Verbs, Outputs);
            Ridge.Resize(first);
            for (int row = 0; row < first; row++)
            {
                Add();
                for (int column = 0; column <= row; column++)
                    Ridge.Gram[row][column] = Dot(row, column);
                for (int output = 0; output < Outputs; output++)
                    Ridge.TargetsOf(output)[row] = Target(row, output);
            }
            Assert.That(Ridge.Factor(damping));
        }

        public TeamKernels Verbs { get; }

        public DualRidge Ridge { get; }

        public double Trace => Enumerable.Range(0, _rows.Count).Sum(row => Dot(row, row));

        public bool Learn()
        {
            double[] column = NewColumn(keeps: true);
            return Ridge.TryLearn(column, Dot(_rows.Count - 1, _rows.Count - 1), _targets[^1]);
        }

        public void Forget(int row)
        {
            Ridge.Forget(row);
            _rows.RemoveAt(row);
            _targets.RemoveAt(row);
        }

        /// <summary>The products of a new row with all rows.</summary>
        public double[] NewColumn(bool keeps = false)
        {
            int n = _rows.Count;
            Add();
            double[] column = [.. Enumerable.Range(0, n).Select(row => Dot(row, n))];
            if (!keeps)
            {
                _rows.RemoveAt(n);
                _targets.RemoveAt(n);
            }
            return column;
        }

        public void Check(double tolerance)
        {
            int[] all = [.. Enumerable.Range(0, _rows.Count)];
            Assert.That(Ridge.Count, Is.EqualTo(all.Length));
            for (int output = 0; output < Outputs; output++)
                Assert.That(Ridge.CoefficientsOf(output).ToArray(), Is.EqualTo(Solve(all, output)).Within(tolerance));
        }

        public double[] Solve(int[] rows, int output, double damping = Damping)
        {
            var gram = new double[rows.Length, rows.Length];
            for (int i = 0; i < rows.Length; i++)
                for (int j = 0; j < rows.Length; j++)
                    gram[i, j] = Dot(rows[i], rows[j]);
            return ReferenceBatch.Solve(gram, damping, [.. rows.Select(row => _targets[row][output])]);
        }

        public double Target(int row, int output) => _targets[row][output];

        public double Dot(int left, int right) => _rows[left].Zip(_rows[right], (x, y) => x * y).Sum();

        public void Dispose() => _team.Dispose();

        private void Add()
        {
            double[] row = [.. Enumerable.Range(0, Width).Select(_ => _random.NextDouble() - 0.3)];
            _rows.Add(row);
            _targets.Add([row[0] + 0.3 * _random.NextDouble(), row[1] - row[2] + 0.3 * _random.NextDouble()]);
        }
    }
}
