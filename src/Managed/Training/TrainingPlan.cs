namespace Subquad.Training;

/// <summary>What the loop needs to know, whatever the optimizer and the data.</summary>
/// <param name="Steps">Steps at most.</param>
/// <param name="Tolerance">On all data, training ends when the loss is below its square times the loss of outputs that are all
/// zero.</param>
/// <param name="TrainsOutput">Whether the output matrix is trained.</param>
/// <param name="CountsLines">Whether touched lines are counted for the reports.</param>
internal sealed record TrainingPlan(int Steps, double Tolerance, bool TrainsOutput, bool CountsLines);
