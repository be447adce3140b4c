using System.CommandLine;

namespace Subquad.Perf.Reports;

/// <summary><c>compare --json NEW [--against FILE] [--band 0.25]</c>: whether a new measurement is slower than the published one of this kind of machine. Exit code 1 says so.</summary>
static class CompareCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = new("--json") { Description = "The new results, as a run wrote them.", Required = true };
        Option<FileInfo?> against = new("--against") { Description = "The earlier results. Default: the file of the same name that is published for this processor." };
        Option<double> band = new("--band") { Description = "How much slower a row may be, as a share: 0.25 is a quarter.", DefaultValueFactory = _ => 0.25 };
        band.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not > 0)
                result.AddError("--band takes a number above 0");
        });
        var command = new Command("compare", "Compares new results with earlier ones, row by row; exit code 1 when a row is slower by more than the band.") { json, against, band };
        command.SetAction(parsed => Run(parsed.GetValue(json)!, parsed.GetValue(against), parsed.GetValue(band), Console.Out));
        return command;
    }

    public static int Run(FileInfo json, FileInfo? against, double band, TextWriter output)
    {
        FileInfo? earlier = against ?? Report.Published(Path.GetFileNameWithoutExtension(json.Name));
        // No fault of the code: this kind of machine was never measured.
        if (against is null && earlier is not { Exists: true })
        {
            output.WriteLine($"notice: nothing to compare with, no {earlier?.FullName ?? "published results"}; check the new file in there if this kind of machine is to be watched");
            return 0;
        }
        var comparison = new Comparison(band);
        comparison.Add(Read(earlier!), Read(json));
        output.WriteLine($"{json.FullName} against {earlier!.FullName}\n\n{comparison}");
        if (comparison.Matched == 0)
            output.WriteLine("no row of one is in the other: nothing was compared");
        return comparison.Slower > 0 || comparison.Matched == 0 ? 1 : 0;
    }

    static List<Row> Read(FileInfo file) => Json.Read(File.ReadAllText(file.FullName));
}
