using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Losses;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Evaluation;

/// <summary>Runs a data set through a network, a batch at a time; measures, never changes.</summary>
internal sealed class Evaluator : IDisposable
{
    /// <summary>Enough data to use every tile of the weights well, few enough to keep the pre-activations small.</summary>
    public const int Batch = 1024;

    private readonly BatchState _state;
    private readonly Loss _loss;
    private readonly ActiveBatch _rows = new();
    private readonly InputTransform _input;
    private readonly TargetTransform _target;

    public Evaluator(TeamKernels kernels, LayerStack layers, Loss loss, InputTransform input, TargetTransform target)
    {
        _loss = loss;
        _input = input;
        _target = target;
        _state = new BatchState(kernels, layers, 0) { Inputs = _rows };
    }

    /// <summary>Bytes held for a batch of so many data, with the scratch of one worker.</summary>
    public static Int128 BytesOf(NetworkSize network, int count)
    {
        LayerSize first = network.Hidden[0];
        return ActiveBatch.BytesOf(count, first.Inputs, first.InputEntriesOf(count)) + BatchState.OutputBytesOf(network, count)
            + BatchState.BytesOf(network, 0, network.Hidden.Length, count, computed: 0, hasSums: true, isTransposed: false)
            + WorkerTeam.ScratchBytesOf(degree: 1, reserve: 0);
    }

    /// <summary>Loss and metric over examples with targets.</summary>
    public Score Evaluate(Examples examples) => Evaluate(examples, []);

    /// <summary>As <see cref="Evaluate(Examples)"/>; the predictions of <see cref="Predict"/> come from the same passes.</summary>
    public Score Evaluate(Examples examples, Span<float> outputs)
    {
        RowBatch data = RowBatch.From(examples, _input, _target, needsTargets: true);
        double loss = 0, metric = 0;
        bool isShare = _target.HasProbabilities;
        for (int first = 0; first < data.Count; first += Batch)
        {
            RowBatch part = Run(data, first);
            Score score = Score.Of(_loss.Value(_state.Outputs, part.Targets), _state.Outputs, part, _target);
            double share = (double)part.Count / data.Count;
            loss += share * score.Loss;
            metric += share * (isShare ? score.Metric : score.Metric * score.Metric);
            if (!outputs.IsEmpty)
                CopyOutputs(part, outputs[(first * data.Outputs)..]);
        }
        return new(loss, isShare ? metric : Math.Sqrt(metric));
    }

    /// <summary>Predictions of every row, not yet in original units.</summary>
    public void Predict(Examples examples, Span<float> outputs)
    {
        RowBatch data = RowBatch.From(examples, _input, _target, needsTargets: false);
        for (int first = 0; first < data.Count; first += Batch)
            CopyOutputs(Run(data, first), outputs[(first * data.Outputs)..]);
    }

    /// <summary>
    /// The highest outputs of every row, highest first, with room for the outputs of one row only. They are brought to the units of the
    /// targets first, and by a calibration to probabilities.
    /// </summary>
    public void PredictTop(Examples examples, Span<int> ids, Span<float> scores, Calibration? calibration)
    {
        RowBatch data = RowBatch.From(examples, _input, _target, needsTargets: false);
        int top = ids.Length / data.Count;
        var row = new float[data.Outputs];
        for (int first = 0; first < data.Count; first += Batch)
        {
            RowBatch part = Run(data, first);
            for (int datum = 0; datum < part.Count; datum++)
            {
                CopyRow(datum, row);
                _target.ToUnits(row);
                int start = (first + datum) * top;
                Ranking.SelectTop(row, ids.Slice(start, top), scores.Slice(start, top), calibration, _target.HasLabels);
            }
        }
    }

    /// <summary>The calibration of examples with targets; see <see cref="Calibrator"/>.</summary>
    public Calibration? Calibrate(Examples examples)
    {
        examples = examples.First(Calibrator.RowsOf(examples.Count, _target.Width));
        RowBatch data = RowBatch.From(examples, _input, _target, needsTargets: true);
        var scores = new float[data.Count * data.Outputs];
        for (int first = 0; first < data.Count; first += Batch)
            CopyOutputs(Run(data, first), scores.AsSpan(first * data.Outputs));
        return Calibrator.Fit(scores, data, _target);
    }

    public void Dispose()
    {
        _state.Dispose();
        _rows.Dispose();
    }

    private RowBatch Run(RowBatch data, int first)
    {
        RowBatch part = data.Take(first, Math.Min(Batch, data.Count - first));
        part.Inputs.CopyTo(_rows);
        _state.Forward();
        return part;
    }

    private void CopyOutputs(RowBatch part, Span<float> outputs)
    {
        for (int datum = 0; datum < part.Count; datum++)
            CopyRow(datum, outputs.Slice(datum * part.Outputs, part.Outputs));
    }

    private void CopyRow(int datum, Span<float> row)
    {
        for (int c = 0; c < row.Length; c++)
            row[c] = _state.Outputs[c, datum];
        _loss.Link(row);
    }
}
