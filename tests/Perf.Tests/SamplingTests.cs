using NUnit.Framework;
using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.Tests;

public class SamplingTests
{
    [Test]
    public void A_sample_makes_the_calls_that_it_is_asked_for()
    {
        int calls = 0;
        Sampling.SecondsOf(new ServedRow("group", "key", () => calls++), 7);
        Assert.That(calls, Is.EqualTo(7));
    }

    [Test]
    public void A_sample_repeats_as_its_row_says()
    {
        int asked = 0;
        Sampling.SecondsOf(new ServedRow("group", "key", () => Assert.Fail("not by the call")) { Repeat = calls => asked = calls }, 7);
        Assert.That(asked, Is.EqualTo(7));
    }

    [Test]
    public void A_call_that_is_longer_than_a_sample_fills_it_alone([Values] bool hasThreads)
    {
        // By both clocks: the clock of the thread stands still while another process has the core.
        var row = new ServedRow("group", "key", () => Spin(0.01)) { HasThreads = hasThreads };
        Assert.That(Sampling.CallsOf(row), Is.EqualTo(1));
        Assert.That(Sampling.SecondsOf(row, 1), Is.GreaterThanOrEqualTo(0.01));
    }

    [Test]
    public void Short_calls_fill_a_sample_together() =>
        Assert.That(Sampling.CallsOf(new ServedRow("group", "key", () => { })), Is.GreaterThan(100));

    private static void Spin(double seconds)
    {
        double start = ThreadClock.Now();
        while (ThreadClock.Now() - start < seconds)
            Thread.SpinWait(1);
    }
}
