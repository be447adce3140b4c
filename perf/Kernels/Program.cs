using System.CommandLine;
using Subquad.Perf.Kernels.Bench;
using Subquad.Perf.Kernels.Disassembly;
using Subquad.Perf.Kernels.Turns;
using Subquad.Perf.Kernels.Verbs;
using Subquad.Perf.Reports;

return new RootCommand("Measures kernels one by one.")
{
    VerbsCommand.Create(),
    TurnsCommands.Turns(),
    TurnsCommands.Watch(),
    VerbsCommand.Served(),
    DisassemblyCommand.Create(),
    BenchCommand.Create(),
    CompareCommand.Create(),
    DisassemblyCommand.Loop(),
    TurnsCommands.Serve(),
}.Parse(args).Invoke();
