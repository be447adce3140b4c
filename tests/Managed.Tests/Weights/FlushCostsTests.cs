using NUnit.Framework;
using Subquad;
using Subquad.Weights;

namespace Subquad.Managed.Tests.Weights;

/// <summary>How many terms are held, as sizes say.</summary>
[TestFixture]
internal sealed class FlushCostsTests
{
    [Test]
    public void Many_data_or_a_narrow_layer_are_flushed_at_once()
    {
        Assert.That(FlushCosts.MostRank(16_384, 16_384, 400, 400, data: 4_000, outputs: 1), Is.Zero);
        Assert.That(FlushCosts.MostRank(200, 170, 40, 34, data: 40, outputs: 1), Is.Zero);
        Assert.That(FlushCosts.MostRank(130, 65, 26, 20, data: 65, outputs: 3), Is.Zero);
    }

    [Test]
    public void Few_data_on_a_wide_layer_share_a_flush()
    {
        int most = FlushCosts.MostRank(16_384, 16_384, 400, 400, data: 64, outputs: 1);
        Assert.That(most, Is.GreaterThanOrEqualTo(64));
        Assert.That(most % 64, Is.Zero, "whole steps");
    }

    [Test]
    public void Policies_say_what_they_are()
    {
        Assert.That(FlushPolicy.RankAbove(7).MostRank, Is.EqualTo(7));
        Assert.That(FlushPolicy.RankAbove(0), Is.EqualTo(FlushPolicy.Immediate));
        Assert.That(new[]
        {
            FlushPolicy.CostModel, FlushPolicy.Immediate, FlushPolicy.RankAbove(7), FlushPolicy.Never
        }.Select(policy => policy.ToString()),
            Is.EqualTo(new[] { "cost model", "immediate", "rank > 7", "never" }));
        Assert.That(() => FlushPolicy.RankAbove(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
