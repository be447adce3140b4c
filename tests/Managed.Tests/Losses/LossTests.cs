using NUnit.Framework;
using Subquad.Data;
using Subquad.Losses;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests.Losses;

/// <summary>
/// Gradients and curvatures are the differences of what they are the derivatives of; values and predictions are the formulas.
/// </summary>
[TestFixture]
public sealed class LossTests
{
    // Outputs are multiples of the step, so that float32 holds them exactly on both sides.
    private const float Step = 1f / 256;
    private const int Count = 7;

    private static readonly Loss[] s_losses = [SquaredLoss.Instance, SoftmaxCrossEntropy.Instance];

    [Test]
    public void The_cotangent_is_the_gradient_of_the_value([ValueSource(nameof(s_losses))] object loss, [Values(1, 2, 5, 130)] int width)
    {
        using var data = new Operands((Loss)loss, width);
        using OutputVector cotangent = data.Vector();
        data.Loss.Cotangent(data.Outputs, data.Targets, cotangent);
        for (int datum = 0; datum < Count; datum++)
            for (int c = 0; c < width; c++)
            {
                double difference = (data.ValueAt(c, datum, Step) - data.ValueAt(c, datum, -Step)) / (2 * Step);
                Assert.That(cotangent[datum][c], Is.EqualTo(difference).Within(1e-5), $"datum {datum}, output {c}");
            }
    }

    [Test]
    public void The_curvature_is_the_gradient_of_the_cotangent(
        [ValueSource(nameof(s_losses))] object loss, [Values(1, 2, 5, 130)] int width)
    {
        using var data = new Operands((Loss)loss, width);
        using OutputVector x = data.Vector(), product = data.Vector(), up = data.Vector(), down = data.Vector();
        for (int datum = 0; datum < Count; datum++)
            for (int c = 0; c < width; c++)
                x[datum][c] = data.Random.Next(-4, 5);
        data.Loss.MultiplyCurvature(data.Outputs, x, product);
        data.Loss.Cotangent(data.Moved(x, Step), data.Targets, up);
        data.Loss.Cotangent(data.Moved(x, -Step), data.Targets, down);
        for (int datum = 0; datum < Count; datum++)
            for (int c = 0; c < width; c++)
            {
                double difference = (up[datum][c] - down[datum][c]) / (2 * Step);
                Assert.That(product[datum][c], Is.EqualTo(difference).Within(2e-3), $"datum {datum}, output {c}");
            }
    }

    [Test]
    public void The_value_at_zero_is_the_value_of_zero_outputs([ValueSource(nameof(s_losses))] object loss, [Values(1, 3)] int width)
    {
        using var data = new Operands((Loss)loss, width);
        using var zero = new PanelMatrix(width, Count);
        Assert.That(data.Loss.ValueAtZero(data.Targets, width), Is.EqualTo(data.Loss.Value(zero, data.Targets)).Within(1e-6));
    }

    [Test]
    public void Values_and_predictions_are_the_formulas()
    {
        using var outputs = new PanelMatrix(3, 1);
        (outputs[0, 0], outputs[1, 0], outputs[2, 0]) = (1, 2, 3);
        float[] target = [0, 0, 1], predicted = [1, 2, 3];
        Assert.That(SquaredLoss.Instance.Value(outputs, target), Is.EqualTo((1 + 4 + 4) / 2.0));
        SquaredLoss.Instance.Link(predicted);
        Assert.That(predicted, Is.EqualTo(new float[] { 1, 2, 3 }));

        double normaliser = Math.Exp(1) + Math.Exp(2) + Math.Exp(3);
        Assert.That(SoftmaxCrossEntropy.Instance.Value(outputs, target), Is.EqualTo(Math.Log(normaliser) - 3).Within(1e-14));
        SoftmaxCrossEntropy.Instance.Link(predicted);
        double[] softmax = [Math.Exp(1) / normaliser, Math.Exp(2) / normaliser, Math.Exp(3) / normaliser];
        Assert.That(predicted, Is.EqualTo(softmax).Within(1e-7));
    }

    [Test]
    public void Outputs_beyond_the_range_of_exp_give_finite_numbers()
    {
        using var outputs = new PanelMatrix(2, 1);
        (outputs[0, 0], outputs[1, 0]) = (3000, -3000);
        float[] predicted = [3000, -3000];
        using var cotangent = new OutputVector();
        cotangent.Reshape(1, 2);
        Assert.That(SoftmaxCrossEntropy.Instance.Value(outputs, [0, 1]), Is.EqualTo(6000));
        SoftmaxCrossEntropy.Instance.Cotangent(outputs, [0, 1], cotangent);
        Assert.That(cotangent[0].ToArray(), Is.EqualTo(new double[] { 1, -1 }));
        SoftmaxCrossEntropy.Instance.Link(predicted);
        Assert.That(predicted, Is.EqualTo(new float[] { 1, 0 }));
    }

    private sealed class Operands : IDisposable
    {
        private readonly PanelMatrix _moved;

        public Operands(Loss loss, int width)
        {
            Loss = loss;
            Outputs = new PanelMatrix(width, Count);
            _moved = new PanelMatrix(width, Count);
            Targets = new float[Count * width];
            for (int datum = 0; datum < Count; datum++)
            {
                for (int c = 0; c < width; c++)
                    Outputs[c, datum] = Random.Next(-512, 513) * Step;
                // A distribution, as a cross-entropy wants it: half on each of two outputs, which may be one.
                Targets[datum * width + Random.Next(width)] += 0.5f;
                Targets[datum * width + Random.Next(width)] += 0.5f;
            }
        }

        public Loss Loss { get; }
        public Random Random { get; } = new(1);
        public PanelMatrix Outputs { get; }
        public float[] Targets { get; }

        public OutputVector Vector()
        {
            var vector = new OutputVector();
            vector.Reshape(Count, Outputs.Rows);
            return vector;
        }

        public double ValueAt(int output, int datum, float step)
        {
            float before = Outputs[output, datum];
            Outputs[output, datum] = before + step;
            double value = Loss.Value(Outputs, Targets);
            Outputs[output, datum] = before;
            return value;
        }

        public PanelMatrix Moved(OutputVector x, float step)
        {
            for (int datum = 0; datum < Count; datum++)
                for (int c = 0; c < Outputs.Rows; c++)
                    _moved[c, datum] = Outputs[c, datum] + (float)x[datum][c] * step;
            return _moved;
        }

        public void Dispose()
        {
            Outputs.Dispose();
            _moved.Dispose();
        }
    }
}
