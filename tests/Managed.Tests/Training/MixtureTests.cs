using NUnit.Framework;
using Subquad;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>
/// The default set of a measured processor trains to the bits of the managed set in it: a host may lose the C core, or find it, and nothing
/// changes but the time.
/// </summary>
internal static class MixtureTests
{
    [TestCaseSource(typeof(DeterminismTests), nameof(DeterminismTests.Cases))]
    public static void A_mixture_does_as_the_managed_set_in_it(NetworkShape shape, GaussNewtonOptions options)
    {
        if (KernelSets.Available[0] is not { } mixture || mixture.Name.Split('+') is not [var name, _])
        {
            Assert.Ignore("this processor was not measured, or there is no C core");
            return;
        }
        KernelSet managed = KernelSets.ByName(name);
        foreach (SolverChoice solver in shape.Outputs == 1 ? Enum.GetValues<SolverChoice>() : [options.Solver])
        {
            (double[] losses, float[] weights) = new DeterminismTests(mixture).Run(shape, options with { Solver = solver }, threads: 2);
            (double[] otherLosses, float[] otherWeights) = new DeterminismTests(managed)
                .Run(shape, options with { Solver = solver }, threads: 2);
            Numbers.SameBits(losses, otherLosses, $"losses, {solver}");
            Numbers.SameBits(weights, otherWeights, $"weights, {solver}");
        }
    }
}
