namespace Subquad.Support;

/// <summary>Philox4x32-10 after Salmon et al. (SC 2011), written from the paper: the reference for the normal generator.</summary>
public static class Philox
{
    /// <summary>The four words of a counter and a key.</summary>
    public static uint[] Words(uint[] counter, uint[] key)
    {
        (uint c0, uint c1, uint c2, uint c3) = (counter[0], counter[1], counter[2], counter[3]);
        for (uint round = 0; round < 10; round++)
        {
            uint key0 = unchecked(key[0] + round * 0x9E3779B9u), key1 = unchecked(key[1] + round * 0xBB67AE85u);
            ulong product0 = 0xD2511F53ul * c0, product1 = 0xCD9E8D57ul * c2;
            (c0, c1, c2, c3) = (High(product1) ^ c1 ^ key0, Low(product1), High(product0) ^ c3 ^ key1, Low(product0));
        }
        return [c0, c1, c2, c3];
    }

    /// <summary>The normal number of a column, by Box-Muller with the base library's functions.</summary>
    public static double Normal(ulong seed, uint row, uint layer, uint column)
    {
        uint[] words = Words([row, column / 4, layer, 0], [Low(seed), High(seed)]);
        uint pair = column % 4 / 2 * 2;
        double radius = Math.Sqrt(-2 * Math.Log((words[pair] + 0.5) / 4294967296.0));
        double turns = (words[pair + 1] + 0.5) / 4294967296.0 - 0.5;
        return radius * (column % 2 == 0 ? Math.Cos(2 * Math.PI * turns) : Math.Sin(2 * Math.PI * turns));
    }

    private static uint High(ulong value) => (uint)(value >> 32);

    private static uint Low(ulong value) => unchecked((uint)value);
}
