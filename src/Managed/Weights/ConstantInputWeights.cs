using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>
/// Terms that all have the same n inputs v_i, step after step: W = base - B V^T, with B neurons x data. The lowest trained layer has
/// constant inputs. Its change is therefore one factor of n terms after any number of steps, and its base stays as it is until the weights
/// are read (algorithm A8). The coefficients of a few steps are kept as sparse lists and added to B together, one block of neurons after
/// another. B then passes through the caches once for all of them.
/// </summary>
/// <param name="kernels">Verbs.</param>
/// <param name="weights">The layer's weights.</param>
/// <param name="transposedInputs">v, constant while steps are appended, transposed.</param>
/// <param name="keepsTerms">Whether the factor becomes a group of the weights' low-rank terms. Otherwise it is added to their
/// base.</param>
internal sealed class ConstantInputWeights(
    TeamKernels kernels, LowRankWeights weights, TransposedBatch transposedInputs, bool keepsTerms) : IDisposable
{
    private const int StepsAtOnce = 8;

    // Neurons that move for a datum over a training, over those that fire for it.
    private const double MovedInAll = 1.25;

    private readonly CertificateKernels _lists = new(kernels);
    private readonly ActiveBatch[] _steps = [.. Enumerable.Range(0, StepsAtOnce).Select(_ => new ActiveBatch())];
    private readonly float[] _scales = new float[StepsAtOnce];
    private readonly PanelMatrix _coefficients = new(1, 1);
    private readonly ActiveBatch _entries = new();
    private Action<int, int>? _addBlock;
    private ActiveBatch _inputs = null!;
    private LowRankTerms? _kept;
    private int _held;
    private bool _isSummed, _hasTerms;

    /// <summary>Bytes held once steps were appended and made part of the weights.</summary>
    /// <param name="count">Data, each of which is a term.</param>
    /// <param name="rows">Rows of the weights.</param>
    /// <param name="active">Entries of a step's coefficients, for a datum.</param>
    /// <param name="columns">Columns of the weights.</param>
    /// <param name="activeInputs">Entries of an input.</param>
    /// <param name="keepsTerms">Whether the factor becomes a group of the weights' low-rank terms.</param>
    public static Int128 BytesOf(int count, int rows, double active, int columns, double activeInputs, bool keepsTerms)
    {
        // Later steps move some neurons that the first one did not.
        double moved = Math.Min(rows, MovedInAll * active);
        return StepsAtOnce * ActiveBatch.BytesOf(count, rows, (Int128)Math.Ceiling(count * active))
            + PanelMatrix.BlockBytesOf(rows, count) + ActiveBatch.BytesOf(count, rows, (Int128)Math.Ceiling(count * moved))
            + (keepsTerms ? LowRankTerms.BytesOf(count, rows, moved, columns, activeInputs, isJoined: false) : 0);
    }

    /// <summary>
    /// Makes room for steps with about as many coefficients as these lists have entries, so that taking them over allocates nothing.
    /// </summary>
    public void Reserve(ActiveBatch like)
    {
        foreach (ActiveBatch step in _steps)
            step.CopyFrom(like);
        _coefficients.SetShape(weights.Rows, transposedInputs.Lists.Width);
    }

    /// <summary>Takes a step's terms over.</summary>
    public void Append(PendingTerms terms)
    {
        _hasTerms = true;
        _inputs = terms.Inputs;
        _steps[_held].CopyFrom(terms.Outputs, terms.OutputValues);
        _scales[_held++] = terms.Scale;
        if (_held == StepsAtOnce)
            SumUp();
    }

    /// <summary>Makes all that was appended part of the weights.</summary>
    public void Materialise()
    {
        if (!_hasTerms)
            return;
        SumUp();
        // A cancelled run still owes its accepted steps.
        using var shield = new CancellationShield(kernels.Team);
        _lists.NonZero(_coefficients, _entries);
        // Before the weights are touched: terms that were added once must never be added again.
        _hasTerms = false;
        if (keepsTerms)
        {
            Keep();
            return;
        }
        _isSummed = false;
        weights.Fold(kernels, _entries, _entries.Values, transposedInputs, 1f);
    }

    public void Dispose()
    {
        foreach (ActiveBatch step in _steps)
            step.Dispose();
        _coefficients.Dispose();
        _entries.Dispose();
    }

    /// <summary>Holds all of B, in place of what was held of it before.</summary>
    private void Keep()
    {
        bool isNew = _kept is null;
        _kept ??= new LowRankTerms();
        _kept.Set(_entries, _entries.Values, _inputs, 1f);
        if (isNew)
            weights.Append(_kept);
    }

    /// <summary>B += the steps' lists.</summary>
    private void SumUp()
    {
        if (!_isSummed)
        {
            _coefficients.SetShape(weights.Rows, transposedInputs.Lists.Width);
            _coefficients.Clear();
        }
        _isSummed = true;
        using (new CancellationShield(kernels.Team))
            kernels.Team.Run(_steps[0].Blocks, _addBlock ??= (block, _) => AddBlock(block));
        _held = 0;
    }

    private void AddBlock(int block)
    {
        for (int held = 0; held < _held; held++)
        {
            ActiveBatch step = _steps[held];
            float scale = _scales[held];
            for (int datum = 0; datum < step.Count; datum++)
            {
                ActiveSegment segment = step.Segment(block, datum);
                ReadOnlySpan<ushort> offsets = segment.Offsets;
                ReadOnlySpan<float> values = segment.Values;
                for (int i = 0; i < values.Length; i++)
                    _coefficients[segment.FirstNeuron + offsets[i], datum] += scale * values[i];
            }
        }
    }
}
