namespace Subquad.Managed.Tests.Formats;

/// <summary>Seeded damage for fuzz tests.</summary>
internal static class Damage
{
    /// <summary>A copy with one to four bytes changed, sometimes cut, sometimes with bytes appended.</summary>
    public static byte[] Bytes(byte[] source, Random random)
    {
        byte[] copy = [.. source];
        for (int flips = random.Next(1, 5); flips > 0; flips--)
            copy[random.Next(copy.Length)] = random.Next(2) == 0 ? (byte)random.Next(256)
                : (byte)(copy[random.Next(copy.Length)] ^ (1 << random.Next(8)));
        return random.Next(4) switch
        {
            0 => copy[..random.Next(copy.Length)],
            1 => [.. copy, .. new byte[random.Next(1, 20)]],
            _ => copy,
        };
    }

    /// <summary>Runs an action that may only fail as a reader of damaged files may.</summary>
    public static void Allowed(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // These are the promised ones.
        }
    }
}
