using NUnit.Framework;
using Subquad;
using Subquad.Engine;
using Subquad.Optimizers.GaussNewton;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Managed.Tests.Engine;

/// <summary>A network, a batch that went through it, and the same in the float64 reference.</summary>
internal sealed class EngineCase : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly ActiveBatch _rows = new();
    private readonly BatchState? _lower;

    /// <summary>Draws a network and runs random unit rows through it.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="kernels">What computes.</param>
    /// <param name="count">Rows.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    public EngineCase(NetworkShape shape, KernelSet kernels, int count, int from = 0)
    {
        _team = new WorkerTeam(2);
        Kernels = new TeamKernels(kernels, _team);
        Network = Network.Create(shape, 7, kernels, threads: 1);
        From = from;
        Rows = ReferenceData.UnitRows(count, shape.Inputs);
        _rows.FillNonZero(Rows, count, shape.Inputs);
        State = new BatchState(Kernels, Network.Layers, from) { Inputs = _rows, Rows = _rows };
        if (from > 0)
        {
            _lower = new BatchState(Kernels, Network.Layers.Below(from), 0) { Inputs = _rows };
            _lower.ForwardHidden();
            State.Inputs = _lower.Last.Sets.Active;
        }
        State.Forward();
        Reference = new ReferenceNetwork(Network);
        Points = [.. Enumerable.Range(0, count).Select(PointOf)];
    }

    public Network Network { get; }
    public TeamKernels Kernels { get; }
    public BatchState State { get; }
    public float[] Rows { get; }
    public int From { get; }
    public ReferenceNetwork Reference { get; }
    public ReferencePoint[] Points { get; }
    public int Count => Points.Length;

    /// <summary>The Jacobian at this point, with the inner products that it needs.</summary>
    public (Jacobian Jacobian, ClassAveragedGram Gram) Differentiate(bool trainsOutput, long packedBytes = long.MaxValue)
    {
        var jacobian = new Jacobian(Kernels, Network.Layers, From, trainsOutput, packedBytes);
        var gram = new ClassAveragedGram(Kernels, Network.Layers, jacobian);
        jacobian.MoveTo(State);
        gram.MeasureInputs(State);
        return (jacobian, gram);
    }

    public void Dispose()
    {
        State.Dispose();
        _lower?.Dispose();
        _rows.Dispose();
        Network.Dispose();
        _team.Dispose();
    }

    /// <summary>
    /// The reference's pass of one datum with the engine's active sets, once they are seen to differ by rounding at the threshold only.
    /// </summary>
    private ReferencePoint PointOf(int datum)
    {
        ReadOnlySpan<float> row = Rows.AsSpan(datum * Reference.Widths[0], Reference.Widths[0]);
        ReferencePoint free = Reference.Forward(row);
        var fires = new bool[Reference.Depth][];
        for (int layer = 0; layer < fires.Length; layer++)
            fires[layer] = layer < From ? Sets(_lower!, layer, datum) : Sets(State, layer, datum);
        ReferencePoint point = Reference.Forward(row, fires);
        for (int layer = 0; layer < fires.Length; layer++)
            for (int r = 0; r < fires[layer].Length; r++)
                if (fires[layer][r] != free.Fires[layer][r])
                    Assert.That(point.PreActivations[layer][r], Is.EqualTo(Network.Layers.Hidden[layer].Thresholds[r]).Within(1e-5),
                        $"datum {datum}, layer {layer + 1}, neuron {r}");
        return point;
    }

    private static bool[] Sets(BatchState state, int layer, int datum)
    {
        ActiveBatch active = state.Of(layer).Sets.Active;
        int count = active.CountOf(datum);
        int[] ids = new int[count];
        _ = active.CopyDatum(datum, ids, new float[count]);
        var fires = new bool[active.Width];
        foreach (int id in ids)
            fires[id] = true;
        return fires;
    }
}
