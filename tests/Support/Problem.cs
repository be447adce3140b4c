using Subquad.Simd.Memory;

namespace Subquad.Support;

/// <summary>
/// Random weights, inputs and outputs of a shape, as plain arrays and as the kernels take them. Some data have no active input or no active
/// output.
/// </summary>
public sealed class Problem : IDisposable
{
    public Problem(Shape shape, int seed = 1) : this(shape, seed, everyLength: false)
    {
    }

    private Problem(Shape shape, int seed, bool everyLength)
    {
        (Rows, Columns, Data, _) = shape;
        var random = new Random(seed);
        W = Samples.Dense(random, Columns * Rows);
        X = Samples.Sparse(random, Data, Columns, shape.Density);
        U = Samples.Sparse(random, Data, Rows, shape.Density);
        if (everyLength)
        {
            for (int datum = 0; datum < Data; datum++)
            {
                Keep(X.AsSpan(datum * Columns, Columns), datum, random);
                Keep(U.AsSpan(datum * Rows, Rows), Rows - datum, random);
            }
        }
        else
        {
            Empty(X, Columns, datum: 1);
            Empty(U, Rows, datum: 2);
            Empty(X, Columns, datum: 6);
            Empty(U, Rows, datum: 6);
        }
        Weights = new PanelMatrix(Rows, Columns);
        for (int column = 0; column < Columns; column++)
            for (int row = 0; row < Rows; row++)
                Weights[row, column] = this[row, column];
        Inputs.FillNonZero(X, Data, Columns);
        Outputs.FillNonZero(U, Data, Rows);
        Transposed.Build(Inputs);
    }

    /// <summary>
    /// A square problem in which datum i has i active inputs, and so many fewer active outputs: every length from 0 to
    /// <paramref name="longest"/> of both.
    /// </summary>
    public static Problem OfEveryLength(int longest) => new(new Shape(longest, longest, longest + 1, 1.0), 1, everyLength: true);

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
    public TransposedBatch Transposed { get; } = new();

    /// <summary>W[row, column].</summary>
    public float this[int row, int column] => W[column * Rows + row];

    public void Dispose()
    {
        Weights.Dispose();
        Inputs.Dispose();
        Outputs.Dispose();
        Transposed.Dispose();
    }

    /// <summary>Leaves that many elements, anywhere in the row.</summary>
    private static void Keep(Span<float> row, int count, Random random)
    {
        int[] places = [.. Enumerable.Range(0, row.Length)];
        random.Shuffle(places);
        foreach (int place in places.AsSpan(count))
            row[place] = 0f;
    }

    private void Empty(float[] rows, int width, int datum)
    {
        if (datum < Data)
            Array.Clear(rows, datum * width, width);
    }
}
