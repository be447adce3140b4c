using Subquad.Data;
using Subquad.Engine;
using Subquad.Evaluation;
using Subquad.Simd.Threading;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>
    /// As <see cref="Predict(ReadOnlySpan{float}, Span{float})"/>, in float64: features and values far from 0 beside their deviation, such
    /// as seconds since 1970, keep what varies in them. Thread-safe; a warm call allocates nothing.
    /// </summary>
    /// <param name="input"><see cref="InputWidth"/> finite features.</param>
    /// <param name="output">Room for <see cref="OutputCount"/> numbers.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite or too large for float32; the message names it.</exception>
    /// <exception cref="InvalidOperationException">An operation has the network alone, such as a fit; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void Predict(ReadOnlySpan<double> input, Span<double> output)
    {
        using SharedCall call = _gate.Share(this);
        if (input.Length != InputWidth)
            throw new ArgumentException($"expected {InputWidth} features, found {input.Length}", nameof(input));
        if (output.Length != OutputCount)
            throw new ArgumentException($"expected room for {OutputCount} outputs, found {output.Length}", nameof(output));
        Layers.ApplyPending();
        Predictor predictor = Rent();
        bool isFinite;
        try
        {
            isFinite = predictor.TryRun(input, output);
        }
        catch
        {
            // What it holds may be half grown.
            predictor.Dispose();
            throw;
        }
        Return(predictor);
        if (!isFinite)
            throw new RawRow(Array.ConvertAll(input.ToArray(), value => (float)value)).NotFinite(Table);
    }

    /// <summary>
    /// As <see cref="PredictAll(Dataset, Span{float}, int?, CancellationToken)"/>, in float64: values far from 0 beside their deviation
    /// keep what varies in them. Thread-safe.
    /// </summary>
    /// <param name="data">The data; targets are not looked at.</param>
    /// <param name="outputs">Room for Count x <see cref="OutputCount"/> numbers, row after row.</param>
    /// <param name="threads">Workers, 1 to 4096; default: all processors.</param>
    /// <param name="cancellation">Honoured between tiles.</param>
    /// <exception cref="ArgumentException">The room for outputs is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is outside that range.</exception>
    /// <exception cref="InvalidDataException">The data do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">An operation has the network alone, such as a fit; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public void PredictAll(Dataset data, Span<double> outputs, int? threads = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        using SharedCall call = _gate.Share(this);
        if (outputs.Length != (long)data.Count * OutputCount)
            throw new ArgumentException(
                $"expected room for {(long)data.Count * OutputCount} outputs, found {outputs.Length}", nameof(outputs));
        var scores = new float[outputs.Length];
        Layers.ApplyPending();
        using var team = new WorkerTeam(threads ?? Environment.ProcessorCount) { Cancellation = cancellation };
        using var evaluator = new Evaluator(new TeamKernels(Kernels, team), Layers, Loss, Input, Target);
        evaluator.Predict(data.Examples, scores);
        Target.ToUnits(scores, outputs);
    }

    /// <summary>
    /// Counts the numbers of rows that lie so far outside the training rows that predictions clip them: farther from the mean of their
    /// column than twice the distance of the farthest training number. Rows that are not standardised have none. Thread-safe.
    /// </summary>
    /// <param name="data">The rows.</param>
    /// <returns>A count per feature.</returns>
    /// <exception cref="InvalidDataException">The rows have another width.</exception>
    public IReadOnlyList<int> CountClipped(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.InputWidth != InputWidth)
            throw new InvalidDataException($"the data have {data.InputWidth} features a row, the model expects {InputWidth}");
        return Array.AsReadOnly(Input.Clipped(data.Examples.Inputs));
    }

    /// <summary>Rows as they were read for this network, with a note for each column of a table in which numbers are clipped.</summary>
    private Dataset WithClippedNoted(string name, Examples examples)
    {
        int[] clipped = Input.Clipped(examples.Inputs);
        string[] notes =
        [
            .. clipped.Index().Where(column => column.Item > 0).Select(column => $"{name}, column "
                + $"'{examples.Schema!.FeatureNames[column.Index]}': {column.Item} cells lie outside twice the range of the training rows "
                + "and are clipped there"),
        ];
        return new(notes.Length == 0 ? examples
            : examples.Described([.. examples.Notes, .. notes], examples.TaskReason, examples.RowNames));
    }
}
