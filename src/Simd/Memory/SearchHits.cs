namespace Subquad.Simd.Memory;

/// <summary>What a search found: ids and a value for each, and the scratch that the search works in. One per thread; used again, it allocates nothing once it has grown.</summary>
public sealed class SearchHits : IDisposable
{
    private NativeBuffer<int> _ids = new(0);
    private NativeBuffer<float> _values = new(0);

    /// <summary>Rows found.</summary>
    public int Count { get; internal set; }

    /// <summary>Whether the search read every row in storage order instead of walking the tree.</summary>
    public bool Scanned { get; internal set; }

    /// <summary>Groups of sixteen rows that the search computed.</summary>
    public long RowGroups { get; internal set; }

    /// <summary>Groups of sixteen nodes that the search tested.</summary>
    public long NodeGroups { get; internal set; }

    /// <summary>The ids.</summary>
    public ReadOnlySpan<int> Ids => _ids.Slice(0, Count);

    /// <summary>Inner products or squared distances, in the order of the ids.</summary>
    public ReadOnlySpan<float> Values => _values.Slice(0, Count);

    internal NativeBuffer<int> IdBuffer => _ids;
    internal NativeBuffer<float> ValueBuffer => _values;
    internal Arena Scratch { get; } = new();

    /// <summary>Gives all memory back. Calling it again does nothing.</summary>
    public void Dispose()
    {
        _ids.Dispose();
        _values.Dispose();
        Scratch.Dispose();
    }

    internal void Clear()
    {
        Count = 0;
        Scanned = false;
        RowGroups = NodeGroups = 0;
    }

    /// <summary>Makes room for <paramref name="length"/> hits and one vector more, keeping those found.</summary>
    internal void Reserve(long length)
    {
        if (_ids.Length >= length + RowTree.Group)
            return;
        long room = length + length / 2 + RowTree.Group;
        var ids = new NativeBuffer<int>(room);
        var values = new NativeBuffer<float>(room);
        Ids.CopyTo(ids.Slice(0, Count));
        Values.CopyTo(values.Slice(0, Count));
        _ids.Dispose();
        _values.Dispose();
        (_ids, _values) = (ids, values);
    }
}
