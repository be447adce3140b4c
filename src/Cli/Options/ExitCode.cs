namespace Subquad.Cli;

internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Found while reading, computing or writing.</summary>
    public const int Failed = 1;

    /// <summary>Wrong from the command line alone.</summary>
    public const int Usage = 2;

    public const int Cancelled = 130;
}
