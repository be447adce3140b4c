namespace Subquad.Perf.Kernels.Verbs;

/// <summary>All verbs that are measured, by the operands that they share.</summary>
static class VerbFamilies
{
    /// <summary>Names and constructors, in the order of the tables.</summary>
    public static IReadOnlyList<(string Name, Func<IVerbCases> Create)> All { get; } =
    [
        ("forward", () => new ForwardCases()),
        ("pair", () => new PairCases()),
        ("list", () => new ListCases()),
        ("tournament", () => new TournamentCases()),
        ("search", () => new SearchCases()),
        ("sketch", () => new SketchCases()),
        ("factor", () => new FactorCases()),
        ("vector", () => new VectorCases()),
    ];

    /// <summary>The constructor of a family.</summary>
    /// <exception cref="ArgumentException">No family has this name; the message lists them.</exception>
    public static Func<IVerbCases> ByName(string name) => All.FirstOrDefault(family => family.Name == name).Create
        ?? throw new ArgumentException(
            $"'{name}' is not a family of verbs; the families are {string.Join(", ", All.Select(family => family.Name))}");
}
