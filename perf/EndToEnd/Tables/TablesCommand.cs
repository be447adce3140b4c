using System.CommandLine;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary><c>tables</c>.</summary>
static class TablesCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<DirectoryInfo> data = new("--data")
        {
            Description = "Folder with the data sets. Default: the one that SUBQUAD_DATA names.",
            DefaultValueFactory = _ => ImageOptions.DefaultFolder.Parent!,
        };
        Option<string[]> sets = new("--set") { Description = "Only these sets.", AllowMultipleArgumentsPerToken = true };
        sets.AcceptOnlyFromAmong([.. TableSets.All.Select(set => set.Name)]);
        Option<string[]> trainers = new("--trainer") { Description = "Only these trainers.", AllowMultipleArgumentsPerToken = true };
        trainers.AcceptOnlyFromAmong(TablesWork.Trainers);
        Option<int> splits = Positive("--splits", "Splits of every set that the comparison with ridge is paired over.", 5);
        Option<bool> quick = new("--quick") { Description = "Small sets and one split only." };
        Option<bool> resume = new("--resume") { Description = "Keep the splits that the JSON file already holds." };
        Option<FileInfo?> program = new("--command") { Description = "The program subquad. Default: publish it from the sources." };
        const string says =
            "Trains the command with its defaults on every data set, beside ridge regression, LightGBM and published figures.";
        var command = new Command("tables", says) { json, data, sets, trainers, splits, quick, resume, program };
        command.SetAction(parsed =>
        {
            FileInfo file = parsed.GetValue(json)!;
            bool isQuick = parsed.GetValue(quick);
            string[] names = parsed.GetValue(sets) ?? [], chosen = parsed.GetValue(trainers) ?? [];
            new TablesRun
            {
                Json = file,
                Earlier = parsed.GetValue(resume) && file.Exists ? Json.Read(File.ReadAllText(file.FullName)) : [],
                Data = parsed.GetValue(data)!,
                Sets = [.. TableSets.All.Where(set => names.Length > 0 ? names.Contains(set.Name) : !isQuick || set.IsSmall)],
                Trainers = chosen.Length > 0 ? chosen : TablesWork.Trainers,
                Splits = isQuick ? 1 : parsed.GetValue(splits),
                Program = parsed.GetValue(program),
            }.Run().Save(file, standard: AreDefaults(parsed, sets, trainers, quick, program) && parsed.GetValue(splits) >= 5);
        });
        return command;
    }
}
