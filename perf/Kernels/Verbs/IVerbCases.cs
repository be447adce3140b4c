namespace Subquad.Perf.Kernels.Verbs;

/// <summary>Verbs that share operands, which they own.</summary>
interface IVerbCases : IDisposable
{
    IEnumerable<VerbCase> Cases();
}
