namespace Subquad;

/// <summary>The accepted step that a snapshot was taken after.</summary>
/// <param name="Step">Number of the trial step; 0 is the state before training.</param>
/// <param name="Loss">Its loss on the training data, as <see cref="StepReport.Loss"/>; NaN for step 0.</param>
/// <param name="Taken">When the snapshot was taken.</param>
public sealed record PublishedStep(int Step, double Loss, DateTimeOffset Taken);

/// <summary>
/// Predicts with the last snapshot of a network that a <see cref="GaussNewtonTrainer"/> trains, for hosts that serve while they train; see
/// <see cref="GaussNewtonOptions.PublishEvery"/>. Fit takes the first snapshot before its first step, and the last one of the final
/// weights. It stays valid when the fit has ended, until the trainer is disposed; a fit of another network replaces it.
/// </summary>
/// <remarks>
/// Every call answers from one snapshot as a whole. The bits are those of the network's own predictions at that step where it holds no
/// terms beside its weights, else they agree within rounding. A snapshot that a long call still reads is not overwritten: accepted steps
/// are then skipped, so that readers never hold up the fit. Thread safety: all members may be called from any thread at any time.
/// </remarks>
public sealed class PublishedNetwork
{
    private readonly bool _isOn;
    private Snapshot? _current, _spare;
    private volatile bool _isClosed;

    internal PublishedNetwork(bool isOn) => _isOn = isOn;

    /// <summary>The step that calls answer from now; null before the first fit, or when nothing is published.</summary>
    public PublishedStep? Latest => Volatile.Read(ref _current)?.Step;

    /// <summary>
    /// Computes the outputs of one raw row, see <see cref="Network.Predict(ReadOnlySpan{float}, Span{float})"/>. A warm call allocates
    /// nothing.
    /// </summary>
    /// <param name="input">The features of a row, finite.</param>
    /// <param name="output">Room for the outputs.</param>
    /// <returns>The step that answered.</returns>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">Nothing was published yet.</exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed.</exception>
    public PublishedStep Predict(ReadOnlySpan<float> input, Span<float> output)
    {
        Snapshot snapshot = Enter();
        try
        {
            snapshot.Network.PredictRow(input, output);
            return snapshot.Step;
        }
        finally
        {
            Leave(snapshot);
        }
    }

    /// <summary>The most likely class of one raw row.</summary>
    /// <param name="input">The features of a row, finite.</param>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite; the message names it.</exception>
    /// <exception cref="InvalidOperationException">Nothing was published yet.</exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed.</exception>
    public int Classify(ReadOnlySpan<float> input)
    {
        Snapshot snapshot = Enter();
        try
        {
            return snapshot.Network.ClassifyRow(input);
        }
        finally
        {
            Leave(snapshot);
        }
    }

