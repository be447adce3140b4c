using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>Seeded operands, and what of them a verb has to touch.</summary>
static class Operands
{
    const int LineFloats = 16;

    /// <summary>Numbers in [-0.5, 0.5).</summary>
    public static float[] Uniform(int length, int seed)
    {
        var random = new Random(seed);
        var values = new float[length];
        foreach (ref float value in values.AsSpan())
            value = random.NextSingle() - 0.5f;
        return values;
    }

    /// <summary>A matrix whose rows are stretches of one sequence: time does not depend on the values.</summary>
    public static PanelMatrix Panels(int rows, int columns, int seed)
    {
        var matrix = new PanelMatrix(rows, columns);
        float[] sequence = Uniform(2 * columns + 64, seed);
        for (int row = 0; row < rows; row++)
            matrix.SetRows(row, 1, sequence.AsSpan(row * 17 % columns, columns));
        return matrix;
    }

    /// <summary>Rows with a share of elements that are not zero.</summary>
    public static ActiveBatch Lists(int count, int width, double density, int seed)
    {
        float[] rows = Uniform(count * width, seed);
        var random = new Random(seed + 100);
        foreach (ref float value in rows.AsSpan())
            if (random.NextDouble() >= density)
                value = 0;
        var lists = new ActiveBatch();
        lists.FillNonZero(rows, count, width);
        return lists;
    }

    /// <summary>The ids of each datum.</summary>
    public static int[][] Ids(ActiveBatch lists)
    {
        var ids = new int[lists.Count][];
        for (int datum = 0; datum < ids.Length; datum++)
            lists.CopyDatum(datum, ids[datum] = new int[lists.CountOf(datum)], new float[ids[datum].Length]);
        return ids;
    }

    /// <summary>Bytes of the lines of a matrix neurons x data that hold a listed element.</summary>
    public static double LineBytes(ActiveBatch lists) => 64.0 * Ids(lists).Sum(ids => ids.Select(id => id / LineFloats).Distinct().Count());

    /// <summary>Bytes of the lines of W that hold an element W[T_i, S_i] of any datum.</summary>
    public static double PairLineBytes(ActiveBatch outputs, TransposedBatch inputs)
    {
        int[][] lines = [.. Ids(outputs).Select(ids => ids.Select(id => id / LineFloats).Distinct().ToArray())];
        var seen = new int[outputs.Width / LineFloats + 1];
        long count = 0;
        int input = 0;
        foreach (int[] data in Ids(inputs.Lists))
        {
            input++;
            foreach (int datum in data)
                foreach (int line in lines[datum])
                    if (seen[line] != input)
                    {
                        seen[line] = input;
                        count++;
                    }
        }
        return 64.0 * count;
    }

    /// <summary>Elements W[T_i, S_i], summed over the data.</summary>
    public static double Pairs(ActiveBatch outputs, ActiveBatch inputs) =>
        Enumerable.Range(0, inputs.Count).Sum(datum => (double)inputs.CountOf(datum) * outputs.CountOf(datum));
}
