using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Simd.Tests.Threading;

/// <summary>
/// The shared verbs of certified activity that make no lists: the bits of the whole-range verbs for any number of workers, and exact
/// counters.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class CertificateKernelsTests(KernelSet kernels)
{
    private static readonly Shape s_shape = new(700, 1030, 130, 0.06);

    [Test]
    public void Norms_and_raised_bounds_are_those_of_the_whole_range([Values(1, 2, 3)] int workers)
    {
        using var problem = new Problem(s_shape);
        using var team = new WorkerTeam(workers);
        var verbs = new CertificateKernels(new TeamKernels(kernels, team));
        (PanelMatrix w, int padded) = (problem.Weights, problem.Weights.Panels * PanelMatrix.PanelRows);
        using var norms = new PanelMatrix(1, 1);
        using var raised = new PanelMatrix(1, 1);
        using var expected = new PanelMatrix(s_shape.Rows, s_shape.Data);
        using var rows = new NativeBuffer<float>(padded);
        using var expectedRows = new NativeBuffer<float>(padded);
        using var sizes = new NativeBuffer<float>(s_shape.Data);
        sizes.Span.Fill(0.3f);

        verbs.SupportNorms(w, problem.Inputs, 1.5f, norms);
        kernels.SupportNorms(w, problem.Inputs, 1.5f, expected, 0, w.Panels);
        Numbers.SameBits(Samples.ToArray(norms), Samples.ToArray(expected), "support norms");
        verbs.RowNorms(w, 1.5f, rows);
        kernels.RowNorms(w, 1.5f, expectedRows, 0, w.Panels);
        Numbers.SameBits(rows.Span, expectedRows.Span, "row norms");
        verbs.Raise(norms, rows, sizes, raised);
        kernels.Raise(norms, rows, sizes, expected, 0, w.Panels);
        Numbers.SameBits(Samples.ToArray(raised), Samples.ToArray(expected), "raised");
        verbs.Raise(norms, rows, sizes, norms);
        Numbers.SameBits(Samples.ToArray(norms), Samples.ToArray(expected), "raised in place");
    }

    [Test]
    public void Norms_count_as_a_forward_pass_does()
    {
        using var problem = new Problem(s_shape);
        using var team = new WorkerTeam(1);
        var forward = new TeamKernels(kernels, team) { CountsLines = true };
        var counted = new TeamKernels(kernels, team) { CountsLines = true };
        using var sums = new PanelMatrix(1, 1);
        forward.Forward(problem.Weights, problem.Inputs, sums);
        new CertificateKernels(counted).SupportNorms(problem.Weights, problem.Inputs, 1f, sums);
        Assert.That((counted.MultiplyAdds, counted.TouchedLines), Is.EqualTo((forward.MultiplyAdds, forward.TouchedLines)));
    }
}
