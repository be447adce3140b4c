namespace Subquad.Support;

/// <summary>Cuts a range into parts, as a team of workers would: the parts' sizes must never show in the bits of a result.</summary>
public static class Partition
{
    /// <summary>Parts to try: on two and three threads.</summary>
    public static readonly int[] Threads = [2, 3];

    /// <summary>
    /// Runs a part per thread, all at once; cuts lie at multiples of <paramref name="step"/> after <paramref name="from"/>.
    /// </summary>
    public static void Run(int from, int to, int step, int threads, Action<int, int> part)
    {
        if (threads == 1)
        {
            part(from, to);
            return;
        }
        int steps = (to - from + step - 1) / step;
        Task[] tasks = [.. Enumerable.Range(0, threads).Select(thread => Task.Factory.StartNew(
            () => part(Cut(thread), Cut(thread + 1)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task.WaitAll(tasks);

        int Cut(int thread) => Math.Min(to, from + (int)((long)steps * thread / threads) * step);
    }

    /// <summary>Runs the smallest parts one by one, the last first.</summary>
    public static void Backwards(int from, int to, int step, Action<int, int> part)
    {
        for (int begin = from + (to - from - 1) / step * step; begin >= from; begin -= step)
            part(begin, Math.Min(to, begin + step));
    }
}
