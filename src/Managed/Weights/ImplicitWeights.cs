using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>A weight matrix as a base and rank-one terms that are not in it yet.</summary>
internal abstract class ImplicitWeights(PanelMatrix baseWeights) : IDisposable
{
    /// <summary>The weights without the terms.</summary>
    public PanelMatrix Base { get; } = baseWeights;

    public int Rows => Base.Rows;
    public int Columns => Base.Columns;

    /// <summary>Whether some terms are not in the base yet.</summary>
    public bool HasTerms { get; protected set; }

    /// <summary>Takes a step's terms over.</summary>
    public abstract void Append(PendingTerms terms);

    /// <summary>Adds all terms to the base.</summary>
    public abstract void Materialise();

    public abstract void Dispose();
}

/// <summary>
/// Terms that all have the same n inputs v_i, step after step: W = base - B V^T, with B neurons x data. The lowest trained layer sees constant inputs, so however many steps are
/// taken, its change is one n-term factor, and its base is not touched until somebody asks for it (algorithm A8).
/// </summary>
internal sealed class ConstantInputWeights(TeamKernels kernels, PanelMatrix baseWeights, TransposedBatch turnedInputs) : ImplicitWeights(baseWeights)
{
    private readonly CertificateKernels _lists = new(kernels);
    private readonly PanelMatrix _coefficients = new(1, 1);
    private readonly ActiveBatch _entries = new();

    public override void Append(PendingTerms terms)
    {
        if (!HasTerms)
        {
            _coefficients.Reshape(Rows, turnedInputs.Lists.Width);
            _coefficients.Clear();
        }
        HasTerms = true;
        terms.AddTo(_coefficients);
    }

    public override void Materialise()
    {
        if (!HasTerms)
            return;
        // Folded in whole or not at all: a cancelled run still owes its accepted steps.
        CancellationToken cancellation = kernels.Team.Cancellation;
        kernels.Team.Cancellation = CancellationToken.None;
        _lists.NonZero(_coefficients, _entries);
        kernels.Scatter(Base, _entries, _entries.Values, turnedInputs, turnedInputs.Lists.Values, -1f);
        HasTerms = false;
        kernels.Team.Cancellation = cancellation;
    }

    public override void Dispose()
    {
        _coefficients.Dispose();
        _entries.Dispose();
    }
}
