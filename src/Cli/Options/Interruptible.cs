namespace Subquad.Cli;

/// <summary>Work that cannot stop by itself, such as reading: a cancellation does not wait for it.</summary>
internal static class Interruptible
{
    /// <summary>Runs the work on another thread; a cancellation leaves it behind, and the process ends without it.</summary>
    /// <exception cref="OperationCanceledException">The work was not done in time.</exception>
    public static T Run<T>(Func<T> work, CancellationToken cancellation)
    {
        Task<T> task = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        // Waiting for the task itself would wrap its failures.
        Task.WaitAny([task], cancellation);
        return task.GetAwaiter().GetResult();
    }
}
