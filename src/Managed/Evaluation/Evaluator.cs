using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Evaluation;

/// <summary>Runs a data set through a network, a batch at a time; measures, never changes.</summary>
internal sealed class Evaluator : IDisposable
{
    /// <summary>Enough data to use every tile of the weights well, few enough to keep the pre-activations small.</summary>
    public const int Batch = 1024;

    private readonly BatchState _state;
    private readonly ActiveBatch _rows = new();
    private readonly InputTransform _input;
    private readonly TargetTransform _target;

    public Evaluator(TeamKernels kernels, LayerStack layers, InputTransform input, TargetTransform target)
    {
        _input = input;
        _target = target;
        _state = new BatchState(kernels, layers, 0) { Inputs = _rows };
    }

    /// <summary>Loss and metric over examples with targets.</summary>
    public Score Evaluate(Examples examples)
    {
        PreparedData data = PreparedData.From(examples, _input, _target, needsTargets: true);
        double loss = 0, metric = 0, residual = 0, output = 0;
        bool isClasses = _target.Kind == TargetKind.Classes;
        for (int first = 0; first < data.Count; first += Batch)
        {
            PreparedData part = data.Take(first, Math.Min(Batch, data.Count - first));
            Run(part);
            Score score = Score.Of(_state.Outputs, part, _target);
            double share = (double)part.Count / data.Count;
            loss += share * score.Loss;
            metric += share * (isClasses ? score.Metric : score.Metric * score.Metric);
            residual += score.ResidualNorm * score.ResidualNorm;
            output += score.OutputNorm * score.OutputNorm;
        }
        return new(loss, isClasses ? metric : Math.Sqrt(metric), Math.Sqrt(residual), Math.Sqrt(output));
    }

    /// <summary>Outputs of every row, not yet in original units.</summary>
    public void Predict(Examples examples, Span<float> outputs)
    {
        PreparedData data = PreparedData.From(examples, _input, _target, needsTargets: false);
        for (int first = 0; first < data.Count; first += Batch)
        {
            PreparedData part = data.Take(first, Math.Min(Batch, data.Count - first));
            Run(part);
            for (int datum = 0; datum < part.Count; datum++)
                for (int c = 0; c < data.Outputs; c++)
                    outputs[(first + datum) * data.Outputs + c] = _state.Outputs[c, datum];
        }
    }

    public void Dispose()
    {
        _state.Dispose();
        _rows.Dispose();
    }

    private void Run(PreparedData part)
    {
        _rows.SetNonZero(part.Inputs, part.Count, part.Width);
        _state.Forward();
    }
}
