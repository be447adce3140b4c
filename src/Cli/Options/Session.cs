namespace Subquad.Cli;

/// <summary>What every command writes to and listens to.</summary>
internal sealed record Session(TextWriter Output, TextWriter Error, CancellationToken Cancellation)
{
    /// <summary>Whether a person looks at the output, so that it may be redrawn.</summary>
    public bool IsTerminal =>
        ReferenceEquals(Output, Console.Out) && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
}
