using System.Runtime.ExceptionServices;

namespace Subquad.Simd.Threading;

/// <summary>
/// The job that the threads of a <see cref="WorkerTeam"/> share, and how its items are distributed. It has no reference to the team, so
/// parked threads do not keep the team alive.
/// </summary>
/// <param name="helpers">Threads beside the caller.</param>
internal sealed class TeamJob(int helpers)
{
    // The job whose body this thread is in, if any.
    [ThreadStatic]
    private static TeamJob? s_current;

    private readonly UninterruptibleSemaphore[] _starts = [.. Enumerable.Range(0, helpers).Select(_ => new UninterruptibleSemaphore())];
    private readonly UninterruptibleSemaphore _done = new();

    private TeamJob? _outer;
    private Action<int, int>? _body;
    private CancellationToken _cancellation;
    private Exception? _failure;
    private int _items;
    private long _next;
    private volatile bool _stopping;

    /// <summary>Whether this thread is inside the body of this job, or of a job that such a body runs on another team.</summary>
    public bool IsAround()
    {
        for (TeamJob? job = s_current; job is not null; job = job._outer)
            if (job == this)
                return true;
        return false;
    }

    /// <summary>Runs one job with so many helpers; returns or throws when no worker is in the body any more.</summary>
    public void Run(int items, int helpers, Action<int, int> body, CancellationToken cancellation)
    {
        _outer = s_current;
        if (helpers == 0)
        {
            RunHere(items, body, cancellation);
            return;
        }
        _body = body;
        _cancellation = cancellation;
        _items = items;
        _next = 0;
        // A caller that left early would leave workers in the body of a job whose operands are gone.
        bool interrupted = false;
        for (int helper = 0; helper < helpers; helper++)
            interrupted |= _starts[helper].Release();
        Work(0);
        for (int helper = 0; helper < helpers; helper++)
            interrupted |= _done.Wait();
        Uninterruptible.Restore(interrupted);
        _body = null;
        _outer = null;
        _cancellation = default;
        if (_failure is not { } failure)
            return;
        _failure = null;
        ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>What a thread of the team does until <see cref="Stop"/>.</summary>
    /// <param name="helper">Its number, from 0.</param>
    public void Serve(int helper)
    {
        while (true)
        {
            // Nobody outside has a reason to interrupt this thread, but a body may have handed it out.
            _starts[helper].Wait();
            if (_stopping)
                return;
            Work(helper + 1);
            _done.Release();
        }
    }

    /// <summary>Ends the threads, now or when they have done their part.</summary>
    public void Stop()
    {
        _stopping = true;
        bool interrupted = false;
        foreach (UninterruptibleSemaphore start in _starts)
            interrupted |= start.Release();
        Uninterruptible.Restore(interrupted);
    }

    /// <summary>A job of the caller alone: nothing is shared, so nothing is counted in turn.</summary>
    private void RunHere(int items, Action<int, int> body, CancellationToken cancellation)
    {
        s_current = this;
        try
        {
            for (int item = 0; item < items && !cancellation.IsCancellationRequested; item++)
                body(item, 0);
        }
        finally
        {
            s_current = _outer;
            _outer = null;
        }
    }

    private void Work(int worker)
    {
        Action<int, int> body = _body!;
        TeamJob? outer = s_current;
        s_current = this;
        try
        {
            for (long item = Interlocked.Increment(ref _next) - 1; item < _items; item = Interlocked.Increment(ref _next) - 1)
            {
                if (_cancellation.IsCancellationRequested || _failure is not null)
                    return;
                body((int)item, worker);
            }
        }
        catch (Exception failure)
        {
            // Kept for the caller, who alone can report it; the first one wins.
            Interlocked.CompareExchange(ref _failure, failure, null);
        }
        finally
        {
            s_current = outer;
        }
    }
}
