using Subquad.Data;
using Subquad.Evaluation;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>
    /// Computes the outputs of one raw row that is given by its entries; all other features are 0. The bits are those of
    /// <see cref="Predict(ReadOnlySpan{float}, Span{float})"/> for the same row. The time follows the entries, unless the model
    /// standardises its inputs. Thread-safe; a warm call allocates nothing.
    /// </summary>
    /// <param name="indices">Features from 0 to <see cref="InputWidth"/> - 1, each at most once, in any order; from 0 also for a model of
    /// LIBSVM text that counts from 1.</param>
    /// <param name="values">A finite value for each.</param>
    /// <param name="output">Room for <see cref="OutputCount"/> numbers.</param>
    /// <exception cref="ArgumentException">A length is wrong, or an index is outside or occurs twice.</exception>
    /// <exception cref="InvalidDataException">A value is not finite; the message names its feature.</exception>
    /// <exception cref="InvalidOperationException">An operation has the network alone, such as a fit; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void Predict(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Span<float> output)
    {
        using SharedCall call = _gate.Share(this);
        PredictRow(indices, values, output);
    }

    /// <summary>The most likely class of one raw row that is given by its entries. Thread-safe.</summary>
    /// <param name="indices">Features from 0 to <see cref="InputWidth"/> - 1, each at most once, in any order.</param>
    /// <param name="values">A finite value for each.</param>
    /// <exception cref="ArgumentException">The lengths differ, or an index is outside or occurs twice.</exception>
    /// <exception cref="InvalidDataException">A value is not finite; the message names its feature.</exception>
    /// <exception cref="InvalidOperationException">An operation has the network alone, such as a fit; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public int Classify(ReadOnlySpan<int> indices, ReadOnlySpan<float> values)
    {
        using SharedCall call = _gate.Share(this);
        Span<float> scores = OutputCount <= 256 ? stackalloc float[OutputCount] : new float[OutputCount];
        PredictRow(indices, values, scores);
        return Classification.Highest(scores);
    }

    /// <summary>The prediction of entries inside the gate.</summary>
    internal void PredictRow(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Span<float> output)
    {
        var row = new RawRow(indices, values);
        row.Require(InputWidth, nameof(indices), nameof(values));
        PredictRow(row, output);
    }
}
