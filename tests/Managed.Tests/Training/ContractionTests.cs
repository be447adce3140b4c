using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

[TestFixture]
internal sealed class ContractionTests
{
    [Test]
    public void An_undamped_step_on_few_data_halves_the_residual_at_least()
    {
        var shape = new NetworkShape
        {
            Inputs = 32, Hidden = [1024, 1024, 1024], Outputs = 1, ShiftConstant = [0.4], OutputWeights = OutputWeights.Signs
        };
        using Network network = Network.Create(shape, 1);
        Dataset data = Dataset.From(ReferenceData.UnitRows(32, 32), 32, ReferenceData.Signs(32)).WithoutTransforms();
        var options = new GaussNewtonOptions
        {
            TrainFrom = 2, TrainOutput = false, Damping = 0, AdaptDamping = false, Steps = 3, ResidualTolerance = 0, Threads = 2
        };
        var recorder = new Recorder();
        _ = TestTraining.Fit(network, data, options, recorder);
        double[] ratios = [.. recorder.Trials.Select(report => report.ResidualRatio)];
        TestContext.Out.WriteLine(string.Join(", ", ratios));
        Assert.That(ratios, Has.Length.EqualTo(3));
        Assert.That(ratios, Is.All.LessThan(0.5));
    }
}
