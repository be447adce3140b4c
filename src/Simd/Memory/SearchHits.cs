using System.Runtime.InteropServices;

namespace Subquad.Simd.Memory;

/// <summary>
/// Ids that a search found and a value for each, and the scratch of the search. One per thread: two searches into one at the same time
/// throw. Used again, it allocates nothing once it has grown.
/// </summary>
/// <remarks>
/// Ids and values are pinned arrays, so a span over them stays readable: after the next search it shows other hits, or the former ones
/// where the arrays have grown.
/// </remarks>
public sealed unsafe class SearchHits : IDisposable, INativeOwner
{
    // What kernels may store behind the last hit.
    private const int Slack = 128 / sizeof(float);

    private int[] _ids = [];
    private float[] _values = [];
    private UseCount _uses;

    /// <summary>Rows found.</summary>
    public int Count { get; internal set; }

    /// <summary>Whether the search read every row in storage order instead of walking the tree.</summary>
    public bool Scanned { get; internal set; }

    /// <summary>Groups of sixteen rows that the search computed.</summary>
    public long RowGroups { get; internal set; }

    /// <summary>Groups of sixteen nodes that the search tested.</summary>
    public long NodeGroups { get; internal set; }

    /// <summary>The ids.</summary>
    /// <exception cref="ObjectDisposedException">The hits were disposed.</exception>
    public ReadOnlySpan<int> Ids
    {
        get
        {
            ObjectDisposedException.ThrowIf(_uses.IsClosed, this);
            return _ids.AsSpan(0, Count);
        }
    }

    /// <summary>Inner products or squared distances, in the order of the ids.</summary>
    /// <exception cref="ObjectDisposedException">The hits were disposed.</exception>
    public ReadOnlySpan<float> Values
    {
        get
        {
            ObjectDisposedException.ThrowIf(_uses.IsClosed, this);
            return _values.AsSpan(0, Count);
        }
    }

    ref UseCount INativeOwner.Uses => ref _uses;

    internal int* IdPointer => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_ids, 0);

    internal float* ValuePointer => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0);

    internal Arena Scratch { get; } = new();

    /// <summary>Gives all memory back. Calling it again does nothing.</summary>
    public void Dispose() => _uses.Close(this);

    void INativeOwner.Free() => Scratch.Dispose();

    internal void Clear()
    {
        Count = 0;
        Scanned = false;
        RowGroups = NodeGroups = 0;
    }

    /// <summary>Makes room for <paramref name="length"/> hits and one vector more, keeping those found.</summary>
    internal void Reserve(long length)
    {
        if (_ids.Length >= length + Slack)
            return;
        long room = Math.Min(Array.MaxLength, length + length / 2 + Slack);
        if (room < length + Slack)
            throw new OutOfMemoryException($"{length} hits are more than an array holds");
        int[] ids = GC.AllocateUninitializedArray<int>((int)room, pinned: true);
        float[] values = GC.AllocateUninitializedArray<float>((int)room, pinned: true);
        _ids.AsSpan(0, Count).CopyTo(ids);
        _values.AsSpan(0, Count).CopyTo(values);
        (_ids, _values) = (ids, values);
    }
}
