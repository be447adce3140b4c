using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;

namespace Subquad.Online;

/// <summary>
/// The output weights as a ridge regression over the features h of the last hidden layer, which stay as they are:
/// A = A_0 + H^T (H H^T + mu I)^-1 (Y - H A_0), with rows that are learned and forgotten one by one. With direct weights the features are h
/// and t x, and the weights A and B / t. One call at a time.
/// </summary>
internal sealed class OutputRegression : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly TeamKernels _kernels;
    private readonly FeatureExtractor _extractor;
    private readonly FeatureRows _features;
    private readonly DualRidge _ridge;
    private readonly float[]? _prior;
    private readonly int[] _ids;
    private readonly float[] _values;
    private readonly double[] _estimates, _residuals;
    private double[] _column = [], _lower = [], _upper = [];
    private int _read;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">The network's.</param>
    /// <param name="input">What makes rows from raw rows.</param>
    /// <param name="keepsOutput">Whether A_0 is the network's present A, with its direct weights; else it is 0.</param>
    /// <param name="threads">Workers of <see cref="Start"/>.</param>
    public OutputRegression(KernelSet kernels, LayerStack layers, InputTransform input, bool keepsOutput, int threads)
    {
        _extractor = new FeatureExtractor(kernels, layers, input);
        (Width, Outputs) = (_extractor.Width, layers.Outputs);
        _ids = new int[Width];
        _values = new float[Width];
        _estimates = new double[Outputs];
        _residuals = new double[Outputs];
        _features = new FeatureRows(Width);
        if (keepsOutput)
            _prior = WeightsOf(layers);
        _team = new WorkerTeam(threads);
        _kernels = new TeamKernels(kernels, _team);
        _ridge = new DualRidge(_kernels, Outputs);
    }

    /// <summary>Features of a row: neurons of the last hidden layer, then numbers of x with direct weights.</summary>
    public int Width { get; }

    public int Outputs { get; }

    /// <summary>Rows.</summary>
    public int Count => _features.Count;

    /// <summary>mu.</summary>
    public double Damping => _ridge.Damping;

    /// <summary>Takes the first rows.</summary>
    /// <param name="rows">Transformed rows, at least one.</param>
    /// <param name="targets">A transformed target per row and output, row after row.</param>
    /// <param name="damping">mu; null chooses it.</param>
    /// <param name="cancellation">Honoured between rows, and between tiles of the solution.</param>
    /// <exception cref="InvalidOperationException">mu is too small for float64.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public void Start(InputRows rows, ReadOnlySpan<float> targets, double? damping, CancellationToken cancellation)
    {
        int n = rows.Count;
        _ridge.Resize(n);
        for (int row = 0; row < n; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            _read = _extractor.Run(rows, row, _ids, _values);
            EstimateFromPrior();
            _features.Append(_ids.AsSpan(0, _read), _values.AsSpan(0, _read));
            for (int output = 0; output < Outputs; output++)
                _ridge.TargetsOf(output)[row] = targets[row * Outputs + output] - _estimates[output];
        }
        _team.Cancellation = cancellation;
        try
        {
            FillGram();
            double mu = damping ?? DampingChoice.Of(_kernels, _ridge);
            if (!(mu > 0) || !_ridge.Factor(mu))
                throw new InvalidOperationException($"expected a damping that keeps K + mu I positive definite in float64, found {mu}; " +
                    "use a larger Damping");
        }
        finally
        {
            _team.Cancellation = CancellationToken.None;
        }
    }

    /// <summary>
    /// Computes the features of a raw row and its products with all rows, for the members below; false when a number is not finite.
    /// </summary>
    public bool TryRead(ReadOnlySpan<float> row)
    {
        EnsureCapacity(Count + 1);
        if (!_extractor.TryRun(row, _ids, _values, out _read))
            return false;
        EstimateFromPrior();
        _features.Multiply(_ids.AsSpan(0, _read), _values.AsSpan(0, _read), _column.AsSpan(0, Count));
        return true;
    }

    /// <summary>Learns the row that was read; false, with nothing changed, when mu is too small for float64.</summary>
    /// <param name="targets">Its transformed targets.</param>
    public bool TryLearn(ReadOnlySpan<float> targets)
    {
        for (int output = 0; output < Outputs; output++)
            _residuals[output] = targets[output] - _estimates[output];
        ReadOnlySpan<int> ids = _ids.AsSpan(0, _read);
        ReadOnlySpan<float> values = _values.AsSpan(0, _read);
        _features.Reserve(_read);
        if (!_ridge.TryLearn(_column.AsSpan(0, Count), FeatureRows.SquaredNorm(values), _residuals))
            return false;
        _features.Append(ids, values);
        return true;
    }

    /// <summary>Forgets a row; later rows move up.</summary>
    public void Forget(int row)
    {
        _ridge.Forget(row);
        _features.Remove(row);
    }

    /// <summary>The last row with the features that were read; negative when there is none.</summary>
    /// <param name="isAmbiguous">Whether another such row has other targets.</param>
    public int Find(out bool isAmbiguous)
    {
        ReadOnlySpan<int> ids = _ids.AsSpan(0, _read);
        ReadOnlySpan<float> values = _values.AsSpan(0, _read);
        int found = -1;
        isAmbiguous = false;
        for (int row = Count - 1; row >= 0; row--)
        {
            if (!_features.IsAt(row, ids, values))
                continue;
            found = found < 0 ? row : found;
            for (int output = 0; output < Outputs; output++)
                isAmbiguous |= _ridge.TargetsOf(output)[row] != _ridge.TargetsOf(output)[found];
        }
        return found;
    }

    /// <summary>The output f of the row that was read.</summary>
    public double Predict(int output) => _estimates[output] + _ridge.Predict(_column.AsSpan(0, Count), output);

    /// <summary>
    /// The jackknife+ interval (Barber, Candes, Ramdas and Tibshirani 2021) of every output for the row that was read: order statistics of
    /// what the fits without one row predict, less and plus the residual of the row that each leaves out.
    /// </summary>
    /// <param name="level">What the interval should cover, above 0 and below 1.</param>
    /// <param name="intervals">An interval per output, overwritten.</param>
    public void Intervals(double level, Span<PredictionInterval> intervals)
    {
        int n = Count;
        for (int output = 0; output < Outputs; output++)
            intervals[output] = new(double.NegativeInfinity, Predict(output), double.PositiveInfinity);
        // The rank (1 - alpha)(n + 1), rounded up but for its own rounding error; from the other end for the lower bound.
        int rank = (int)Math.Ceiling(level * (n + 1) - 1e-9);
        if (rank > n)
            return;
        Span<double> solved = _column.AsSpan(0, n), lower = _lower.AsSpan(0, n), upper = _upper.AsSpan(0, n);
        _ridge.Solve(solved);
        for (int output = 0; output < Outputs; output++)
        {
            _ridge.LeaveOneOut(intervals[output].Value, solved, output, lower, upper);
            lower.Sort();
            upper.Sort();
            intervals[output] = intervals[output] with { Lower = lower[n - rank], Upper = upper[rank - 1] };
        }
    }

    /// <summary>Writes A^T and B^T.</summary>
    /// <param name="weights">A^T, overwritten.</param>
    /// <param name="direct">B^T, overwritten; null without direct weights.</param>
    public void CopyWeights(PanelMatrix weights, PanelMatrix? direct)
    {
        var sums = new double[Width];
        var row = new float[Width];
        for (int output = 0; output < Outputs; output++)
        {
            for (int i = 0; i < Width; i++)
                sums[i] = _prior is null ? 0 : _prior[(long)output * Width + i];
            ReadOnlySpan<double> coefficients = _ridge.CoefficientsOf(output);
            for (int datum = 0; datum < Count; datum++)
            {
                ReadOnlySpan<int> ids = _features.IdsOf(datum);
                ReadOnlySpan<float> values = _features.ValuesOf(datum);
                for (int entry = 0; entry < ids.Length; entry++)
                    sums[ids[entry]] += coefficients[datum] * values[entry];
            }
            for (int i = 0; i < Width; i++)
                row[i] = (float)sums[i];
            weights.SetRows(output, 1, row.AsSpan(0, weights.Columns));
            if (direct is null)
                continue;
            Span<float> own = row.AsSpan(weights.Columns);
            foreach (ref float weight in own)
                weight *= _extractor.DirectScale;
            direct.SetRows(output, 1, own);
        }
    }

    public void Dispose()
    {
        _extractor.Dispose();
        _team.Dispose();
    }

    /// <summary>Computes what A_0 makes of the features that were read.</summary>
    private void EstimateFromPrior()
    {
        if (_prior is null)
            return;
        for (int output = 0; output < Outputs; output++)
        {
            double sum = 0;
            for (int entry = 0; entry < _read; entry++)
                sum += (double)_values[entry] * _prior[(long)output * Width + _ids[entry]];
            _estimates[output] = sum;
        }
    }

    /// <summary>The weights of a network over the features, output after output.</summary>
    private float[] WeightsOf(LayerStack layers)
    {
        var weights = new float[(long)Outputs * Width];
        int hidden = layers.Output.Columns;
        for (int output = 0; output < Outputs; output++)
        {
            Span<float> row = weights.AsSpan(output * Width, Width);
            layers.Output.CopyRows(output, 1, row[..hidden]);
            if (layers.Direct is not { } direct)
                continue;
            direct.Matrix.CopyRows(output, 1, row[hidden..]);
            foreach (ref float weight in row[hidden..])
                weight /= _extractor.DirectScale;
        }
        return weights;
    }

    private void FillGram()
    {
        var spread = new float[_team.Degree][];
        _team.Run(Count, (row, worker) =>
        {
            float[] own = spread[worker] ??= new float[Width];
            _features.Multiply(_features.IdsOf(row), _features.ValuesOf(row), _ridge.Gram[row], own);
        });
    }

    private void EnsureCapacity(int count)
    {
        if (count <= _column.Length)
            return;
        int length = Math.Max(count, _column.Length + _column.Length / 2);
        (_lower, _upper, _column) = (new double[length], new double[length], new double[length]);
    }
}
