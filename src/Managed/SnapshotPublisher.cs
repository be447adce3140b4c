using System.Diagnostics;
using Subquad.Simd.Threading;

namespace Subquad;

/// <summary>Takes the snapshots of one fit; on the thread of the fit only.</summary>
internal sealed class SnapshotPublisher
{
    private readonly PublishedNetwork _published;
    private readonly Network _source;
    private readonly TeamKernels _kernels;
    private readonly CancellationTokenSource _stop;
    private readonly int _from;
    private readonly TimeSpan _interval;
    private readonly Action<Snapshot> _fill;
    private (int Step, double Loss) _last = (0, double.NaN);
    private int _latestStep;
    private long _latestTime;

    /// <summary>Publishes the weights before training.</summary>
    /// <param name="published">Where.</param>
    /// <param name="source">The network that is fitted.</param>
    /// <param name="kernels">The fit's.</param>
    /// <param name="from">The first trained layer, from 0.</param>
    /// <param name="interval">The least time between two snapshots.</param>
    /// <param name="stop">The fit's: ends waits for calls that read a snapshot.</param>
    public SnapshotPublisher(
        PublishedNetwork published, Network source, TeamKernels kernels, int from, TimeSpan interval, CancellationTokenSource stop)
    {
        (_published, _source, _kernels, _from, _interval, _stop) = (published, source, kernels, from, interval, stop);
        _fill = Fill;
        published.Begin(source, _fill, Step(), stop);
        _latestTime = Stopwatch.GetTimestamp();
    }

    /// <summary>Publishes an accepted step unless the last snapshot is too young.</summary>
    public void Accepted(int step, double loss)
    {
        _last = (step, loss);
        if (Stopwatch.GetElapsedTime(_latestTime) >= _interval && _published.TryPublish(_fill, Step()))
            (_latestStep, _latestTime) = (step, Stopwatch.GetTimestamp());
    }

    /// <summary>Publishes the last accepted step when the fit has ended, unless that was done.</summary>
    public void Finish()
    {
        if (_latestStep != _last.Step)
            _published.Publish(_fill, Step(), _stop);
    }

    private PublishedStep Step() => new(_last.Step, _last.Loss, DateTimeOffset.UtcNow);

    private void Fill(Snapshot snapshot)
    {
        // A step that was accepted is reported and published whole: cancellation waits until it is.
        using var shield = new CancellationShield(_kernels.Team);
        // Layers below the first trained one are those of the fit's first copy.
        _source.CopyTo(snapshot.Network, _kernels, snapshot.CompletedBy == this ? _from : 0);
        snapshot.CompletedBy = this;
    }
}
