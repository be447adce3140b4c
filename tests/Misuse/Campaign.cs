using System.Diagnostics;
using Subquad.Simd.Memory;

namespace Subquad.Misuse;

/// <summary>Threads that draw calls, and what watches them.</summary>
internal sealed class Campaign : IDisposable
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(120);

    private readonly NetworkCalls _networks = new();
    private readonly MemoryCalls _memory = new();
    private readonly Call[] _calls;
    private readonly long[] _lastReturn;
    private readonly string[] _present;
    private readonly List<string> _failures = [];
    private readonly int _seed;
    private readonly ManualResetEventSlim _end = new();
    private int _succeeded, _failed;

    public Campaign(int threads, int seed)
    {
        _seed = seed;
        _calls = [.. _networks.All, .. _memory.All];
        _lastReturn = new long[threads];
        _present = new string[threads];
        Array.Fill(_present, "");
    }

    /// <summary>Runs; returns whether all went well.</summary>
    public bool Run(TimeSpan duration)
    {
        int threadsBefore = Process.GetCurrentProcess().Threads.Count;
        Array.Fill(_lastReturn, Stopwatch.GetTimestamp());
        Thread[] threads = [.. Enumerable.Range(0, _lastReturn.Length)
            .Select(index => new Thread(() => Work(index)) { IsBackground = true, Name = $"misuse {index}" })];
        foreach (Thread thread in threads)
            thread.Start();
        bool hangs = Watch(threads, duration);
        if (!hangs)
            Dispose();
        foreach (Call call in _calls)
            Console.WriteLine($"{call.Name}: {call.Done} returned, {call.Refused} refused");
        Check("no call ended in another exception than a refusal", _failures.Count == 0, string.Join("; ", _failures.Distinct().Take(8)));
        Check("no call hangs", !hangs, string.Join(", ", _present));
        Check("every kind of call returned at least once", _calls.All(call => call.Done > 0),
            string.Join(", ", _calls.Where(call => call.Done == 0).Select(call => call.Name)));
        if (!hangs)
        {
            Collect();
            Check("no native byte is left", NativeBytes.Live == 0, $"{NativeBytes.Live} bytes");
            int left = Process.GetCurrentProcess().Threads.Count;
            Check("no thread is left", left <= threadsBefore + 12, $"{left} threads, {threadsBefore} before");
        }
        Console.WriteLine($"  total: {_succeeded + _failed}\n  failed: {_failed}\n  succeeded: {_succeeded}\n  skipped: 0");
        return _failed == 0;
    }

    public void Dispose()
    {
        _networks.Dispose();
        _memory.Dispose();
    }

    private void Check(string what, bool holds, string found)
    {
        if (holds)
            _succeeded++;
        else
            _failed++;
        Console.WriteLine(holds ? $"passed {what}" : $"failed {what}: {found}");
    }

    private void Work(int index)
    {
        var random = new Random(_seed * 1000 + index);
        int weights = _calls.Sum(call => call.Weight);
        while (!_end.IsSet)
        {
            int drawn = random.Next(weights), at = 0;
            while ((drawn -= _calls[at].Weight) >= 0)
                at++;
            _present[index] = _calls[at].Name;
            if (_calls[at].Run(random) is { } failure)
                lock (_failures)
                    _failures.Add($"{_calls[at].Name}: {failure.GetType().Name}: {failure.Message} at " +
                        $"{failure.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}");
            Volatile.Write(ref _lastReturn[index], Stopwatch.GetTimestamp());
        }
        _present[index] = "";
    }

    /// <summary>Waits for the end; true when some thread did not return from its call for too long.</summary>
    private bool Watch(Thread[] threads, TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            Thread.CurrentThread.Join(200);
            for (int index = 0; index < threads.Length; index++)
                if (Stopwatch.GetElapsedTime(Volatile.Read(ref _lastReturn[index])) > s_hang)
                    return true;
        }
        _end.Set();
        return threads.Any(thread => !thread.Join(s_hang));
    }

    /// <summary>Objects that were left to the garbage collector go, and what their finalizers free.</summary>
    private static void Collect()
    {
        for (int round = 0; round < 20 && NativeBytes.Live > 0; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.CurrentThread.Join(50);
        }
        // Threads of teams that were collected need a moment to end.
        Thread.CurrentThread.Join(500);
    }
}
