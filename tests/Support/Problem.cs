using Subquad.Simd.Memory;

namespace Subquad.Support;

/// <summary>Random weights, inputs and outputs of a shape, as plain arrays and as the kernels take them. Some data have no active input or no active output.</summary>
public sealed class Problem : IDisposable
{
    public Problem(Shape shape, int seed = 1)
    {
        (Rows, Columns, Data, _) = shape;
        var random = new Random(seed);
        W = Samples.Dense(random, Columns * Rows);
        X = Samples.Sparse(random, Data, Columns, shape.Density);
        U = Samples.Sparse(random, Data, Rows, shape.Density);
        Empty(X, Columns, datum: 1);
        Empty(U, Rows, datum: 2);
        Empty(X, Columns, datum: 6);
        Empty(U, Rows, datum: 6);
        Weights = new PanelMatrix(Rows, Columns);
        for (int column = 0; column < Columns; column++)
            for (int row = 0; row < Rows; row++)
                Weights[row, column] = this[row, column];
        Inputs.FillNonZero(X, Data, Columns);
        Outputs.FillNonZero(U, Data, Rows);
        Turned.Build(Inputs);
    }

    public int Rows { get; }
    public int Columns { get; }
    public int Data { get; }

    /// <summary>Weights, column after column.</summary>
    public float[] W { get; }

    /// <summary>Input values, datum after datum; zero where inactive.</summary>
    public float[] X { get; }

    /// <summary>Output values, datum after datum; zero where inactive.</summary>
    public float[] U { get; }

    public PanelMatrix Weights { get; }
    public ActiveBatch Inputs { get; } = new();
    public ActiveBatch Outputs { get; } = new();
    public TransposedBatch Turned { get; } = new();

    /// <summary>W[row, column].</summary>
    public float this[int row, int column] => W[column * Rows + row];

    public void Dispose()
    {
        Weights.Dispose();
        Inputs.Dispose();
        Outputs.Dispose();
        Turned.Dispose();
    }

    private void Empty(float[] rows, int width, int datum)
    {
        if (datum < Data)
            Array.Clear(rows, datum * width, width);
    }
}
