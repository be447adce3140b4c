using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>A small weight matrix as it would be after the pending step, whole, for searches over its rows: a copy that the terms are folded into, with the bits they would have in place.</summary>
internal sealed class SteppedWeights(TeamKernels kernels, PanelMatrix weights) : IDisposable
{
    /// <summary>The weights after the step of the last <see cref="Step"/>.</summary>
    public PanelMatrix Matrix { get; } = new(weights.Rows, weights.Columns);

    /// <summary>Takes the weights of now and the step.</summary>
    /// <param name="terms">The step.</param>
    /// <param name="turnedInputs">What its terms' inputs are, turned round.</param>
    public void Step(PendingTerms terms, TransposedBatch turnedInputs)
    {
        Matrix.CopyFrom(weights);
        terms.FoldInto(Matrix, turnedInputs);
        kernels.Team.Cancellation.ThrowIfCancellationRequested();
    }

    public void Dispose() => Matrix.Dispose();
}
