namespace Subquad.Simd.Tests.Search;

/// <summary>The distributions that a search has to survive.</summary>
internal enum RowKind
{
    Random,
    Clustered,
    Duplicated,
    Zero,
    Huge,
    Denormal,

    /// <summary>Units in the last place apart: what rounding makes of a product is as large as a leaf.</summary>
    Close,
    Mixed,
}

internal static class RowKinds
{
    public static float[] Row(RowKind kind, Random random, int dimension)
    {
        var row = new float[dimension];
        int cluster = random.Next(5);
        var centre = new Random(cluster);
        for (int j = 0; j < dimension; j++)
            row[j] = kind switch
            {
                RowKind.Random => Normal(random),
                RowKind.Clustered => 3 * Normal(centre) + 0.1f * Normal(random),
                RowKind.Duplicated => Normal(centre),
                RowKind.Zero => random.Next(2) == 0 ? 0f : -0f,
                RowKind.Huge => random.Next(3) == 0 ? float.MaxValue * (2 * random.NextSingle() - 1) : 1e19f * Normal(random),
                RowKind.Denormal => 40 * float.Epsilon * (random.Next(21) - 10),
                RowKind.Close => 1_000 * Normal(centre) * (1 + (random.Next(5) - 2) * 1.1920929e-7f),
                _ => 0f,
            };
        return kind == RowKind.Mixed ? Row((RowKind)random.Next((int)RowKind.Mixed), random, dimension) : row;
    }

    /// <summary>Row after row.</summary>
    public static float[] Rows(RowKind kind, Random random, int count, int dimension) =>
        [.. Enumerable.Range(0, count).SelectMany(_ => Row(kind, random, dimension))];

    private static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
