using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Simd.Memory;

namespace Subquad.Managed.Tests.Layers;

[TestFixture]
internal sealed class NetworkShapeTests
{
    private static readonly NetworkShape Good = new() { Inputs = 4, Hidden = [8, 9], Outputs = 2 };

    private static IEnumerable<TestCaseData> Bad()
    {
        yield return new TestCaseData(Good with { Hidden = [] }, "Hidden", "none");
        yield return new TestCaseData(Good with { Hidden = [8, 0] }, "Hidden", "0");
        yield return new TestCaseData(Good with { Hidden = [(1 << 24) + 1] }, "Hidden", "16777217");
        yield return new TestCaseData(Good with { Inputs = 0 }, "Inputs", "0");
        yield return new TestCaseData(Good with { Outputs = -1 }, "Outputs", "-1");
        yield return new TestCaseData(Good with { Densities = [0.1, 0.2, 0.3] }, "Densities", "3");
        yield return new TestCaseData(Good with { Densities = [] }, "Densities", "0");
        yield return new TestCaseData(Good with { Densities = [0] }, "Densities", "0");
        yield return new TestCaseData(Good with { Densities = [0.1, 0.51] }, "Densities", "0.51");
        yield return new TestCaseData(Good with { Densities = [double.NaN] }, "Densities", "NaN");
        yield return new TestCaseData(Good with { ShiftConstant = [-0.1] }, "ShiftConstant", "-0.1");
        yield return new TestCaseData(Good with { ShiftConstant = [0.1, 0.2, 0.3] }, "ShiftConstant", "3");
        yield return new TestCaseData(Good with { ShiftConstant = [] }, "ShiftConstant", "0");
        yield return new TestCaseData(Good with { Normalisation = (Normalisation)7 }, "Normalisation", "7");
        yield return new TestCaseData(Good with { OutputWeights = (OutputWeights)(-1) }, "OutputWeights", "-1");
    }

    [TestCaseSource(nameof(Bad))]
    public void What_cannot_be_built_is_refused_by_field_and_value(NetworkShape shape, string field, string found) =>
        Assert.That(
            () => Network.Create(shape, 1), Throws.ArgumentException.With.Message.StartsWith(field).And.Message.Contains($"found {found}"));

    [Test]
    public void A_network_that_does_not_fit_is_refused_before_anything_is_taken()
    {
        NetworkShape shape = Good with { Hidden = [1 << 23, 1 << 23] };
        Assert.That(NativeBytes.Live, Is.Zero);
        Assert.That(() => Network.Create(shape, 1), Throws.TypeOf<InsufficientMemoryException>()
            .With.Message.Contains($"{shape.WeightBytes} bytes").And.Message.Contains("available"));
        Assert.That(NativeBytes.Live, Is.Zero);
        Assert.That(shape.WeightBytes, Is.GreaterThan(4L << 46));
    }

    [Test]
    public void The_weights_take_the_bytes_that_the_shape_says()
    {
        using Network network = Network.Create(Good with { Hidden = [700, 513] }, 1);
        long thresholds = (768 + 640) * sizeof(float);
        Assert.That(NativeBytes.Live, Is.InRange(network.WeightBytes + thresholds, network.WeightBytes + thresholds + 10 * 128));
    }

    [Test]
    public void Shifts_are_one_value_or_one_per_layer()
    {
        double one = (Good with { ShiftConstant = [0.4] }).Shifts()[1];
        Assert.That(one, Is.EqualTo(Math.Sqrt(0.4 * Math.Log(9))).Within(1e-12));
        double[] each = (Good with { Densities = [0.5, 0.1586552539314571] }).Shifts();
        Assert.That(each[0], Is.Zero);
        Assert.That(each[1], Is.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void A_step_that_does_not_fit_is_refused_with_its_bytes()
    {
        var options = new GaussNewtonOptions { TrainFrom = 1 };
        const int Rows = 20_000_000;
        var size = InputSize.OfDense(Rows, Good.Inputs);
        long wanted = MemoryEstimate.OfTraining(Good, options, Rows, 0);
        Assert.That(wanted, Is.GreaterThan(16L * Rows * Rows), "two float64 matrices of rows x rows");
        Assert.That(() => MemoryEstimate.RefuseTooLarge(Good, options, size, default), Throws.TypeOf<InsufficientMemoryException>()
            .With.Message.Contains($"{Rows} rows").And.Message.Contains($"{wanted} bytes").And.Message.Contains("available"));
        Assert.That(() => MemoryEstimate.RefuseTooLarge(Good, options with { Batch = 100 }, size, default), Throws.Nothing);
    }
}
