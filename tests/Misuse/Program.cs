using System.Globalization;

namespace Subquad.Misuse;

/// <summary>
/// Random calls of the public surface from several threads at once: no crash, no hang, no leak, and no exception but those that a wrong or
/// untimely call ends in.
/// </summary>
internal static class Program
{
    private const string Usage = """
        usage: Misuse [--seconds N] [--threads N] [--seed N]
          --seconds N   how long the calls go on; default 60
          --threads N   threads that call; default 8
          --seed N      the same seed draws the same calls, though not in the same order of time; default 1
        """;

    private static int Main(string[] args)
    {
        int seconds = 60, threads = 8, seed = 1;
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
                return WrongUsage();
            switch (args[i])
            {
                case "--seconds" when value > 0:
                    seconds = value;
                    break;
                case "--threads" when value is > 0 and <= 256:
                    threads = value;
                    break;
                case "--seed":
                    seed = value;
                    break;
                default:
                    return WrongUsage();
            }
        }
        using var campaign = new Campaign(threads, seed);
        return campaign.Run(TimeSpan.FromSeconds(seconds)) ? 0 : 1;
    }

    private static int WrongUsage()
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }
}
