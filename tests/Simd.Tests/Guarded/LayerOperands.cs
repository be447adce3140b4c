using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>
/// A layer and its batch: weights of rows x columns, lists of inputs and outputs per datum, and matrices of rows x data. Parts are made
/// when they are first used, from seeds of their own.
/// </summary>
internal sealed class LayerOperands(Shape shape) : VerbOperands
{
    /// <summary>One of each boundary, with few elements.</summary>
    public static IEnumerable<Func<LayerOperands>> Sizes { get; } = Each(
        new Shape[] { new(1, 1, 1, 1.0), new(129, 70, 5, 0.4), new(64, 513, 66, 0.1), new(520, 3, 7, 0.6) },
        shape => new LayerOperands(shape));

    public override string Size => shape.ToString();

    public int Columns => shape.Columns;
    public int Data => shape.Data;

    /// <summary>Panels of the weights and of every matrix with as many rows.</summary>
    public int Panels => Sums.Panels;

    public PanelMatrix Weights => Problem.Weights;
    public ActiveBatch Inputs => Problem.Inputs;
    public ActiveBatch Outputs => Problem.Outputs;
    public TransposedBatch Transposed => Problem.Transposed;

    /// <summary>The weights' shape in bfloat16, zero.</summary>
    public PanelMatrix Narrow => field ??= Own(new PanelMatrix(shape.Rows, shape.Columns, ElementFormat.BFloat16));

    /// <summary>The inputs as rows of data x columns.</summary>
    public PanelMatrix InputRows => field ??= Own(Samples.Panels(Problem.X, shape.Data, shape.Columns));

    /// <summary>Zeros of data x columns.</summary>
    public PanelMatrix SpreadRows => field ??= Own(new PanelMatrix(shape.Data, shape.Columns));

    /// <summary>Zeros of rows x data.</summary>
    public PanelMatrix Sums => field ??= Own(new PanelMatrix(shape.Rows, shape.Data));

    /// <summary>Numbers of rows x data.</summary>
    public PanelMatrix Drawn =>
        field ??= Own(Samples.Panels(Samples.Dense(new Random(1), shape.Rows * shape.Data), shape.Rows, shape.Data));

    /// <summary>Other numbers of rows x data.</summary>
    public PanelMatrix Support =>
        field ??= Own(Samples.Panels(Samples.Dense(new Random(2), shape.Rows * shape.Data), shape.Rows, shape.Data));

    /// <summary>Numbers of rows x data, many of them zero.</summary>
    public PanelMatrix Sparse =>
        field ??= Own(Samples.Panels(Samples.Sparse(new Random(3), shape.Rows, shape.Data, 0.6), shape.Rows, shape.Data));

    /// <summary>Numbers of data x rows.</summary>
    public PanelMatrix Across =>
        field ??= Own(Samples.Panels(Samples.Dense(new Random(4), shape.Rows * shape.Data), shape.Data, shape.Rows));

    /// <summary>Zeros, one for each row of every panel.</summary>
    public NativeBuffer<float> OfRows => field ??= Own(new NativeBuffer<float>(Panels * PanelMatrix.PanelRows));

    /// <summary>Zeros, one for each row.</summary>
    public NativeBuffer<float> Thresholds => field ??= Own(new NativeBuffer<float>(shape.Rows));

    /// <summary>Zeros, one for each active input.</summary>
    public NativeBuffer<float> Pulled => field ??= Own(new NativeBuffer<float>(Inputs.Entries));

    /// <summary>Zeros, one for each active output.</summary>
    public NativeBuffer<float> Pushed => field ??= Own(new NativeBuffer<float>(Outputs.Entries));

    /// <summary>Zeros of data x <see cref="GramStride"/>.</summary>
    public NativeBuffer<double> Gram => field ??= Own(new NativeBuffer<double>(shape.Data * GramStride));

    public int GramStride => InputRows.Panels * PanelMatrix.PanelRows;

    /// <summary>Numbers of data x data, and zeros in panels of that shape.</summary>
    public NativeBuffer<double> Products => field ??= Own(DenseSamples.Matrix(new Random(5), shape.Data, shape.Data, shape.Data));

    public PanelMatrix Square => field ??= Own(new PanelMatrix(shape.Data, shape.Data));

    /// <summary>Lists over the rows for each datum, without entries.</summary>
    public ActiveBatch Lists
    {
        get
        {
            if (field is null)
            {
                field = Own(new ActiveBatch());
                field.Reshape(shape.Data, shape.Rows);
            }
            return field;
        }
    }

    public RowBound Bounds => field ??= DrawBounds();

    public PackedBlocks Packed
    {
        get
        {
            if (field is null)
            {
                field = Own(new PackedBlocks());
                field.Plan(Outputs, Inputs);
            }
            return field;
        }
    }

    private Problem Problem => field ??= Own(new Problem(shape));

    private RowBound DrawBounds()
    {
        var random = new Random(6);
        RowBound bound = Own(new RowBound(shape.Rows, shape.Data));
        foreach (NativeBuffer<float> part in new[] { bound.Growth, bound.Norms, bound.Errors, bound.Limits, bound.Slack })
            Samples.Dense(random, shape.Rows).CopyTo(part.Span);
        foreach (NativeBuffer<float> part in new[] { bound.On, bound.Off, bound.Sizes })
            Samples.Dense(random, shape.Data).CopyTo(part.Span);
        return bound;
    }
}
