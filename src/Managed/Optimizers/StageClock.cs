using System.Diagnostics;
using Subquad.Simd.Threading;

namespace Subquad.Optimizers;

/// <summary>The parts of a step that are measured apart.</summary>
internal enum Stage
{
    PullBack,
    Gram,
    Factor,
    Solve,
    Forward,
    Validation,
    Update,
}

/// <summary>Seconds, multiply-adds and touched lines per stage. Starting a stage ends the one before it.</summary>
internal sealed class StageClock(TeamKernels kernels)
{
    private static readonly int s_stages = Enum.GetValues<Stage>().Length;

    private readonly long[] _ticks = new long[s_stages], _multiplyAdds = new long[s_stages], _touchedLines = new long[s_stages];
    private Stage _stage;
    private long _started, _multiplyAddsBefore, _touchedLinesBefore;

    /// <summary>Seconds of a stage since the last restart.</summary>
    public double this[Stage stage] => (double)_ticks[(int)stage] / Stopwatch.Frequency;

    /// <summary>Multiply-adds of a stage since the last restart.</summary>
    public long MultiplyAdds(Stage stage) => _multiplyAdds[(int)stage];

    /// <summary>Touched lines of a stage since the last restart; 0 when they are not counted.</summary>
    public long TouchedLines(Stage stage) => _touchedLines[(int)stage];

    public void Restart()
    {
        Array.Clear(_ticks);
        Array.Clear(_multiplyAdds);
        Array.Clear(_touchedLines);
    }

    public void Start(Stage stage)
    {
        Stop();
        _stage = stage;
        _multiplyAddsBefore = kernels.MultiplyAdds;
        _touchedLinesBefore = kernels.TouchedLines;
        _started = Stopwatch.GetTimestamp();
    }

    public void Stop()
    {
        if (_started != 0)
        {
            _ticks[(int)_stage] += Stopwatch.GetTimestamp() - _started;
            _multiplyAdds[(int)_stage] += kernels.MultiplyAdds - _multiplyAddsBefore;
            _touchedLines[(int)_stage] += kernels.TouchedLines - _touchedLinesBefore;
        }
        _started = 0;
    }
}
