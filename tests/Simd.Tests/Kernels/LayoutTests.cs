using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>Moves between layouts, against plain loops: the same bits, whole or in parts.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed unsafe class LayoutTests(KernelSet kernels)
{
    [Test]
    public void Gather_reads_the_element_of_every_entry(
        [Values] bool dataInRows, [Values(1, 65, 700, 1030)] int width, [Values(1, 65, 130)] int data)
    {
        var random = new Random(width);
        using var entries = new ActiveBatch();
        entries.FillNonZero(Samples.Sparse(random, data, width, 0.2), data, width);
        (int rows, int columns) = dataInRows ? (data, width) : (width, data);
        using PanelMatrix sums = Samples.Panels(Samples.Dense(random, rows * columns), rows, columns);
        foreach (int threads in new[] { 1, 3 })
        {
            using var gathered = new NativeBuffer<float>(entries.Entries);
            Partition.Run(0, entries.Blocks, 1, threads, (from, to) => kernels.GatherActive(sums, entries, dataInRows, gathered, from, to));
            foreach ((int datum, int id, long place) in Samples.Entries(entries))
                Numbers.SameBits(gathered[place], dataInRows ? sums[datum, id] : sums[id, datum], "gathered", place);
        }
    }

    [Test]
    public void Spread_writes_every_entry_and_zeros_elsewhere(
        [Values(1, 64, 700, 1030)] int width, [Values(1, 65, 130)] int data, [Values(0.0, 0.1, 1.0)] double density)
    {
        float[] values = Samples.Sparse(new Random(width), data, width, density);
        using var entries = new ActiveBatch();
        entries.FillNonZero(values, data, width);
        foreach (int threads in new[] { 1, 3 })
        {
            using var rows = new PanelMatrix(data, width);
            All(rows).Fill(float.NaN);
            Partition.Run(0, rows.Panels, 1, threads, (from, to) => kernels.Spread(entries, entries.Values, rows, from, to));
            Numbers.SameBits(Samples.ToArray(rows), values, "spread");
            Assert.That(Padding(rows), Is.All.Zero, "padding");
            Assert.That(Between(rows), Is.All.NaN, "between panels");
        }
    }

    [Test]
    public void Subtract_transposed_is_the_formula([Values(1, 63, 65, 300)] int rows, [Values(1, 64, 130)] int columns)
    {
        const float Scale = 0.7f;
        var random = new Random(rows + columns);
        using PanelMatrix source = Samples.Panels(Samples.Dense(random, rows * columns), rows, columns);
        using PanelMatrix transposed = Samples.Panels(Samples.Dense(random, rows * columns), columns, rows);
        foreach (int threads in new[] { 1, 3 })
        {
            using var target = new PanelMatrix(rows, columns);
            All(target).Fill(float.NaN);
            Partition.Run(
                0, target.Panels, 1, threads, (from, to) => kernels.SubtractTransposed(source, transposed, Scale, target, from, to));
            for (int row = 0; row < rows; row++)
                for (int column = 0; column < columns; column++)
                    Numbers.SameBits(target[row, column], source[row, column] - Scale * transposed[column, row], "subtracted", row);
            Assert.That(Padding(target), Is.All.Zero, "padding");
        }
    }

    [Test]
    public void Raise_is_the_formula_also_in_place([Values(1, 63, 65, 130, 300)] int rows, [Values(1, 2, 130)] int columns)
    {
        var random = new Random(rows + columns);
        using PanelMatrix source = Samples.Panels(Samples.Dense(random, rows * columns), rows, columns);
        using var slack = new NativeBuffer<float>(source.Panels * PanelMatrix.PanelRows);
        using var sizes = new NativeBuffer<float>(columns);
        Samples.Dense(random, rows).CopyTo(slack.Span);
        Samples.Dense(random, columns).CopyTo(sizes.Span);
        foreach (int threads in new[] { 1, 3 })
            foreach (bool inPlace in new[] { false, true })
            {
                using var target = new PanelMatrix(rows, columns);
                All(target).Fill(float.NaN);
                if (inPlace)
                    target.CopyFrom(source);
                PanelMatrix from = inPlace ? target : source;
                Partition.Run(
                    0, target.Panels, 1, threads, (panelFrom, panelTo) => kernels.Raise(from, slack, sizes, target, panelFrom, panelTo));
                for (int row = 0; row < rows; row++)
                    for (int column = 0; column < columns; column++)
                        Numbers.SameBits(target[row, column], source[row, column] + slack[row] * sizes[column], "raised", row);
                Assert.That(Padding(target), Is.All.Zero, "padding");
            }
    }

    [Test]
    public void Narrow_symmetric_mirrors_the_lower_triangle([Values(1, 64, 65, 130)] int order)
    {
        int stride = CholeskyDriver.StrideOf(order);
        var random = new Random(order);
        using var gram = new NativeBuffer<double>((long)order * stride);
        gram.Span.Fill(double.NaN);
        for (int row = 0; row < order; row++)
            for (int column = 0; column <= row; column++)
                gram[row * stride + column] = random.NextDouble();
        foreach (int threads in new[] { 1, 3 })
        {
            using var matrix = new PanelMatrix(order, order);
            All(matrix).Fill(float.NaN);
            Partition.Run(0, matrix.Panels, 1, threads, (from, to) => kernels.NarrowSymmetric(gram, stride, matrix, from, to));
            for (int row = 0; row < order; row++)
                for (int column = 0; column < order; column++)
                    Numbers.SameBits(
                        matrix[row, column], (float)gram[Math.Max(row, column) * stride + Math.Min(row, column)], "narrowed", row);
            Assert.That(Padding(matrix), Is.All.Zero, "padding");
        }
    }

    private static Span<float> All(PanelMatrix matrix) => new(matrix.View.Data, (int)(matrix.Panels * matrix.PanelStride));

    /// <summary>What lies between the columns of a panel and the next panel.</summary>
    private static List<float> Between(PanelMatrix matrix)
    {
        var between = new List<float>();
        for (int panel = 1; panel <= matrix.Panels; panel++)
            between.AddRange(All(matrix).Slice((int)(panel * matrix.PanelStride) - PanelMatrix.PanelRows, PanelMatrix.PanelRows));
        return between;
    }

    /// <summary>The rows after the last one, in the columns that exist.</summary>
    private static List<float> Padding(PanelMatrix matrix)
    {
        var padding = new List<float>();
        PanelView view = matrix.View;
        for (int row = matrix.Rows; row < matrix.Panels * PanelMatrix.PanelRows; row++)
            for (int column = 0; column < matrix.Columns; column++)
                padding.Add(
                    view.Data[row / PanelMatrix.PanelRows * view.Stride + column * PanelMatrix.PanelRows + row % PanelMatrix.PanelRows]);
        return padding;
    }
}
