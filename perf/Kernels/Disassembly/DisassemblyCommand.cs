using System.CommandLine;

namespace Subquad.Perf.Kernels.Disassembly;

/// <summary><c>disassembly</c>, and <c>loop</c>, the child process whose code is listed.</summary>
static class DisassemblyCommand
{
    public static Command Create()
    {
        const string says = "Checks that the forward loop's multiply-adds read the weights from memory themselves, "
            + "without a load before them; exit code 1 when they do not.";
        var command = new Command("disassembly", says);
        command.SetAction(_ => FoldedLoads.Check(Console.Out) ? 0 : 1);
        return command;
    }

    public static Command Loop()
    {
        var command = new Command("loop") { Hidden = true };
        command.SetAction(_ => FoldedLoads.RunLoop());
        return command;
    }
}
