using Subquad.Optimizers;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary>
/// One step as the algorithm is written: a forward pass, then what it leads to. A trainer counts the forward pass with the trial that made
/// it, which is the step before.
/// </summary>
/// <param name="Number">Of the step and of its forward pass, from 1.</param>
/// <param name="Before">The report whose forward pass this step begins with.</param>
/// <param name="After">The report whose pull-back, solve and update belong to this step.</param>
readonly record struct ScalingStep(int Number, GaussNewtonStepReport Before, GaussNewtonStepReport After)
{
    public static readonly string[] Solve = ["gram", "factor", "solve"];

    /// <summary>All stages that a step without held-out data has.</summary>
    public static readonly string[] Step =
        [.. Enum.GetNames<Stage>().Select(name => name.ToLowerInvariant()).Where(name => name != "validation")];

    public double Seconds(params string[] stages)
    {
        ScalingStep step = this;
        return stages.Sum(stage => step.Of(stage).Seconds[stage]);
    }

    public long MultiplyAdds(params string[] stages)
    {
        ScalingStep step = this;
        return stages.Sum(stage => step.Of(stage).StageMultiplyAdds[stage]);
    }

    public long TouchedLines(params string[] stages)
    {
        ScalingStep step = this;
        return stages.Sum(stage => step.Of(stage).StageTouchedLines![stage]);
    }

    GaussNewtonStepReport Of(string stage) => stage == "forward" ? Before : After;
}
