using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>
/// A small weight matrix as it would be after the pending step, whole, for searches over its rows: a copy that the terms are folded into,
/// with the bits they would have in place.
/// </summary>
internal sealed class SteppedWeights(TeamKernels kernels, LowRankWeights weights) : IDisposable
{
    /// <summary>The weights after the step of the last <see cref="Step"/>.</summary>
    public PanelMatrix Matrix { get; } = new(weights.Rows, weights.Columns);

    /// <summary>Takes the weights of now and the step.</summary>
    /// <param name="terms">The step.</param>
    /// <param name="transposedInputs">What its terms' inputs are, transposed.</param>
    /// <exception cref="ArithmeticException">A weight would not be finite.</exception>
    public void Step(PendingTerms terms, TransposedBatch transposedInputs)
    {
        weights.Materialise(kernels, Matrix);
        terms.FoldInto(Matrix, transposedInputs);
        for (int panel = 0; panel < Matrix.Panels; panel++)
            foreach (float value in Matrix.Panel(panel))
                if (!float.IsFinite(value))
                    throw new ArithmeticException("the step of hidden layer 1 is not finite");
    }

    public void Dispose() => Matrix.Dispose();
}
