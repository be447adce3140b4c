using System.Diagnostics;

namespace Subquad.Trainers;

/// <summary>The parts of a step that are timed apart.</summary>
internal enum Stage
{
    Gram,
    Factor,
    Solve,
    Forward,
    Validation,
    Update,
}

/// <summary>Seconds per stage. Starting a stage ends the one before it.</summary>
internal sealed class StageClock
{
    private readonly long[] _ticks = new long[Enum.GetValues<Stage>().Length];
    private Stage _stage;
    private long _started;

    /// <summary>Seconds of a stage since the last restart.</summary>
    public double this[Stage stage] => (double)_ticks[(int)stage] / Stopwatch.Frequency;

    public void Restart() => Array.Clear(_ticks);

    public void Start(Stage stage)
    {
        Stop();
        _stage = stage;
        _started = Stopwatch.GetTimestamp();
    }

    public void Stop()
    {
        if (_started != 0)
            _ticks[(int)_stage] += Stopwatch.GetTimestamp() - _started;
        _started = 0;
    }
}
