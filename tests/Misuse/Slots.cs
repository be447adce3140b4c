namespace Subquad.Misuse;

/// <summary>Objects that all threads use, swap and dispose under each other.</summary>
/// <param name="count">How many.</param>
/// <param name="create">Makes one.</param>
internal sealed class Slots<T>(int count, Func<Random, T> create) : IDisposable where T : class, IDisposable
{
    private readonly T?[] _objects = new T?[count];

    /// <summary>One of them, which others may be using, changing or disposing.</summary>
    public T Any(Random random)
    {
        ref T? slot = ref _objects[random.Next(_objects.Length)];
        if (Volatile.Read(ref slot) is { } found)
            return found;
        T made = create(random);
        if (Interlocked.CompareExchange(ref slot, made, null) is { } other)
        {
            made.Dispose();
            return other;
        }
        return made;
    }

    /// <summary>Puts another one in its place and disposes the former one, as a host swaps its model.</summary>
    public void Swap(Random random, T next)
    {
        ref T? slot = ref _objects[random.Next(_objects.Length)];
        Interlocked.Exchange(ref slot, next)?.Dispose();
    }

    /// <summary>Puts another one in its place and leaves the former one to the garbage collector, or to who is using it.</summary>
    public void Drop(Random random) => Interlocked.Exchange(ref _objects[random.Next(_objects.Length)], null);

    /// <summary>Disposes one that others may be using, and leaves it where it is.</summary>
    public void DisposeAny(Random random) => Any(random).Dispose();

    public void Dispose()
    {
        // What others dropped, such as the team of a forest, must not stay reachable from here.
        for (int slot = 0; slot < _objects.Length; slot++)
            Interlocked.Exchange(ref _objects[slot], null)?.Dispose();
    }
}
