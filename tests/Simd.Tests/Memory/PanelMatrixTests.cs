using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Memory;

[TestFixture]
public sealed unsafe class PanelMatrixTests
{
    [TestCase(1, 1, 2), TestCase(64, 5, 2), TestCase(128, 3, 2), TestCase(129, 512, 4), TestCase(700, 1030, 12)]
    public void Rows_are_padded_to_pairs_of_panels_and_panels_lie_a_column_apart(int rows, int columns, int panels)
    {
        using var matrix = new PanelMatrix(rows, columns);
        Assert.That((matrix.Rows, matrix.Columns, matrix.Panels), Is.EqualTo((rows, columns, panels)));
        Assert.That(matrix.PanelStride, Is.EqualTo((columns + 1L) * 64));
        Assert.That(PanelMatrix.BytesOf(rows, columns), Is.EqualTo(panels * matrix.PanelStride * sizeof(float)));
        Assert.That(NativeBytes.Live, Is.InRange(PanelMatrix.BytesOf(rows, columns), PanelMatrix.BytesOf(rows, columns) + 128));
        Assert.That(new Span<float>(matrix.View.Data, (int)(panels * matrix.PanelStride)).ContainsAnyExcept(0f), Is.False);
    }

    [Test]
    public void An_element_is_where_kernels_look_for_it()
    {
        using var matrix = new PanelMatrix(200, 7);
        for (int row = 0; row < 200; row++)
            for (int column = 0; column < 7; column++)
            {
                matrix[row, column] = 1 + row * 7 + column;
                Assert.That(matrix.View.Data[row / 64 * matrix.PanelStride + column * 64 + row % 64], Is.EqualTo(1 + row * 7 + column));
            }
    }

    [Test]
    public void Bytes_of_very_large_matrices_do_not_overflow() =>
        Assert.That(PanelMatrix.BytesOf(1 << 20, 1 << 20), Is.EqualTo((1L << 20) * ((1L << 20) + 1) * 4));

    [Test]
    public void Elements_outside_and_empty_shapes_are_refused()
    {
        using var matrix = new PanelMatrix(3, 2);
        Assert.That(() => matrix[3, 0], Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That(() => matrix[0, 2], Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That(() => matrix[-1, 0], Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That(() => new PanelMatrix(0, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new PanelMatrix(1, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [TestCase(0, 200), TestCase(64, 64), TestCase(1, 1), TestCase(63, 70), TestCase(199, 1), TestCase(10, 0)]
    public void Rows_go_in_and_out(int row, int count)
    {
        const int Rows = 200, Columns = 9;
        float[] before = Samples.Dense(new Random(1), Rows * Columns), rows = Samples.Dense(new Random(2), count * Columns);
        using PanelMatrix matrix = Samples.Panels(before, Rows, Columns);
        matrix.SetRows(row, count, rows);
        rows.CopyTo(before, row * Columns);
        Numbers.SameBits(Samples.ToArray(matrix), before, "all rows");
        var copy = new float[count * Columns];
        matrix.CopyRows(row, count, copy);
        Numbers.SameBits(copy, rows, "copied rows");
    }

    [Test]
    public void Rows_outside_and_short_spans_are_refused()
    {
        using var matrix = new PanelMatrix(10, 4);
        Assert.That(() => matrix.SetRows(9, 2, new float[8]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => matrix.CopyRows(-1, 1, new float[4]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => matrix.CopyRows(0, 2, new float[7]), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Another_shape_takes_memory_only_when_it_grows()
    {
        using var matrix = new PanelMatrix(300, 50);
        long live = NativeBytes.Live;
        matrix.Reshape(50, 140);
        Assert.That(NativeBytes.Live, Is.EqualTo(live));
        matrix.Clear();
        Assert.That(Samples.ToArray(matrix), Is.All.Zero);
        matrix.Reshape(600, 100);
        Assert.That(NativeBytes.Live, Is.GreaterThan(live));
        matrix[599, 99] = 1;
    }

    [Test]
    public void A_copy_is_exact_and_dispose_may_be_repeated()
    {
        using PanelMatrix source = Samples.Panels(Samples.Dense(new Random(3), 130 * 20), 130, 20);
        var copy = new PanelMatrix(1, 1);
        copy.CopyFrom(source);
        Numbers.SameBits(Samples.ToArray(copy), Samples.ToArray(source), "copy");
        copy.Dispose();
        copy.Dispose();
        Assert.That(() => copy[0, 0], Throws.TypeOf<ObjectDisposedException>());
    }
}
