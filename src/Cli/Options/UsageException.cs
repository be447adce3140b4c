namespace Subquad.Cli;

/// <summary>The command line asks for something that cannot be; the message says what was expected and what was found.</summary>
internal sealed class UsageException(string message) : Exception(message);
