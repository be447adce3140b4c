using Subquad.Simd.Memory;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>Rows u and v of a Khatri-Rao product, as lists for the solvers and as dense arrays for the oracle.</summary>
internal sealed class FactorRows : IDisposable
{
    /// <param name="left">count x leftWidth.</param>
    /// <param name="right">count x rightWidth.</param>
    /// <param name="count">n.</param>
    public FactorRows(float[] left, float[] right, int count)
    {
        (Left, Right, Count) = (left, right, count);
        LeftLists.FillNonZero(left, count, LeftWidth);
        RightLists.FillNonZero(right, count, RightWidth);
    }

    public float[] Left { get; }
    public float[] Right { get; }
    public int Count { get; }
    public int LeftWidth => Left.Length / Count;
    public int RightWidth => Right.Length / Count;
    public ActiveBatch LeftLists { get; } = new();
    public ActiveBatch RightLists { get; } = new();

    /// <summary>Normal numbers, of which a share is kept.</summary>
    public static FactorRows Sparse(int count, int leftWidth, int rightWidth, double density, int seed = 1) =>
        new(Sparse(count * leftWidth, density, seed), Sparse(count * rightWidth, density, seed + 1000), count);

    /// <summary>Pairs of rows a distance apart: the second row of each is the first plus that much of another.</summary>
    public static FactorRows Pairs(int count, int width, double density, double distance, int seed = 1)
    {
        float[] left = Sparse(count * width, density, seed), right = Sparse(count * width, density, seed + 1000);
        foreach (float[] rows in (float[][])[left, right])
            for (int pair = 1; pair < count; pair += 2)
                for (int i = 0; i < width; i++)
                    rows[pair * width + i] = rows[(pair - 1) * width + i] + (float)distance * rows[pair * width + i];
        return new(left, right, count);
    }

    /// <summary>G = (U U^T) o (V V^T).</summary>
    public double[,] Gram()
    {
        var gram = new double[Count, Count];
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < Count; j++)
                gram[i, j] = Dot(Left, LeftWidth, i, j) * Dot(Right, RightWidth, i, j);
        return gram;
    }

    public void AddTo(KhatriRaoSketch sketch, double scale = 1, ulong seed = 7) =>
        sketch.Add(scale, LeftLists, LeftLists.Values, RightLists, seed);

    public void Dispose()
    {
        LeftLists.Dispose();
        RightLists.Dispose();
    }

    private static double Dot(float[] rows, int width, int i, int j)
    {
        double sum = 0;
        for (int r = 0; r < width; r++)
            sum += (double)rows[i * width + r] * rows[j * width + r];
        return sum;
    }

    private static float[] Sparse(int length, double density, int seed)
    {
        float[] values = ReferenceData.Normals(length, seed);
        var random = new Random(seed);
        for (int i = 0; i < length; i++)
            if (random.NextDouble() >= density)
                values[i] = 0;
        return values;
    }
}
