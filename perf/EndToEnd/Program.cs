using System.CommandLine;
using System.CommandLine.Parsing;
using Subquad.Perf.EndToEnd.BFloat16;
using Subquad.Perf.EndToEnd.Contraction;
using Subquad.Perf.EndToEnd.Fashion;
using Subquad.Perf.EndToEnd.Kernels;
using Subquad.Perf.EndToEnd.Online;
using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.EndToEnd.Predict;
using Subquad.Perf.EndToEnd.Scaling;
using Subquad.Perf.EndToEnd.Search;
using Subquad.Perf.EndToEnd.Solvers;
using Subquad.Perf.EndToEnd.Startup;
using Subquad.Perf.EndToEnd.Strategies;
using Subquad.Perf.EndToEnd.Tables;
using Subquad.Perf.EndToEnd.ToLoss;
using Subquad.Perf.EndToEnd.Train;
using Subquad.Perf.EndToEnd.Turns;
using Subquad.Perf.Reports;

const string says =
    "Measures Subquad end to end, beside dense libraries. Each run writes an array of flat JSON objects and a page of tables.";
var root = new RootCommand(says)
{
    KernelsCommand.Create(),
    ContractionCommand.Create(),
    FashionCommand.Create(),
    PredictCommand.Create(),
    LearnCommand.Create(),
    IntervalsCommand.Create(),
    TrainCommand.Create(),
    ScalingCommand.Create(),
    SearchCommand.Create(),
    StrategiesCommand.Create(),
    ToLossCommand.Create(),
    SolversCommand.Create(),
    TablesCommand.Create(),
    BFloat16Command.Create(),
    StartupCommand.Create(),
    TurnsCommand.Create(),
    TrainingsCommand.Create(),
    ServeCommand.Create(),
    CompareCommand.Create(),
    ReadmeCommand.Create(),
    PeerCommand.Create([
        .. KernelsCommand.Work, .. FashionCommand.Work, .. ScalingCommand.Work, .. SearchCommand.Work, .. ToLossCommand.Work,
        .. TablesWork.All]),
};
ParseResult parsed = root.Parse(args);
foreach (ParseError error in parsed.Errors)
    Console.Error.WriteLine(error.Message);
if (parsed.Errors.Count > 0)
    return 2;
try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception exception) when (exception
    is ArgumentException or IOException or UnauthorizedAccessException or InvalidOperationException or InvalidDataException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