    /// <summary>
    /// Computes the outputs of every row, see <see cref="Network.PredictAll(Dataset, Span{float}, int?, CancellationToken)"/>.
    /// </summary>
    /// <param name="data">The data; targets are not looked at.</param>
    /// <param name="outputs">Room for the outputs, row after row.</param>
    /// <param name="threads">Workers, 1 to 4096; default: all processors.</param>
    /// <param name="cancellation">Honoured between tiles.</param>
    /// <returns>The step that answered.</returns>
    /// <exception cref="ArgumentException">The room for outputs is another, or the number of threads is outside its range.</exception>
    /// <exception cref="InvalidDataException">The data do not fit the network.</exception>
    /// <exception cref="InvalidOperationException">Nothing was published yet.</exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public PublishedStep PredictAll(Dataset data, Span<float> outputs, int? threads = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        Snapshot snapshot = Enter();
        try
        {
            snapshot.Network.PredictRows(data, outputs, threads, cancellation);
            return snapshot.Step;
        }
        finally
        {
            Leave(snapshot);
        }
    }

    /// <summary>
    /// Computes loss and accuracy, or root mean squared error, over a data set with targets, see <see cref="Network.Evaluate"/>.
    /// </summary>
    /// <param name="data">The data.</param>
    /// <param name="threads">Workers, 1 to 4096; default: all processors.</param>
    /// <param name="cancellation">Honoured between tiles.</param>
    /// <exception cref="ArgumentException">The number of threads is outside its range.</exception>
    /// <exception cref="InvalidDataException">The data do not fit the network or have no targets.</exception>
    /// <exception cref="InvalidOperationException">Nothing was published yet.</exception>
    /// <exception cref="ObjectDisposedException">The trainer was disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    public EvaluationResult Evaluate(Dataset data, int? threads = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        Snapshot snapshot = Enter();
        try
        {
            return snapshot.Network.EvaluateRows(data, threads, cancellation);
        }
        finally
        {
            Leave(snapshot);
        }
    }

    /// <summary>The snapshot that calls read now.</summary>
    internal Snapshot? Current => _current;

    /// <summary>Whether both snapshots are those of a network, so that its next fit takes no memory for them.</summary>
    internal bool Holds(Network source) => _current?.Network.IsSnapshotOf(source) == true && _spare is not null;

    /// <summary>
    /// Makes room for the snapshots of a network and publishes its weights. For the fit that has trainer and network alone, as are the next
    /// two.
    /// </summary>
    /// <param name="source">The network.</param>
    /// <param name="fill">Overwrites a snapshot.</param>
    /// <param name="step">What it is then.</param>
    /// <param name="stop">Ends the wait for calls that read the snapshot of an earlier fit; that one then stays.</param>
    internal void Begin(Network source, Action<Snapshot> fill, PublishedStep step, CancellationTokenSource stop)
    {
        if (_current is { } other && !other.Network.IsSnapshotOf(source))
        {
            _spare?.Network.Dispose();
            _spare = null;
        }
        _spare ??= new Snapshot(source.NewSnapshot());
        Publish(fill, step, stop);
        if (_spare is { } old && !old.Network.IsSnapshotOf(source))
        {
            _spare = null;
            old.Network.Dispose();
        }
        _spare ??= new Snapshot(source.NewSnapshot());
    }

    /// <summary>Overwrites the snapshot that nobody reads and exchanges it for the one that is read.</summary>
    /// <param name="fill">Overwrites a snapshot.</param>
    /// <param name="step">What it is then.</param>
    /// <returns>Whether it was published: not while a call reads the snapshot still.</returns>
    internal bool TryPublish(Action<Snapshot> fill, PublishedStep step)
    {
        if (!_spare!.Network.Gate.TryEnterAlone(AloneOperation.Publish))
            return false;
        Exchange(_spare, fill, step);
        return true;
    }

    /// <summary>The same, but waits for calls that read the snapshot.</summary>
    /// <param name="fill">Overwrites a snapshot.</param>
    /// <param name="step">What it is then.</param>
    /// <param name="stop">Ends the wait; nothing is published then.</param>
    internal void Publish(Action<Snapshot> fill, PublishedStep step, CancellationTokenSource stop)
    {
        try
        {
            _spare!.Network.Gate.EnterAlone(AloneOperation.Publish, stop);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        Exchange(_spare, fill, step);
    }

    /// <summary>Refuses later calls, waits for those in flight and frees the snapshots.</summary>
    internal void Close()
    {
        _isClosed = true;
        Interlocked.Exchange(ref _current, null)?.Network.Dispose();
        _spare?.Network.Dispose();
        _spare = null;
    }

    private void Exchange(Snapshot spare, Action<Snapshot> fill, PublishedStep step)
    {
        try
        {
            fill(spare);
            spare.Step = step;
        }
        finally
        {
            spare.Network.Gate.LeaveAlone();
        }
        _spare = _current;
        Volatile.Write(ref _current, spare);
    }

    private Snapshot Enter()
    {
        while (true)
        {
            Snapshot snapshot = Volatile.Read(ref _current) ?? throw Nothing();
            // Refused only if it was exchanged in between.
            if (snapshot.Network.Gate.TryShare())
                return snapshot;
        }
    }

    private static void Leave(Snapshot snapshot)
    {
        snapshot.Network.Gate.Leave(null);
        GC.KeepAlive(snapshot);
    }

    private Exception Nothing()
    {
        if (_isClosed)
            return new ObjectDisposedException(typeof(GaussNewtonTrainer).FullName);
        return new InvalidOperationException(_isOn
            ? "expected a snapshot, found none: no fit of this trainer has begun to train"
            : "expected a trainer that publishes, found one whose GaussNewtonOptions.PublishEvery is null");
    }
}

/// <summary>A copy of a network's weights, and the step it was taken after; both change only while the copy's gate is held alone.</summary>
internal sealed class Snapshot(Network network)
{
    public Network Network { get; } = network;

    public PublishedStep Step { get; set; } = null!;

    /// <summary>The publisher that copied all layers; null before.</summary>
    public object? CompletedBy { get; set; }
}
