using System.CommandLine;
using Subquad.Perf.EndToEnd;
using Subquad.Perf.Reports;

var root = new RootCommand("Measures Subquad end to end, beside dense libraries. Each run writes an array of flat JSON objects and a page of tables.")
{
    Commands.Kernels(), Commands.Contraction(), Commands.Fashion(), Commands.Predict(), Commands.Train(), Commands.Scaling(), Commands.Search(), Commands.Strategies(),
    Commands.ToLoss(), Commands.Solvers(), Commands.BFloat16(), Commands.Startup(), Commands.Turns(), Commands.Serve(), CompareCommand.Create(), Commands.Readme(), Commands.Peer(),
};
ParseResult parsed = root.Parse(args);
foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
    Console.Error.WriteLine(error.Message);
if (parsed.Errors.Count > 0)
    return 2;
try
{
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException or InvalidOperationException or InvalidDataException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
