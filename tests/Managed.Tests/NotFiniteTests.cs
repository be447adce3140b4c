using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>
/// Rows with numbers that are not finite are refused by predictions as they are by data sets, and large finite ones are not.
/// </summary>
[TestFixture]
internal sealed class NotFiniteTests
{
    [Test]
    public void A_feature_that_is_not_finite_is_named(
        [Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float value, [Values(0, 17, 36)] int place)
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        float[] row = [.. GateCase.Row], output = [9, 9, 9], expected = new float[3];
        network.Predict(row, expected);
        row[place] = value;
        string message = $"column {place}: expected a finite number, found {value}";
        Assert.That(() => Dataset.From(row, 37), Throws.TypeOf<InvalidDataException>().With.Message.EndsWith(message));
        long live = NativeBytes.Live;
        for (int again = 0; again < 3; again++)
        {
            Assert.That(() => network.Predict(row, output), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(message));
            Assert.That(() => network.Classify(row), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(message));
        }
        Assert.That(output, Is.All.EqualTo(9), "nothing is written");
        Assert.That(NativeBytes.Live, Is.EqualTo(live), "the workspace is used again");
        row[place] = GateCase.Row[place];
        network.Predict(row, output);
        Numbers.SameBits(output, expected, "afterwards");
    }

    [Test]
    public void Columns_of_a_table_have_names()
    {
        using var folder = new TemporaryFolder();
        Dataset table = Dataset.ReadCsv(folder.Write("table.csv", "width,weight,kind\n1,2,a\n2,5,b\n3,1,a\n4,9,b\n"));
        using Network network = Network.Create(new NetworkShape { Hidden = [16], Densities = [0.5] }, table, 1);
        Assert.That(
            () => network.Classify([1, float.NaN]),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("column 'weight': expected a finite number, found NaN"));
    }

    [Test]
    public void Large_and_small_finite_features_are_no_error([Values(float.MaxValue, float.MinValue, float.Epsilon, -0f)] float value)
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        var output = new float[3];
        network.Predict(Enumerable.Repeat(value, 37).ToArray(), output);
        Assert.That(output.All(float.IsFinite));
        // Standardised by the least deviation there is, too.
        Dataset tiny = Dataset.From([0f, 1e-38f, 0f, 2e-38f], 1, [1f, 2f, 3f, 4f]);
        InputTransform transform = InputTransform.Learn(tiny.Examples, standardise: true, constant: true);
        Assert.That(transform.TryApply([value], new float[2]));
        Assert.That(transform.TryApply([float.NaN], new float[2]), Is.False);
    }
}
