using System.Collections;

namespace Subquad.Perf.Reports;

/// <summary>One flat object of a results file: named numbers and words, in the order in which they were added.</summary>
sealed class Row : IEnumerable<KeyValuePair<string, object>>
{
    readonly List<KeyValuePair<string, object>> _fields = [];

    /// <summary>Adds a field; one without a value is left out, as a peer's is when there was no peer.</summary>
    public void Add(string name, object? value)
    {
        if (value is not null)
            _fields.Add(new(name, value));
    }

    public double? Number(string name) => Find(name) is { } value ? Convert.ToDouble(value) : null;

    public string? Text(string name) => Find(name)?.ToString();

    object? Find(string name) => _fields.Find(field => field.Key == name).Value;

    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
