using System.CommandLine;

namespace Subquad.Perf.Reports;

/// <summary>
/// <c>compare --json NEW [--against FILE | --history FOLDER] [--band 0.25]</c>: whether a new measurement is slower than the earlier one of
/// this kind of machine. Exit code 1 says so.
/// </summary>
static class CompareCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = new("--json") { Description = "The new results, as a run wrote them.", Required = true };
        Option<FileInfo?> against = new("--against")
        {
            Description = "The earlier results. Default: the file of the same name that is published for this processor.",
        };
        Option<DirectoryInfo?> history = new("--history")
        {
            Description =
                "Earlier results, a folder per processor: this one's are compared before published ones, "
                + "and the new results take their place unless a row is slower.",
        };
        Option<double> band = new("--band")
        {
            Description = "How much slower a row may be, as a share: 0.25 is a quarter.",
            DefaultValueFactory = _ => 0.25,
        };
        band.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not > 0)
                result.AddError("--band takes a number above 0");
        });
        const string says = "Compares new results with earlier ones, row by row; exit code 1 when a row is slower by more than the band.";
        var command = new Command("compare", says) { json, against, history, band };
        command.Validators.Add(result =>
        {
            if (result.GetResult(against) is not null && result.GetResult(history) is not null)
                result.AddError("--against and --history exclude each other");
        });
        command.SetAction(parsed => new Comparing
        {
            Against = parsed.GetValue(against),
            History = parsed.GetValue(history),
            Band = parsed.GetValue(band),
            Annotates = Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true",
        }.Run(parsed.GetValue(json)!, Console.Out));
        return command;
    }
}
