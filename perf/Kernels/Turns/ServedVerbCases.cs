using Subquad.Perf.Kernels.Cases;
using Subquad.Perf.Reports.Turns;
using Subquad.Simd;

namespace Subquad.Perf.Kernels.Turns;

/// <summary>Families of verbs as rows of a comparison by turns, with the operands that they hold.</summary>
/// <param name="families">Their names.</param>
/// <param name="sets">Kernel sets; a verb is a row of each.</param>
/// <param name="change">What is measured in place of a row, normally the row itself.</param>
sealed class ServedVerbCases(string[] families, KernelSet[] sets, Func<ServedRow, ServedRow> change) : IDisposable
{
    readonly List<IVerbCases> _held = [];

    public IEnumerable<ServedRow> Rows()
    {
        foreach (string family in families)
        {
            IVerbCases cases = VerbFamilies.ByName(family)();
            _held.Add(cases);
            foreach (VerbCase work in cases.Cases())
                foreach (KernelSet set in sets)
                    yield return change(work.On(family, set));
        }
    }

    public void Dispose() => _held.ForEach(cases => cases.Dispose());
}
