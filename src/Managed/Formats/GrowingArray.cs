namespace Subquad.Formats;

/// <summary>
/// An array that grows with what has really been read, up to a limit that a file's header promised: a lying header costs no memory, and an
/// honest one ends in an array of exactly that length without a last copy.
/// </summary>
internal sealed class GrowingArray<T>(long limit)
{
    private T[] _items = new T[Math.Min(limit, 4096)];

    /// <summary>Items appended.</summary>
    public int Count { get; private set; }

    /// <summary>Room for <paramref name="count"/> more items, to be written at once.</summary>
    /// <exception cref="InvalidDataException">The limit, or what one array can hold, is exceeded.</exception>
    public Span<T> Append(int count)
    {
        long needed = (long)Count + count;
        if (needed > Math.Min(limit, Array.MaxLength))
            throw new InvalidDataException($"expected at most {Math.Min(limit, Array.MaxLength)} numbers, found more");
        if (needed > _items.Length)
            Array.Resize(ref _items, (int)Math.Min(Math.Max(needed, 2L * _items.Length), Math.Min(limit, Array.MaxLength)));
        Span<T> added = _items.AsSpan(Count, count);
        Count += count;
        return added;
    }

    /// <summary>The items as an array of their own length; this object must not be used afterwards.</summary>
    public T[] ToArray()
    {
        Array.Resize(ref _items, Count);
        return _items;
    }
}
