namespace Subquad;

/// <summary>Whether leave-one-out errors choose the damping of steps and the end of training.</summary>
public enum LeaveOneOutChoice
{
    /// <summary>
    /// From 8 to 4,000 rows that a network sees first, without held-out rows and without an option that rules it out: see
    /// <see cref="On"/>.
    /// </summary>
    Automatic,

    /// <summary>
    /// For any number of rows and also for a network that was trained before, whose rows should then be new. All rows are one step, the
    /// damping adapts, the solver is Cholesky or left open, the search for firing neurons does not read weights, and no rows are held out;
    /// else the fit throws <see cref="ArgumentException"/>.
    /// </summary>
    On,

    /// <summary>The damping follows the fall of the loss, and held-out rows, if any, end the training.</summary>
    Off,
}
