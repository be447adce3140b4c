using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Losses;
using Subquad.Optimizers;
using Subquad.Optimizers.GaussNewton;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;
using Subquad.Weights;

namespace Subquad.Managed.Tests.Engine;

/// <summary>
/// Dense layers and a residual block between shifted ReLU layers, and direct weights beside them: both ways through the Jacobian are
/// differences of a float64 network, and both optimizers train them.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class LayerKindTests(KernelSet kernels)
{
    private const int Inputs = 7, Outputs = 3, Count = 6;

    private static readonly (int Width, Pointwise? Function, bool IsNormalised, int ResidualOf)[] s_layers =
    [
        (10, Pointwise.Tanh, false, 0),
        (70, null, false, 0),
        (10, Pointwise.Identity, false, 2),
        (12, Pointwise.Gelu, false, 0),
        (60, Pointwise.Relu, false, 0),
        (12, Pointwise.Identity, false, 2),
        (40, null, true, 0),
    ];

    [Test]
    public void The_gradient_and_the_product_with_the_gram_matrix_are_those_of_differences()
    {
        using LayerStack layers = Draw();
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        RowBatch data = Data();
        using var tape = new Tape(verbs, layers, 0, SquaredLoss.Instance);
        tape.Load(data, isTrained: true);
        double[] parameters = Parameters(layers);
        double[] outputs = Reference(layers, parameters, data);
        for (int i = 0; i < outputs.Length; i++)
            Assert.That(tape.State.Outputs[i % Outputs, i / Outputs], Is.EqualTo(outputs[i]).Within(2e-5), $"output {i}");

        double[][] jacobian = Differentiate(layers, parameters, data);
        using OutputVector x = new(), product = new();
        x.Reshape(Count, Outputs);
        product.Reshape(Count, Outputs);
        for (int i = 0; i < outputs.Length; i++)
            x[i / Outputs][i % Outputs] = Math.Sin(i + 1);
        using var engine = new Jacobian(verbs, layers, 0, trainsOutput: true, packedLimit: -1);
        const double scale = 2.25;
        engine.Direct!.StepScale = (float)scale;
        engine.MoveTo(tape.State);
        using var rows = new PanelMatrix(1, 1);
        for (int layer = 0; layer < layers.Hidden.Length; layer++)
            SetProducts(verbs, tape.State.InputOf(layer), rows, engine.ProductsOf(layer));
        engine.MultiplyGram(x, product);
        int firstDirect = parameters.Length - Inputs * Outputs;
        double[] gradient = [.. Enumerable.Range(0, parameters.Length).Select(
            p => (p < firstDirect ? 1 : scale) * Dot(i => jacobian[p][i], i => x[i / Outputs][i % Outputs]))];
        double[] expected = [.. Enumerable.Range(0, outputs.Length).Select(i => Sum(gradient, p => jacobian[p][i]))];
        double[] found = [.. Enumerable.Range(0, outputs.Length).Select(i => product[i / Outputs][i % Outputs])];
        Assert.That(ReferenceData.Distance(found, expected), Is.LessThan(1e-4), "J J^T x");
    }

    [Test]
    public void A_gradient_step_is_that_of_differences()
    {
        const double rate = 0.05;
        using LayerStack layers = Draw();
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        RowBatch data = Data();
        double[] before = Parameters(layers);
        double[] residual = [.. Reference(layers, before, data).Zip(data.Targets, (f, y) => f - y)];
        double[][] jacobian = Differentiate(layers, before, data);
        using (var sgd = new Sgd(verbs, layers, new(rate, TrainFrom: 0, TrainsOutput: true), SquaredLoss.Instance))
        using (Tape tape = sgd.NewTape())
        {
            tape.Load(data, isTrained: true);
            sgd.KeepData(tape);
            sgd.Step(1, tape, null);
            sgd.Finish();
        }
        double[] expected = [.. jacobian.Select(row => -rate / Count * Dot(i => row[i], i => residual[i]))];
        double[] found = [.. Parameters(layers).Zip(before, (after, start) => after - start)];
        Assert.That(ReferenceData.Distance(found, expected), Is.LessThan(1e-3), "the change of all weights");
    }

    [Test]
    public void Gauss_Newton_lowers_the_loss_and_a_trial_is_what_the_weights_give_after_it([Values(0, 3)] int from)
    {
        using LayerStack layers = Draw();
        using var team = new WorkerTeam(2);
        var verbs = new TeamKernels(kernels, team);
        var options = new GaussNewtonOptions { TrainFrom = from + 1, Steps = 3, Activity = ActivityStrategy.Certified };
        using var optimizer = new GaussNewtonOptimizer(verbs, layers, options, SquaredLoss.Instance, Count, keepsFlips: false);
        using Tape tape = optimizer.NewTape();
        tape.Load(Data(), isTrained: true);
        double before = tape.Loss;
        for (int step = 1; step <= 3; step++)
            Assert.That(optimizer.Step(step, tape, null).IsTaken);
        optimizer.Finish();
        double after = tape.Loss;
        Assert.That(after, Is.LessThan(0.5 * before));
        tape.Load(Data(), isTrained: true);
        Assert.That(tape.Loss, Is.EqualTo(after).Within(1e-3 * before));
    }

    [Test]
    public void A_block_is_trained_whole_and_its_ends_fit()
    {
        using LayerStack layers = Draw();
        Assert.That(() => layers.Below(2), Throws.ArgumentException.With.Message.Contains("residual block that is trained whole"));
        using Layer first = Dense(5, 9, Pointwise.Relu, 0), last = Dense(9, 6, Pointwise.Identity, 2);
        using var output = new PanelMatrix(1, 6);
        Assert.That(
            () => new LayerStack([first, last], output), Throws.ArgumentException.With.Message.Contains("a dense layer of 5 neurons"));
        using Layer sameEnd = Dense(9, 5, Pointwise.Identity, 2), overlapping = Dense(5, 9, Pointwise.Identity, 2);
        Assert.That(
            () => new LayerStack([first, sameEnd, overlapping], output), Throws.ArgumentException.With.Message.Contains("from layer 3 on"));
    }

    private static Layer Dense(int inputs, int width, Pointwise function, int residualOf) =>
        Layer.Dense(new LowRankWeights(new PanelMatrix(width, inputs)), function, residualOf);

    private static LayerStack Draw()
    {
        var random = new Random(3);
        var hidden = new List<Layer>();
        int inputs = Inputs;
        foreach ((int width, Pointwise? function, bool isNormalised, int residualOf) in s_layers)
        {
            Layer layer = function is null
                ? Layer.ShiftedRelu(new LowRankWeights(new PanelMatrix(width, inputs)), 0.4, isNormalised)
                : Dense(inputs, width, function, residualOf);
            Fill(layer.Weights, 1 / Math.Sqrt(inputs));
            if (function is not null)
                foreach (ref float threshold in layer.Thresholds.Slice(0, width))
                    threshold = (float)(0.2 * random.NextDouble() - 0.1);
            hidden.Add(layer);
            inputs = width;
        }
        var output = new PanelMatrix(Outputs, inputs);
        Fill(output, 0.3);
        var direct = new DirectWeights(Inputs, Outputs);
        Fill(direct.Matrix, 0.3);
        return new LayerStack([.. hidden], output, direct);

        void Fill(PanelMatrix matrix, double deviation)
        {
            for (int row = 0; row < matrix.Rows; row++)
                for (int column = 0; column < matrix.Columns; column++)
                    matrix[row, column] = (float)(deviation * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2);
        }
    }

    private static RowBatch Data()
    {
        Dataset rows = TestTraining.Smooth(Count, Inputs, Outputs);
        return RowBatch.From(rows.Examples, InputTransform.Identity(Inputs), TargetTransform.Identity(Outputs), needsTargets: true);
    }

    private static void SetProducts(TeamKernels verbs, ActiveBatch inputs, PanelMatrix rows, PanelMatrix products)
    {
        using var gram = new NativeBuffer<double>((long)Count * 128);
        verbs.Gram(rows, inputs, inputs.Values, gram, 128);
        verbs.NarrowSymmetric(gram, 128, Count, products);
    }

    private static double[] Parameters(LayerStack layers) =>
        [.. layers.Hidden.Select(layer => layer.Weights).Append(layers.Output).Append(layers.Direct!.Matrix).SelectMany(ElementsOf)];

    private static IEnumerable<double> ElementsOf(PanelMatrix matrix)
    {
        for (int row = 0; row < matrix.Rows; row++)
            for (int column = 0; column < matrix.Columns; column++)
                yield return matrix[row, column];
    }

    /// <summary>All outputs, datum after datum, in float64; thresholds and gains are those that were drawn.</summary>
    private static double[] Reference(LayerStack drawn, double[] parameters, RowBatch data)
    {
        var outputs = new List<double>();
        for (int datum = 0; datum < Count; datum++)
        {
            double[] h = [.. data.Inputs.Values.Skip(datum * Inputs).Take(Inputs).Select(value => (double)value)];
            var entered = new List<double[]>();
            int at = 0;
            for (int l = 0; l < s_layers.Length; l++)
            {
                (int width, Pointwise? function, bool isNormalised, int residualOf) = s_layers[l];
                entered.Add(h);
                double gain = function is null ? ((ShiftedRelu)drawn.Hidden[l].Activation).Gain : 1;
                var next = new double[width];
                for (int row = 0; row < width; row++)
                {
                    double g = -drawn.Hidden[l].Thresholds[row];
                    foreach (double x in h)
                        g += parameters[at++] * x;
                    next[row] = function is null ? gain * Math.Max(0, g) : Apply(function, g);
                }
                if (isNormalised)
                {
                    double norm = Math.Sqrt(Sum(next, i => next[i]));
                    next = [.. next.Select(value => value / norm)];
                }
                if (residualOf > 0)
                    next = [.. next.Zip(entered[l - residualOf + 1], (value, x) => value + x)];
                h = next;
            }
            int directAt = at + Outputs * h.Length;
            for (int c = 0; c < Outputs; c++)
            {
                double f = 0;
                foreach (double x in h)
                    f += parameters[at++] * x;
                foreach (double x in entered[0])
                    f += parameters[directAt++] * x;
                outputs.Add(f);
            }
        }
        return [.. outputs];
    }

    private static double Apply(Pointwise function, double g) =>
        function == Pointwise.Tanh ? Math.Tanh(g)
        : function == Pointwise.Relu ? Math.Max(0, g)
        : function == Pointwise.Gelu ? g * (g < 0 ? Shift.UpperTail(-g) : 1 - Shift.UpperTail(g))
        : g;

    /// <summary>df / dp for every parameter p.</summary>
    private static double[][] Differentiate(LayerStack layers, double[] parameters, RowBatch data)
    {
        const double step = 1e-6;
        var rows = new double[parameters.Length][];
        for (int p = 0; p < parameters.Length; p++)
        {
            double drawn = parameters[p];
            parameters[p] = drawn + step;
            double[] up = Reference(layers, parameters, data);
            parameters[p] = drawn - step;
            double[] down = Reference(layers, parameters, data);
            parameters[p] = drawn;
            rows[p] = [.. up.Zip(down, (a, b) => (a - b) / (2 * step))];
        }
        return rows;
    }

    private static double Dot(Func<int, double> a, Func<int, double> b)
    {
        double sum = 0;
        for (int i = 0; i < Count * Outputs; i++)
            sum += a(i) * b(i);
        return sum;
    }

    private static double Sum(double[] values, Func<int, double> factor)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
            sum += values[i] * factor(i);
        return sum;
    }
}
