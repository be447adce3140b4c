namespace Subquad.Simd.Search;

/// <summary>Which slot each id has, in pages that are made when the first of their ids comes: a huge id takes one page.</summary>
internal sealed class IdSlots
{
    private const int PageBits = 12;

    private int[]?[] _pages = [];

    /// <summary>The slot of an id; negative when it has none. An id that gets one was reserved.</summary>
    public int this[int id]
    {
        get => (id >> PageBits) < _pages.Length && _pages[id >> PageBits] is { } page ? page[PlaceOf(id)] : -1;
        set => _pages[id >> PageBits]![PlaceOf(id)] = value;
    }

    /// <summary>Makes room for an id. Those that have a slot keep it.</summary>
    public void Reserve(int id)
    {
        int number = id >> PageBits;
        if (number >= _pages.Length)
            Array.Resize(ref _pages, Math.Max(number + 1, 2 * _pages.Length));
        if (_pages[number] is not null)
            return;
        var page = new int[1 << PageBits];
        Array.Fill(page, -1);
        _pages[number] = page;
    }

    private static int PlaceOf(int id) => id & ((1 << PageBits) - 1);
}
