using Subquad.Perf.EndToEnd.Peers;
using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.EndToEnd.Search;

/// <summary>
/// Rows and queries of a search, the same in every process: standard normal, or about a thousand normal centres with a deviation of 0.2.
/// </summary>
sealed record SearchCase(int Rows, int Dimension, bool Clustered, int Repeats)
{
    public const int QueryCount = 64, Neighbours = 10;

    const int Clusters = 1_000;
    const double Deviation = 0.2;

    // Random numbers are told apart by the generator's layer.
    const uint RowLayer = 0, CentreLayer = 1, QueryLayer = 2;

    static readonly KernelSet s_kernels = KernelSets.Best;

    /// <summary>The case from the arguments of a child process.</summary>
    public static SearchCase Parse(string[] arguments)
    {
        (double rows, double dimension, double clustered, double repeats) = PeerWork.Numbers(arguments);
        return new((int)rows, (int)dimension, Clustered: clustered != 0, (int)repeats);
    }

    public string Data => Clustered ? "clustered" : "gaussian";

    /// <summary>Row after row.</summary>
    public float[] RowData()
    {
        float[] rows = Normal(Rows, RowLayer, Clustered ? Deviation : 1);
        if (!Clustered)
            return rows;
        float[] centres = Normal(Clusters, CentreLayer, 1);
        var random = new Random(1);
        for (int row = 0; row < Rows; row++)
        {
            int centre = random.Next(Clusters);
            for (int j = 0; j < Dimension; j++)
                rows[row * Dimension + j] += centres[centre * Dimension + j];
        }
        return rows;
    }

    /// <summary>Points to find neighbours of, distributed as Gaussian rows are.</summary>
    public float[] Queries() => Normal(QueryCount, QueryLayer, 1);

    /// <summary>Uniform directions for half-spaces.</summary>
    public float[] Directions()
    {
        float[] directions = Queries();
        for (int query = 0; query < QueryCount; query++)
        {
            Span<float> x = directions.AsSpan(query * Dimension, Dimension);
            float scale = (float)(1 / Math.Sqrt(s_kernels.SquaredNorm(x)));
            foreach (ref float number in x)
                number *= scale;
        }
        return directions;
    }

    float[] Normal(int count, uint layer, double deviation)
    {
        var rows = new float[count * Dimension];
        for (int row = 0; row < count; row++)
            s_kernels.FillNormal(rows.AsSpan(row * Dimension, Dimension), seed: 1, (uint)row, layer, deviation);
        return rows;
    }
}
