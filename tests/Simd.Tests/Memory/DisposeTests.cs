using NUnit.Framework;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Tests.Memory;

/// <summary>Owners of growing memory: disposing twice does nothing, and no use, one that would grow neither, brings them back.</summary>
[TestFixture]
public sealed class DisposeTests
{
    private static readonly float[] s_rows = [1, 0, 2, 0, 3, 4];

    [Test]
    public void A_matrix_stays_disposed()
    {
        var matrix = new PanelMatrix(3, 2);
        matrix.Dispose();
        matrix.Dispose();
        Gone(() => matrix[0, 0] = 1);
        Gone(() => matrix.Clear());
        Gone(() => matrix.Reshape(1000, 1000));
    }

    [Test]
    public void Lists_stay_disposed()
    {
        var batch = new ActiveBatch();
        batch.FillNonZero(s_rows, 2, 3);
        var transposed = new TransposedBatch();
        transposed.Build(batch);
        var packed = new PackedBlocks();
        packed.Plan(batch, batch);
        transposed.Dispose();
        transposed.Dispose();
        packed.Dispose();
        packed.Dispose();
        Gone(() => transposed.Build(batch));
        Gone(() => transposed.CountOf(0));
        Gone(() => packed.Plan(batch, batch));
        Gone(() => _ = packed.Elements);
        batch.Dispose();
        batch.Dispose();
        Gone(() => _ = batch.Entries);
        Gone(() => batch.Reshape(1000, 1000));
        Gone(() => batch.FillNonZero(s_rows, 2, 3));
    }

    [Test]
    public void An_arena_stays_disposed()
    {
        var arena = new Arena();
        arena.Dispose();
        Gone(() => arena.Reserve(1 << 20));
    }

    private static void Gone(Action use) => Assert.That(use, Throws.TypeOf<ObjectDisposedException>());
}
