using Subquad.Engine;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;

namespace Subquad.Perf.EndToEnd.Solvers;

/// <summary>
/// The system of one trained layer, n rows u (x) v: v what leaves a random hidden layer of width m, u the signs +-1 of the outputs on what
/// fires in a second one. Inputs are random unit vectors in 32 dimensions, or pairs of them at a distance.
/// </summary>
sealed class KhatriRaoSystem : IDisposable
{
    const int Dimension = 32;

    readonly WorkerTeam _team;
    readonly ActiveBatch _left = new(), _right = new();
    readonly PanelMatrix _spread = new(1, 1);
    readonly SystemSize _size;

    /// <param name="width">m.</param>
    /// <param name="count">n.</param>
    /// <param name="active">Neurons that fire for a datum, about.</param>
    /// <param name="distance">Between the data of a pair; null for data without pairs.</param>
    /// <param name="threads">Workers.</param>
    public KhatriRaoSystem(int width, int count, double active, double? distance, int threads)
    {
        _team = new WorkerTeam(threads);
        Verbs = new TeamKernels(KernelSets.Best, _team);
        float[] inputs = distance is { } gap ? Pairs(count, gap) : UnitRows(count, seed: 1);
        Fire(_right, inputs, width, count, active / width, seed: 1);
        Fire(_left, inputs, width, count, active / width, seed: 2);
        // u = D a: a sign per neuron, the same for every datum.
        var signs = new Random(3);
        float[] output = [.. Enumerable.Range(0, width).Select(_ => signs.Next(2) == 0 ? -1f : 1f)];
        foreach (ActiveSegment segment in _left.Segments())
        {
            Span<float> values = segment.Values;
            for (int entry = 0; entry < values.Length; entry++)
                values[entry] = output[segment.FirstNeuron + segment.Offsets[entry]];
        }
        Active = (double)_left.Entries / count;
        for (int datum = 0; datum < count; datum++)
            MeanSquare += SquaredNorm(_left, datum) * SquaredNorm(_right, datum) / count;
        _size = new SystemSize(count, 1, [new FactorSize(width, Active, width, (double)_right.Entries / count)]);
        var random = new Random(4);
        RightSide = [.. Enumerable.Range(0, count).Select(_ => random.Next(2) == 0 ? -1.0 : 1.0)];
    }

    public TeamKernels Verbs { get; }

    /// <summary>Neurons that fire for a datum.</summary>
    public double Active { get; }

    /// <summary>The trace of G over n.</summary>
    public double MeanSquare { get; }

    /// <summary>+-1 per datum.</summary>
    public double[] RightSide { get; }

    /// <summary>The way that the table of costs chooses.</summary>
    public SolverChoice Cheapest => SolverCosts.Cheapest(_size);

    /// <summary>G = (U U^T) o (V V^T).</summary>
    public void Build(DampedGram gram)
    {
        gram.Reset(_size.Count);
        AddGram(gram);
    }

    /// <summary>What a solver needs: G, a sketch, or both.</summary>
    public void Build(GramSolver solver)
    {
        solver.Begin(_size);
        if (solver.NeedsGram)
            AddGram(solver.Gram);
        if (solver.Sketch is { } sketch)
            Add(sketch);
    }

    /// <summary>A TensorSRHT of these rows.</summary>
    public void Build(KhatriRaoSketch sketch, int columns)
    {
        sketch.Reset(_size.Count, columns);
        Add(sketch);
    }

    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        _spread.Dispose();
        _team.Dispose();
    }

    void AddGram(DampedGram gram)
    {
        Verbs.Gram(_spread, _left, _left.Values, gram.Elements, gram.Stride);
        Verbs.Gram(_spread, _right, _right.Values, gram.Spare, gram.Stride);
        gram.MultiplyBy(gram.Spare);
    }

    void Add(KhatriRaoSketch sketch) => sketch.Add(1, _left, _left.Values, _right, seed: 5);

    /// <summary>What fires in a layer drawn from a seed, and its normalised values.</summary>
    void Fire(ActiveBatch fires, float[] inputs, int width, int count, double density, ulong seed)
    {
        using Network network = Network.Create(
            new NetworkShape { Inputs = Dimension, Hidden = [width], Outputs = 1, Densities = [density] }, seed, Verbs.Kernels,
            _team.Degree);
        using var rows = new ActiveBatch();
        rows.FillDense(inputs, count, Dimension);
        using var state = new BatchState(Verbs, network.Layers, 0) { Inputs = rows };
        state.ForwardHidden();
        fires.CopyFrom(state.Last.Sets.Active);
    }

    static double SquaredNorm(ActiveBatch rows, int datum)
    {
        double sum = 0;
        foreach (ActiveSegment segment in rows.SegmentsOf(datum))
            foreach (float value in segment.Values)
                sum += (double)value * value;
        return sum;
    }

    static float[] Pairs(int count, double distance)
    {
        float[] rows = UnitRows(count, seed: 1), other = UnitRows(count, seed: 2);
        for (int row = 1; row < count; row += 2)
            Beside(
                rows.AsSpan((row - 1) * Dimension, Dimension), other.AsSpan(row * Dimension, Dimension), distance,
                rows.AsSpan(row * Dimension, Dimension));
        return rows;
    }

    /// <summary>A unit vector at a distance from another, in the plane of that and of a third.</summary>
    static void Beside(ReadOnlySpan<float> vector, ReadOnlySpan<float> toward, double distance, Span<float> destination)
    {
        double along = 0, norm = 0;
        for (int i = 0; i < Dimension; i++)
            along += (double)vector[i] * toward[i];
        for (int i = 0; i < Dimension; i++)
            norm += (toward[i] - along * vector[i]) * (toward[i] - along * vector[i]);
        double angle = 2 * Math.Asin(distance / 2);
        for (int i = 0; i < Dimension; i++)
            destination[i] = (float)(Math.Cos(angle) * vector[i] + Math.Sin(angle) * (toward[i] - along * vector[i]) / Math.Sqrt(norm));
    }

    static float[] UnitRows(int count, int seed) => RandomUnitData.Create(count, Dimension, outputs: 1, seed).Examples.Inputs.Values;
}
