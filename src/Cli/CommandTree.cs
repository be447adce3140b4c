using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Subquad.Cli;

/// <summary>The grammar: every command with its examples.</summary>
internal static class CommandTree
{
    private const string Name = "subquad";

    public static Command Create(Session session)
    {
        var examples = new Dictionary<Command, string[]>
        {
            [new TrainCommand(session)] = TrainCommand.Examples,
            [new FinetuneCommand(session)] = FinetuneCommand.Examples,
            [new MergeCommand(session)] = MergeCommand.Examples,
            [new EvaluateCommand(session)] = EvaluateCommand.Examples,
            [new PredictCommand(session)] = PredictCommand.Examples,
            [new InspectCommand(session)] = InspectCommand.Examples,
            [new PackCommand(session)] = PackCommand.Examples,
        };
        // No RootCommand: its name is that of the executable, which differs from that of the command.
        var root = new Command(Name, "Trains very wide neural networks on CPUs at a cost per step below the square of the width.");
        foreach (Command command in examples.Keys)
            root.Add(command);
        examples[root] = ["subquad train", "subquad train --help"];
        var help = new HelpOption();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, examples);
        root.Add(help);
        root.Add(new VersionOption { Action = new Version() });
        return root;
    }

    private sealed class Version : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parsed)
        {
            parsed.InvocationConfiguration.Output.WriteLine(
                typeof(CommandTree).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
            return ExitCode.Done;
        }
    }

    private sealed class HelpWithExamples(HelpAction help, Dictionary<Command, string[]> examples) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parsed)
        {
            int code = help.Invoke(parsed);
            TextWriter output = parsed.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string example in examples[parsed.CommandResult.Command])
                output.WriteLine($"  {example}");
            return code;
        }
    }
}
