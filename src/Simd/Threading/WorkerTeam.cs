using System.Runtime.ExceptionServices;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Threading;

/// <summary>
/// A fixed number of workers that share the items of a job. The caller is one of them; the others are parked threads, started at the first job that needs them. Items are
/// taken one by one, so a slow core does less; no result may depend on who does which item. A job allocates nothing. One job at a time.
/// </summary>
public sealed class WorkerTeam : IDisposable
{
    private readonly Thread?[] _threads;
    private readonly SemaphoreSlim[] _starts;
    private readonly SemaphoreSlim _done = new(0);
    private readonly Arena[] _scratch;

    private Action<int, int>? _body;
    private CancellationToken _cancellation;
    private Exception? _failure;
    private int _items;
    private int _next;
    private bool _stopping;
    private bool _disposed;

    /// <summary>A team; no thread is started yet.</summary>
    /// <param name="degree">Workers, 1 or more.</param>
    public WorkerTeam(int degree)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degree);
        Degree = degree;
        _scratch = new Arena[degree];
        for (int worker = 0; worker < degree; worker++)
            _scratch[worker] = new Arena();
        _threads = new Thread?[degree - 1];
        _starts = new SemaphoreSlim[degree - 1];
        for (int helper = 0; helper < degree - 1; helper++)
            _starts[helper] = new SemaphoreSlim(0);
    }

    /// <summary>Workers, the caller included.</summary>
    public int Degree { get; }

    /// <summary>Stops a job between two items; set per fit.</summary>
    public CancellationToken Cancellation
    {
        get => _cancellation;
        set => _cancellation = value;
    }

    /// <summary>A worker's own scratch memory.</summary>
    public Arena Scratch(int worker) => _scratch[worker];

    /// <summary>Runs body(item, worker) for all items; returns when all are done.</summary>
    /// <param name="items">Items, numbered from 0.</param>
    /// <param name="body">What to do; keep it in a field, so that calling allocates nothing.</param>
    /// <exception cref="OperationCanceledException">Cancellation was asked for; some items were not run.</exception>
    public void Run(int items, Action<int, int> body)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int helpers = Math.Min(_threads.Length, items - 1);
        _body = body;
        _items = items;
        _next = 0;
        _failure = null;
        for (int helper = 0; helper < helpers; helper++)
        {
            _threads[helper] ??= Start(helper);
            _starts[helper].Release();
        }
        Work(0);
        for (int helper = 0; helper < helpers; helper++)
            _done.Wait();
        _body = null;
        if (_failure is { } failure)
        {
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
        _cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Ends the threads and frees the scratch. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _stopping = true;
        for (int helper = 0; helper < _threads.Length; helper++)
        {
            _starts[helper].Release();
            _threads[helper]?.Join();
            _starts[helper].Dispose();
        }
        foreach (Arena arena in _scratch)
            arena.Dispose();
        _done.Dispose();
    }

    private Thread Start(int helper)
    {
        var thread = new Thread(() => Wait(helper)) { IsBackground = true, Name = $"Subquad worker {helper + 1}" };
        thread.Start();
        return thread;
    }

    private void Wait(int helper)
    {
        while (true)
        {
            _starts[helper].Wait();
            if (_stopping)
                return;
            Work(helper + 1);
            _done.Release();
        }
    }

    private void Work(int worker)
    {
        Action<int, int> body = _body!;
        try
        {
            for (int item = Interlocked.Increment(ref _next) - 1; item < _items; item = Interlocked.Increment(ref _next) - 1)
            {
                if (_cancellation.IsCancellationRequested || _failure is not null)
                    return;
                body(item, worker);
            }
        }
        catch (Exception failure)
        {
            // Kept for the caller, who alone can report it; the first one wins.
            Interlocked.CompareExchange(ref _failure, failure, null);
        }
    }
}
