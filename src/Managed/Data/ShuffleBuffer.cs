namespace Subquad.Data;

/// <summary>Shuffles what is too large for memory: items wait in a buffer, from which they leave in random order.</summary>
internal static class ShuffleBuffer
{
    /// <summary>All items once. At most <paramref name="capacity"/> wait, so an item leaves fewer than that many places early.</summary>
    /// <param name="items">The items.</param>
    /// <param name="capacity">Items that wait at most, at least 1; 1 keeps the order.</param>
    /// <param name="random">Draws the order.</param>
    public static IEnumerable<T> Shuffle<T>(IEnumerable<T> items, int capacity, SplitMix64 random)
    {
        var waiting = new List<T>();
        foreach (T item in items)
        {
            waiting.Add(item);
            if (waiting.Count == capacity)
                yield return Leave();
        }
        while (waiting.Count > 0)
            yield return Leave();

        T Leave()
        {
            int place = random.Below(waiting.Count);
            T leaving = waiting[place];
            waiting[place] = waiting[^1];
            waiting.RemoveAt(waiting.Count - 1);
            return leaving;
        }
    }
}
