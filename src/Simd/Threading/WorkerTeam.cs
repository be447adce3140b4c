using System.Runtime.CompilerServices;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Threading;

/// <summary>
/// A fixed number of workers that share the items of a job. The caller is one of them; the others are parked threads, started by the first
/// job that uses them. Items are taken one by one, so a slow core does less; results must not depend on which worker runs which item. A
/// warm job allocates nothing.
/// </summary>
/// <remarks>
/// Thread safety: one job at a time. A second <see cref="Run(int, Action{int, int})"/> while a job runs throws, from whatever thread it
/// comes. <see cref="Dispose"/> waits for the job of another thread. The threads of a team that nobody disposed end when the team is
/// collected.
/// </remarks>
public sealed class WorkerTeam : IDisposable
{
    /// <summary>The most workers of a team.</summary>
    public const int MaxDegree = 4096;

    private const int Running = 1, Closed = 2;

    private readonly TeamJob _job;
    private readonly Thread?[] _threads;
    private readonly Arena[] _scratch;
    private int _state;

    /// <summary>A team; no thread is started yet.</summary>
    /// <param name="degree">Workers, 1 to <see cref="MaxDegree"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The degree is outside that range.</exception>
    public WorkerTeam(int degree)
    {
        if (degree is < 1 or > MaxDegree)
            throw new ArgumentOutOfRangeException(nameof(degree), $"expected 1 to {MaxDegree} workers, found {degree}");
        Degree = degree;
        _job = new TeamJob(degree - 1);
        _threads = new Thread?[degree - 1];
        _scratch = new Arena[degree];
        for (int worker = 0; worker < degree; worker++)
            _scratch[worker] = new Arena();
        if (degree == 1)
            GC.SuppressFinalize(this);
    }

    /// <summary>Bytes of the scratch of a team whose workers reserved so much at most.</summary>
    internal static Int128 ScratchBytesOf(int degree, Int128 reserve) => degree * Arena.BytesOf(reserve);

    /// <summary>Ends the threads of a team that nobody disposed: they hold the job only, so the team can be collected.</summary>
    ~WorkerTeam()
    {
        // A team that another finalizer brings back must refuse jobs: it has no threads any more.
        Interlocked.Or(ref _state, Closed);
        _job?.Stop();
    }

    /// <summary>Workers, the caller included.</summary>
    public int Degree { get; }

    /// <summary>Stops a job of <see cref="Run(int, Action{int, int})"/> between two items; changed only between two jobs.</summary>
    internal CancellationToken Cancellation { get; set; }

    /// <summary>
    /// Runs body(item, worker) for all items; returns when all are done. An exception of the body ends the job and is thrown here; the
    /// first one is kept.
    /// </summary>
    /// <param name="items">Items, 0 or more, numbered from 0.</param>
    /// <param name="body">The work on one item; keep it in a field, so that calling allocates nothing.</param>
    /// <exception cref="ArgumentNullException">The body is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of items is negative.</exception>
    /// <exception cref="InvalidOperationException">The team runs a job already, from another thread or around this call.</exception>
    /// <exception cref="ObjectDisposedException">The team was disposed.</exception>
    public void Run(int items, Action<int, int> body) => Run(items, body, Cancellation);

    /// <summary>The same, and stops between two items when cancellation is requested.</summary>
    /// <param name="items">Items, 0 or more, numbered from 0.</param>
    /// <param name="body">The work on one item; keep it in a field, so that calling allocates nothing.</param>
    /// <param name="cancellation">Honoured between two items.</param>
    /// <exception cref="ArgumentNullException">The body is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of items is negative.</exception>
    /// <exception cref="InvalidOperationException">The team runs a job already, from another thread or around this call.</exception>
    /// <exception cref="ObjectDisposedException">The team was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested; some items were not run.</exception>
    public void Run(int items, Action<int, int> body, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        int found = Interlocked.CompareExchange(ref _state, Running, 0);
        if (found != 0)
            ThrowRefused(found);
        try
        {
            int helpers = Math.Min(_threads.Length, items - 1);
            for (int helper = 0; helper < helpers; helper++)
                _threads[helper] ??= Start(helper);
            _job.Run(items, helpers, body, cancellation);
        }
        finally
        {
            if (Interlocked.CompareExchange(ref _state, 0, Running) != Running)
                WakeDispose();
        }
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Ends the threads and frees the scratch, after the job of another thread. Calling it again does nothing.</summary>
    /// <exception cref="InvalidOperationException">It is called from the body of the team's own job; the team is as before.</exception>
    public void Dispose()
    {
        if (_job.IsAround())
            throw new InvalidOperationException("expected a team without a job around this call, found Dispose called from the body of " +
                "its own job; dispose the team after Run returned");
        if ((Interlocked.Or(ref _state, Closed) & Closed) != 0)
            return;
        AwaitJob();
        _job.Stop();
        bool interrupted = false;
        foreach (Thread? thread in _threads)
            if (thread is not null)
                interrupted |= Uninterruptible.Join(thread);
        Uninterruptible.Restore(interrupted);
        foreach (Arena arena in _scratch)
            arena.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A worker's own scratch memory; valid inside the body of a job.</summary>
    internal Arena Scratch(int worker) => _scratch[worker];

    private Thread Start(int helper)
    {
        TeamJob job = _job;
        var thread = new Thread(() => job.Serve(helper)) { IsBackground = true, Name = $"Subquad worker {helper + 1}" };
        // The worker outlives this call: values that flow with the call must not be kept alive by it.
        thread.UnsafeStart();
        return thread;
    }

    private void AwaitJob()
    {
        bool interrupted = false;
        using (Uninterruptible.Lock(_job))
            while ((Volatile.Read(ref _state) & Running) != 0)
                interrupted |= Uninterruptible.Wait(_job);
        Uninterruptible.Restore(interrupted);
    }

    private void WakeDispose()
    {
        using (Uninterruptible.Lock(_job))
        {
            Volatile.Write(ref _state, Closed);
            Monitor.PulseAll(_job);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowRefused(int state)
    {
        ObjectDisposedException.ThrowIf((state & Closed) != 0, this);
        throw new InvalidOperationException(_job.IsAround()
            ? "expected a team without a job, found Run called from the body of the team's own job; use another team inside a body"
            : "expected a team without a job, found one that runs a job for another thread; use one team per thread");
    }
}
