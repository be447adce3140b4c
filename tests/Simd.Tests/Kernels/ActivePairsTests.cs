using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// Pull-back, push-forward, scatter and their packed forms: within the bound of the oracle, and the promised chains bit for bit.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class ActivePairsTests(KernelSet kernels)
{
    private const float Scale = 0.37f;

    [TestCaseSource(typeof(Shape), nameof(Shape.All))]
    public void Pull_back_is_the_promised_chain_and_packed_within_its_bound(Shape shape)
    {
        using var problem = new Problem(shape);
        CheckPullBack(problem);
    }

    [TestCaseSource(typeof(Shape), nameof(Shape.All))]
    public void Push_forward_is_the_promised_chain_packed_or_not(Shape shape)
    {
        using var problem = new Problem(shape);
        CheckPushForward(problem);
    }

    [TestCaseSource(typeof(Shape), nameof(Shape.All))]
    public void Scatter_adds_to_every_element_in_datum_order(Shape shape)
    {
        using var problem = new Problem(shape);
        CheckScatter(problem);
    }

    [Test]
    public void Lists_of_every_length_give_the_promised_chains()
    {
        using Problem problem = Problem.OfEveryLength(256);
        CheckPullBack(problem);
        CheckPushForward(problem);
        CheckScatter(problem);
    }

    [TestCaseSource(typeof(Shape), nameof(Shape.Divisible))]
    public void Any_share_of_a_range_gives_the_same_bits(Shape shape)
    {
        float[] whole = Run((from, to, part) => part(from, to));
        foreach (int threads in Partition.Threads)
            Numbers.SameBits(Run((from, to, part) => Partition.Run(from, to, 1, threads, part)), whole, $"{threads} threads");
        Numbers.SameBits(Run((from, to, part) => Partition.Backwards(from, to, 1, part)), whole, "one by one, the last first");

        float[] Run(Action<int, int, Action<int, int>> partition)
        {
            using var problem = new Problem(shape);
            using var packed = new PackedBlocks();
            packed.Plan(problem.Outputs, problem.Inputs);
            using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
            using var pulledPacked = new NativeBuffer<float>(problem.Inputs.Entries);
            using var pushed = new NativeBuffer<float>(problem.Outputs.Entries);
            using var pushedPacked = new NativeBuffer<float>(problem.Outputs.Entries);
            (PanelMatrix weights, ActiveBatch outputs, TransposedBatch transposed) = (problem.Weights, problem.Outputs, problem.Transposed);
            Each(0, shape.Columns, (from, to, scratch) => kernels.Pack(weights, outputs, transposed, packed, from, to, scratch));
            Each(0, shape.Columns,
                (from, to, scratch) => kernels.PullBack(weights, outputs, outputs.Values, transposed, pulled, from, to, scratch));
            Each(0, outputs.Blocks, (from, to, scratch) =>
                kernels.PushForward(weights, outputs, pushed, transposed, transposed.Lists.Values, from, to, scratch));
            Each(0, shape.Data, (from, to, scratch) => kernels.PullBackPacked(packed, outputs.Values, pulledPacked, from, to, scratch));
            Each(0, shape.Data,
                (from, to, scratch) => kernels.PushForwardPacked(packed, problem.Inputs.Values, pushedPacked, from, to, scratch));
            Each(0, outputs.Blocks, (from, to, scratch) =>
                kernels.Scatter(weights, outputs, outputs.Values, transposed, transposed.Lists.Values, Scale, from, to, scratch));
            return [.. pulled.Span, .. pulledPacked.Span, .. pushed.Span, .. pushedPacked.Span, .. Samples.ToArray(weights)];

            void Each(int first, int last, Action<int, int, Arena> verb) => partition(first, last, (from, to) =>
            {
                using var scratch = new Arena();
                verb(from, to, scratch);
            });
        }
    }

    [Test]
    public void A_scatter_takes_a_push_forward_to_where_the_oracle_says()
    {
        // After W += s u x^T of a single datum, its push-forward grows by s |x|^2 u.
        using var problem = new Problem(new Shape(300, 200, 1, 0.4));
        using var scratch = new Arena();
        using var before = new NativeBuffer<float>(problem.Outputs.Entries);
        using var after = new NativeBuffer<float>(problem.Outputs.Entries);
        NativeBuffer<float> transposed = problem.Transposed.Lists.Values;
        kernels.PushForward(problem.Weights, problem.Outputs, before, problem.Transposed, transposed, 0, 1, scratch);
        kernels.Scatter(problem.Weights, problem.Outputs, problem.Outputs.Values, problem.Transposed, transposed, Scale, 0, 1, scratch);
        kernels.PushForward(problem.Weights, problem.Outputs, after, problem.Transposed, transposed, 0, 1, scratch);
        double norm = kernels.SquaredNorm(problem.Inputs.Values.Slice(0, (int)problem.Inputs.Entries));
        for (long entry = 0; entry < problem.Outputs.Entries; entry++)
            Numbers.Within(after[entry] - before[entry], Scale * norm * problem.Outputs.Values[entry], 1e-4, "grown", entry);
    }

    private PackedBlocks Pack(Problem problem, Arena scratch)
    {
        var packed = new PackedBlocks();
        packed.Plan(problem.Outputs, problem.Inputs);
        kernels.Pack(problem.Weights, problem.Outputs, problem.Transposed, packed, 0, problem.Columns, scratch);
        return packed;
    }

    private void CheckPullBack(Problem problem)
    {
        using var scratch = new Arena();
        using var pulled = new NativeBuffer<float>(problem.Inputs.Entries);
        using var unpacked = new NativeBuffer<float>(problem.Inputs.Entries);
        using PackedBlocks packed = Pack(problem, scratch);
        kernels.PullBack(problem.Weights, problem.Outputs, problem.Outputs.Values, problem.Transposed, pulled, 0, problem.Columns, scratch);
        kernels.PullBackPacked(packed, problem.Outputs.Values, unpacked, 0, problem.Data, scratch);

        Chain[] expected = Oracle.PullBack(problem, kernels.IsFused);
        foreach ((int datum, int id, long place) in Samples.Entries(problem.Inputs))
        {
            Numbers.Matches(pulled[place], expected[datum * problem.Columns + id], ordered: true, "pulled", place);
            Numbers.Matches(unpacked[place], expected[datum * problem.Columns + id], ordered: false, "pulled from packed blocks", place);
        }
    }

    private void CheckPushForward(Problem problem)
    {
        using var scratch = new Arena();
        using var pushed = new NativeBuffer<float>(problem.Outputs.Entries);
        using var unpacked = new NativeBuffer<float>(problem.Outputs.Entries);
        using PackedBlocks packed = Pack(problem, scratch);
        kernels.PushForward(problem.Weights, problem.Outputs, pushed, problem.Transposed, problem.Transposed.Lists.Values, 0,
            problem.Outputs.Blocks, scratch);
        kernels.PushForwardPacked(packed, problem.Inputs.Values, unpacked, 0, problem.Data, scratch);

        Chain[] expected = Oracle.PushForward(problem, kernels.IsFused);
        foreach ((int datum, int id, long place) in Samples.Entries(problem.Outputs))
        {
            Numbers.Matches(pushed[place], expected[datum * problem.Rows + id], ordered: true, "pushed", place);
            Numbers.SameBits(unpacked[place], pushed[place], "pushed from packed blocks", place);
        }
    }

    private void CheckScatter(Problem problem)
    {
        using var scratch = new Arena();
        kernels.Scatter(
            problem.Weights, problem.Outputs, problem.Outputs.Values, problem.Transposed, problem.Transposed.Lists.Values, Scale, 0,
            problem.Outputs.Blocks, scratch);

        Chain[] expected = Oracle.Scatter(problem, Scale, kernels.IsFused);
        for (int column = 0; column < problem.Columns; column++)
            for (int row = 0; row < problem.Rows; row++)
                Numbers.Matches(problem.Weights[row, column], expected[column * problem.Rows + row], ordered: true, "scattered",
                    column * problem.Rows + row);
    }
}
