namespace Subquad;

/// <summary>
/// One call of Fit: has the trainer and the network alone, can be cancelled by either's Dispose, and gives both back whatever was thrown.
/// </summary>
internal sealed class FitCall : IDisposable
{
    private readonly CallGate _trainer, _network;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _registration;
    private readonly CallbackScope? _before, _around;
    private readonly CallbackScope _inside;

    /// <summary>Takes trainer and network; waits for calls that use the network.</summary>
    /// <param name="trainer">The trainer's gate.</param>
    /// <param name="network">The network's gate.</param>
    /// <param name="cancellation">The host's.</param>
    /// <exception cref="ObjectDisposedException">One of the two was disposed.</exception>
    /// <exception cref="InvalidOperationException">One of the two is in use by another operation.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled, by the host or by a Dispose.</exception>
    public FitCall(CallGate trainer, CallGate network, CancellationToken cancellation)
    {
        (_trainer, _network) = (trainer, network);
        // Closing a gate may cancel after the fit ended, so the source is left to the garbage collector; it holds no timer and no handle.
        _registration = cancellation.UnsafeRegister(static stop => ((CancellationTokenSource)stop!).Cancel(), _stop);
        _before = CallbackScope.Current;
        _around = CallbackScope.Living();
        _inside = new CallbackScope(network, trainer, _around, permits: false);
        try
        {
            trainer.EnterAlone(AloneOperation.Fit, _stop);
            try
            {
                network.EnterAlone(AloneOperation.Fit, _stop);
            }
            catch
            {
                trainer.LeaveAlone();
                throw;
            }
        }
        catch
        {
            _registration.Dispose();
            throw;
        }
        CallbackScope.Current = _inside;
    }

    /// <summary>Cancelled by the host, or by the Dispose of trainer or network.</summary>
    public CancellationTokenSource Stop => _stop;

    /// <summary>Lets what the host does in its callback use the network.</summary>
    /// <param name="progress">The host's; null without any.</param>
    public IProgress<StepReport>? Permit(IProgress<StepReport>? progress) =>
        progress is null ? null : new PermittedProgress(this, progress);

    public void Dispose()
    {
        CallbackScope.Current = _before;
        _inside.End();
        try
        {
            _network.LeaveAlone();
        }
        finally
        {
            _trainer.LeaveAlone();
            _registration.Dispose();
        }
    }

    private sealed class PermittedProgress(FitCall call, IProgress<StepReport> progress) : IProgress<StepReport>
    {
        public void Report(StepReport value)
        {
            // The scope around the fit is the outer one: a call that outlives the callback is no part of the fit.
            var scope = new CallbackScope(call._network, call._trainer, call._around, permits: true);
            CallbackScope.Current = scope;
            try
            {
                progress.Report(value);
            }
            finally
            {
                CallbackScope.Current = call._inside;
                scope.End();
            }
        }
    }
}
