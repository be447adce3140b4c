using NUnit.Framework;

namespace Subquad.Support;

/// <summary>Random rows and targets for networks, and how far vectors are apart.</summary>
internal static class ReferenceData
{
    /// <summary>Rows uniform on the unit sphere, row after row.</summary>
    public static float[] UnitRows(int count, int width, int seed = 1)
    {
        var random = new Random(seed);
        var rows = new float[count * width];
        for (int row = 0; row < count; row++)
        {
            double[] values = [.. Enumerable.Range(0, width).Select(_ => Normal(random))];
            double norm = Math.Sqrt(values.Sum(value => value * value));
            for (int i = 0; i < width; i++)
                rows[row * width + i] = (float)(values[i] / norm);
        }
        return rows;
    }

    /// <summary>+1 or -1.</summary>
    public static float[] Signs(int count, int seed = 2)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(2) == 0 ? -1f : 1f)];
    }

    /// <summary>Standard normal numbers.</summary>
    public static float[] Normals(int count, int seed = 3)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)Normal(random))];
    }

    /// <summary>||found - expected|| / ||expected||.</summary>
    public static double Distance(IReadOnlyList<double> found, IReadOnlyList<double> expected)
    {
        Assert.That(found, Has.Count.EqualTo(expected.Count));
        double difference = 0, norm = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            difference += (found[i] - expected[i]) * (found[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        return Math.Sqrt(difference / Math.Max(norm, double.Epsilon));
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
