using Subquad.Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Activity;
using Subquad.Simd;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>
/// Training with certified activity is training with full passes: the same losses, the same sets, the same weights, bit for bit.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class CertifiedTrainingTests(KernelSet kernels)
{
    [Test]
    public void Certified_steps_are_the_full_ones([Values(1, 2)] int trainFrom, [Values(1, 3)] int outputs, [Values] bool trainOutput)
    {
        (float[] full, Recorder fullReports) = Train(ActivityStrategy.Full, trainFrom, outputs, trainOutput);
        (float[] certified, Recorder certifiedReports) = Train(ActivityStrategy.Certified, trainFrom, outputs, trainOutput);
        Assert.That(certifiedReports.Reports.Select(report => report.Loss), Is.EqualTo(fullReports.Reports.Select(report => report.Loss)));
        Assert.That(certifiedReports.Reports.Select(report => report.ValidationLoss),
            Is.EqualTo(fullReports.Reports.Select(report => report.ValidationLoss)));
        Assert.That(
            certifiedReports.Reports.Select(report => report.Flips), Is.EqualTo(fullReports.Reports.Select(report => report.Flips)));
        Numbers.SameBits(certified, full, "weights");
        Assert.That(
            certifiedReports.Trials.Select(report => report.Reevaluated[0]), Is.All.Zero, "the lowest trained layer is only corrected");
        GaussNewtonStepReport sharpest = certifiedReports.Trials.Where(report => report.Accepted).MinBy(report => report.Reevaluated[^1])!;
        Assert.That(sharpest.Reevaluated[^1], Is.LessThan(1).And.GreaterThanOrEqualTo(sharpest.Active[^1]), "and the last one certified");
        Assert.That(fullReports.Trials.Select(report => report.Reevaluated[^1]), Is.All.EqualTo(1));
    }

    [Test]
    public void Plain_layers_are_certified_too()
    {
        using Network network = Network.Create(
            Shapes.Odd with { Hidden = [150, 200], Densities = [0.2], Normalisation = Normalisation.Plain }, 5, kernels, threads: 1);
        var recorder = new Recorder();
        _ = TestTraining.Fit(
            network, TestTraining.Smooth(30, 37, 3), Options(ActivityStrategy.Certified, 1) with { Damping = 10 }, recorder);
        Assert.That(recorder.Trials.Min(report => report.Reevaluated[^1]), Is.LessThan(1));
    }

    [Test]
    public void A_rejected_step_leaves_the_reference_as_it_was()
    {
        using Network network = Network.Create(Shapes.Odd with { Hidden = [150, 200], Densities = [0.2] }, 5, kernels, threads: 1);
        var recorder = new Recorder();
        (Dataset noise, Dataset heldOut) =
            Dataset.From(ReferenceData.UnitRows(90, 37), 37, ReferenceData.Normals(270), 3).WithoutTransforms().Split(0.3, 1);
        _ = TestTraining.Fit(network, noise, Options(ActivityStrategy.Certified, 1) with { Steps = 30 }, recorder, heldOut);
        Assert.That(recorder.Trials.Count(report => !report.Accepted), Is.Positive);
        Assert.That(recorder.Trials.Count(report => report.Reevaluated[^1] < 1), Is.Positive);
    }

    [Test]
    public void A_network_can_be_read_but_not_fitted_from_a_report()
    {
        using Network network = Network.Create(Shapes.Odd, 5, kernels, threads: 1);
        Dataset data = TestTraining.Smooth(40, 37, 3);
        float[] row = ReferenceData.UnitRows(1, 37);
        int asked = 0;
        var recorder = new Recorder(report =>
        {
            // Side by side: the first one makes the weights whole, for all.
            var outputs = new float[8][];
            Parallel.For(0, outputs.Length, i => network.Predict(row, outputs[i] = new float[3]));
            Assert.That(outputs, Is.All.EqualTo(outputs[0]));
            Assert.That(() => TestTraining.Fit(network, data, new() { Steps = 1, Threads = 1 }), Throws.InvalidOperationException);
            asked++;
        });
        TrainingResult result =
            TestTraining.Fit(network, data, new() { Steps = 6, TrainFrom = 1, ResidualTolerance = 0, Threads = 2 }, recorder);
        Assert.That(asked, Is.GreaterThan(5));
        Assert.That(network.Evaluate(data).Loss, Is.EqualTo(result.Loss).Within(0.1).Percent, "every accepted step is in the weights");
    }

    private (float[] Weights, Recorder Reports) Train(ActivityStrategy strategy, int trainFrom, int outputs, bool trainOutput)
    {
        NetworkShape shape = Shapes.Odd with { Hidden = [150, 170, 200], Densities = [0.2], Outputs = outputs };
        using Network network = Network.Create(shape, 5, kernels, threads: 1);
        var recorder = new Recorder();
        Dataset held = TestTraining.Smooth(20, 37, outputs);
        _ = TestTraining.Fit(
            network, TestTraining.Smooth(40, 37, outputs), Options(strategy, trainFrom) with { TrainOutput = trainOutput }, recorder, held);
        return (TestTraining.Weights(network), recorder);
    }

    // The audit throws at the first difference of a bit; a wide margin of uncertain neurons keeps the certificate in use on layers this
    // narrow.
    private static GaussNewtonOptions Options(ActivityStrategy strategy, int trainFrom) => new()
    {
        Activity = strategy,
        TrainFrom = trainFrom,
        Steps = 8,
        ResidualTolerance = 0,
        Threads = 2,
        Certificates = new CertificatePolicy { Audits = true, MostUncertain = 0.9, PassesBeforeRenewal = double.PositiveInfinity },
    };
}
