using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Subquad.Cli;

/// <summary>The grammar: every command with its examples.</summary>
internal static class CommandTree
{
    public static RootCommand Create(Session session)
    {
        var examples = new Dictionary<Command, string[]>
        {
            [new TrainCommand(session)] = TrainCommand.Examples,
            [new EvaluateCommand(session)] = EvaluateCommand.Examples,
            [new PredictCommand(session)] = PredictCommand.Examples,
            [new InspectCommand(session)] = InspectCommand.Examples,
        };
        var root = new RootCommand("Trains very wide neural networks on CPUs at a cost per step below the square of the width.");
        foreach (Command command in examples.Keys)
            root.Add(command);
        examples[root] = ["subquad train", "subquad train --help"];
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, examples);
        return root;
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
