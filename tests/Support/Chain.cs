namespace Subquad.Support;

/// <summary>
/// One sum of products, twice: in float64 for its value and its error bound, and as the chain of float32 multiply-adds that the contract
/// promises bit for bit.
/// </summary>
public struct Chain
{
    private double _magnitude;
    private int _terms;

    /// <summary>The sum in float64.</summary>
    public double Value { get; private set; }

    /// <summary>The sum as a float32 chain in the order of <see cref="Add"/>.</summary>
    public float Single { get; private set; }

    /// <summary>How far a float32 sum of these terms may be from <see cref="Value"/>, in any order.</summary>
    public readonly double Bound => Tolerance.Reduction(_terms, _magnitude);

    /// <summary>A chain that goes on from a value.</summary>
    public static Chain From(float start) => new() { Value = start, Single = start, _magnitude = Math.Abs(start), _terms = 1 };

    /// <summary>Adds a * b.</summary>
    public void Add(float a, float b, bool fused)
    {
        double product = (double)a * b;
        Value += product;
        _magnitude += Math.Abs(product);
        _terms++;
        Single = fused ? MathF.FusedMultiplyAdd(a, b, Single) : (a * b) + Single;
    }

    /// <summary>Counts roundings that happened to the terms before they were added.</summary>
    public void AddRoundings(int count) => _terms += count;
}
