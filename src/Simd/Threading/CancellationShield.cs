namespace Subquad.Simd.Threading;

/// <summary>
/// Until it is disposed, the jobs of a team do not stop for a cancellation: what changes weights is done whole or not at all.
/// </summary>
internal readonly ref struct CancellationShield : IDisposable
{
    private readonly WorkerTeam _team;
    private readonly CancellationToken _cancellation;

    public CancellationShield(WorkerTeam team)
    {
        (_team, _cancellation) = (team, team.Cancellation);
        team.Cancellation = CancellationToken.None;
    }

    public void Dispose() => _team.Cancellation = _cancellation;
}
