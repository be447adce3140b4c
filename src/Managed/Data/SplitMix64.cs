namespace Subquad.Data;

/// <summary>
/// A small generator whose numbers are the same on every machine and in every version of .NET (SplitMix64), for shuffles and sketches:
/// weights come from Philox.
/// </summary>
internal struct SplitMix64
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Starts stream number <paramref name="stream"/> of a seed; streams of one seed do not follow from each other.</summary>
    public SplitMix64(ulong seed, ulong stream = 0) => _state = Mix(unchecked(Mix(seed) + stream));

    /// <summary>The next 64 random bits.</summary>
    public ulong Next() => Mix(_state = unchecked(_state + Golden));

    /// <summary>A uniform number at least 0 and below 1, on a grid of 2^-53.</summary>
    public double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform integer from 0 to <paramref name="bound"/> - 1, without bias.</summary>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        ulong range = (ulong)bound;
        // Lemire: the high half of a product is uniform once the few low halves that occur once too often are rejected.
        ulong rejected = unchecked(0 - range) % range;
        while (true)
        {
            ulong high = Math.BigMul(Next(), range, out ulong low);
            if (low >= rejected)
                return (int)high;
        }
    }

    /// <summary>The numbers 0 to <paramref name="count"/> - 1 in random order (Fisher-Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++)
        {
            int j = Below(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static ulong Mix(ulong bits)
    {
        unchecked
        {
            bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            return bits ^ (bits >> 31);
        }
    }
}
