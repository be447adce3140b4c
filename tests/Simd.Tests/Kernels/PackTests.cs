using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed unsafe class PackTests(KernelSet kernels)
{
    [TestCaseSource(typeof(Shape), nameof(Shape.All))]
    public void Every_block_holds_its_weights_and_zero_padding(Shape shape)
    {
        using var problem = new Problem(shape);
        using var scratch = new Arena();
        using var packed = new PackedBlocks();
        packed.Plan(problem.Outputs, problem.Inputs);
        kernels.Pack(problem.Weights, problem.Outputs, problem.Transposed, packed, 0, shape.Columns, scratch);

        var inputs = new int[shape.Columns];
        var outputs = new int[shape.Rows];
        var values = new float[Math.Max(shape.Rows, shape.Columns)];
        PackedView view = packed.View;
        long end = 0;
        for (int datum = 0; datum < shape.Data; datum++)
        {
            int inputCount = problem.Inputs.CopyDatum(datum, inputs, values),
                outputCount = problem.Outputs.CopyDatum(datum, outputs, values);
            int stride = view.Strides[datum];
            Assert.That(stride % 16 == 0 && stride >= outputCount && view.Starts[datum] == end);
            for (int input = 0; input < inputCount; input++)
                for (int output = 0; output < stride; output++)
                {
                    float expected = output < outputCount ? problem[outputs[output], inputs[input]] : 0f;
                    Numbers.SameBits(view.Values[end + (long)input * stride + output], expected, $"block of datum {datum}", output);
                }
            end += (long)inputCount * stride;
        }
        Assert.That(PackedBlocks.BytesOf(problem.Outputs, problem.Inputs), Is.EqualTo(end * sizeof(float)));
    }

    [Test]
    public void A_plan_used_again_for_other_lists_forgets_the_old_ones()
    {
        using var packed = new PackedBlocks();
        using var scratch = new Arena();
        foreach (Shape shape in new Shape[] { new(300, 200, 9, 0.6), new(150, 400, 5, 0.1), new(300, 200, 9, 0.3) })
        {
            using var problem = new Problem(shape, seed: shape.Columns);
            using var pushed = new NativeBuffer<float>(problem.Outputs.Entries);
            using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
            packed.Plan(problem.Outputs, problem.Inputs);
            kernels.Pack(problem.Weights, problem.Outputs, problem.Transposed, packed, 0, shape.Columns, scratch);
            kernels.PushForwardPacked(packed, problem.Inputs.Values, pushed, 0, shape.Data, scratch);
            kernels.PullBackPacked(packed, problem.Outputs.Values, pulled, 0, shape.Data, scratch);
            Chain[] expectedPush = Oracle.PushForward(problem, kernels.IsFused), expectedPull = Oracle.PullBack(problem, kernels.IsFused);
            foreach ((int datum, int id, long place) in Samples.Entries(problem.Outputs))
                Numbers.Matches(pushed[place], expectedPush[datum * shape.Rows + id], ordered: true, "pushed", place);
            foreach ((int datum, int id, long place) in Samples.Entries(problem.Inputs))
                Numbers.Matches(pulled[place], expectedPull[datum * shape.Columns + id], ordered: false, "pulled", place);
        }
    }

    [Test]
    public void Blocks_that_were_never_planned_are_refused()
    {
        using var packed = new PackedBlocks();
        using var values = new NativeBuffer<float>(1);
        using var scratch = new Arena();
        Assert.That(() => kernels.PullBackPacked(packed, values, values, 0, 1, scratch),
            Throws.InvalidOperationException.With.Message.Contains("planned"));
    }
}
