using System.Globalization;

namespace Subquad.Perf.Reports;

/// <summary>Rows of a new measurement beside those of an earlier one on the same kind of machine.</summary>
/// <param name="Band">How much slower a row may be before it counts: 0.25 is a quarter.</param>
sealed record Comparison(double Band)
{
    /// <summary>
    /// Fields that say what was measured; all others say how it went. Where several rows agree in all of them, the first is compared with
    /// the first, and so on.
    /// </summary>
    static readonly string[] s_identity =
        ["kind", "name", "m", "n", "batch", "density", "threads", "kernels", "shape", "layers", "step", "seed", "rows", "d", "data",
            "selected", "solver", "outputs", "train_from"];

    readonly MarkdownTable _table = new("row", "before", "now", "ratio", "");

    readonly List<string> _slower = [];

    /// <summary>Rows of both with seconds in them.</summary>
    public int Matched { get; private set; }

    /// <summary>Rows slower than the band allows.</summary>
    public int Slower => _slower.Count;

    /// <summary>What they measured, and how many times as long they take now.</summary>
    public IReadOnlyList<string> SlowerRows => _slower;

    /// <summary>Rows faster by as much: the earlier numbers are out of date.</summary>
    public int Faster { get; private set; }

    /// <summary>New rows that the earlier measurement does not have.</summary>
    public int Unmatched { get; private set; }

    public void Add(IEnumerable<Row> before, IEnumerable<Row> now)
    {
        Dictionary<string, Queue<double>> earlier = before.Where(IsTimed).GroupBy(Identity)
            .ToDictionary(group => group.Key, group => new Queue<double>(group.Select(row => row.Number("seconds")!.Value)));
        foreach (Row row in now.Where(IsTimed))
            if (earlier.TryGetValue(Identity(row), out Queue<double>? seconds) && seconds.TryDequeue(out double old))
                Add(Identity(row), old, row.Number("seconds")!.Value);
            else
                Unmatched++;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{_table}\n{Matched} rows compared, {Slower} slower and {Faster} faster by more than {100 * Band:0.#} %; "
        + $"{Unmatched} without an earlier number.");

    void Add(string identity, double before, double now)
    {
        double ratio = now / before;
        bool isSlower = ratio > 1 + Band, isFaster = ratio < 1 / (1 + Band);
        Matched++;
        if (isSlower)
            _slower.Add($"{identity}: {MarkdownTable.Cell(ratio)}");
        Faster += isFaster ? 1 : 0;
        _table.Add(
            identity, $"{MarkdownTable.Cell(1e6 * before)} µs", $"{MarkdownTable.Cell(1e6 * now)} µs", MarkdownTable.Cell(ratio),
            isSlower ? "SLOWER" : isFaster ? "faster" : "");
    }

    static bool IsTimed(Row row) => row.Number("seconds") is > 0;

    static string Identity(Row row) => string.Join(
        ' ',
        s_identity.Where(field => row.Text(field) is not null)
            .Select(field => field is "kind" or "name" or "kernels" or "shape" ? row.Text(field) : $"{field}={row.Text(field)}"));
}
