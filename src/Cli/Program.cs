using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;

namespace Subquad.Cli;

/// <summary>The command <c>subquad</c>.</summary>
internal static class Program
{
    // A word that begins with @ is a name like others, not a file with more words.
    private static readonly ParserConfiguration s_words = new() { ResponseFileTokenReplacer = null };

    private static int Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return Run(args, Console.Out, Console.Error, stop.Token);

        // The first signal ends the work in good order, however long saving takes; a second one ends the process.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    /// <summary>Runs one command line to its exit code. Whatever goes wrong is one line on <paramref name="error"/>.</summary>
    internal static int Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        using var session = new Session(output, error, cancellation);
        try
        {
            ParseResult parsed = CommandTree.Create(session).Parse(args, s_words);
            if (Misuse(parsed) is { } misuse)
                throw new UsageException(misuse);
            // Main watches the signals and Run words the failures, so the parser's own handling of both is off.
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null
            });
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("subquad: cancelled; nothing was written");
            return ExitCode.Cancelled;
        }
        catch (Exception fault)
        {
            error.WriteLine($"subquad: {session.Pipes.Reword(OneLine(fault))}");
            return fault is UsageException or ArgumentException ? ExitCode.Usage : ExitCode.Failed;
        }
    }

    /// <summary>What is wrong with the words alone; null when nothing is.</summary>
    private static string? Misuse(ParseResult parsed)
    {
        bool isRoot = parsed.CommandResult.Parent is null;
        string name = isRoot ? "subquad" : $"subquad {parsed.CommandResult.Command.Name}", help = $"see '{name} --help'";
        // The parser takes an option it does not know for a value, and complains about another word or none.
        IEnumerable<Token> values = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument);
        if (values.FirstOrDefault(word => word.Value.StartsWith("--", StringComparison.Ordinal)) is { } unknown)
            return $"expected an option of '{name}', found '{unknown.Value}'; {help}";
        OptionResult? repeated = parsed.CommandResult.Children.OfType<OptionResult>()
            .FirstOrDefault(option => option.IdentifierTokenCount > 1);
        if (repeated is not null)
            return $"{repeated.Option.Name}: expected once, found {repeated.IdentifierTokenCount} times; {help}";
        if (parsed.Errors.Count == 0)
            return null;
        string? surplus = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        if (isRoot)
            return $"expected a command (train, finetune, merge, evaluate, predict, inspect), found " +
                $"{(surplus is null ? "none" : $"'{surplus}'")}; {help}";
        string arguments = string.Join(" and ", parsed.CommandResult.Command.Arguments.Select(argument => argument.Name));
        if (surplus is not null)
            return $"expected {arguments} and options, found '{surplus}' too; {help}";
        return parsed.Errors[0].SymbolResult switch
        {
            OptionResult { Tokens.Count: 0 } option => $"{option.Option.Name}: expected a value, found none; {help}",
            ArgumentResult { Tokens.Count: 0 } => $"expected {arguments}, found fewer words; {help}",
            _ => $"{parsed.Errors[0].Message.TrimEnd('.')}; {help}",
        };
    }

    private static string OneLine(Exception fault)
    {
        string message = fault.Message.ReplaceLineEndings(" ");
        if (fault is ArgumentException { ParamName: { } parameter })
            message = message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal);
        return fault switch
        {
            UsageException or ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException
                or InsufficientMemoryException => message,
            OutOfMemoryException =>
                "the memory of this machine does not suffice; use a smaller --width, fewer --samples or mini-batches (--batch)",
            _ => $"unexpected {fault.GetType().Name}: {message}",
        };
    }
}
