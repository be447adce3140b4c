namespace Subquad.Perf.Kernels.Cases;

/// <summary>Verbs that share operands, which they own.</summary>
interface IVerbCases : IDisposable
{
    IEnumerable<VerbCase> Cases();
}
