namespace Subquad.Perf.Kernels.Cases;

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

    /// <summary>
    /// Families that only <c>bench</c> measures: whole algorithms on verbs, and choices between ways that have the same result.
    /// </summary>
    public static IReadOnlyList<(string Name, Func<IVerbCases> Create)> Studies { get; } =
    [
        ("correlation", () => new CorrelationCases()),
        ("tournament update", () => new TournamentUpdateCases()),
    ];

    /// <summary>The constructor of a family, of the studies too.</summary>
    /// <exception cref="ArgumentException">No family has this name; the message lists them.</exception>
    public static Func<IVerbCases> ByName(string name)
    {
        (string Name, Func<IVerbCases> Create)[] families = [.. All, .. Studies];
        return Array.Find(families, family => family.Name == name).Create
            ?? throw new ArgumentException(
                $"'{name}' is not a family of verbs; the families are {string.Join(", ", families.Select(family => family.Name))}");
    }
}
