using System.CommandLine;
using Subquad.Perf.EndToEnd.Scaling;
using Subquad.Perf.Reports.Turns;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Turns;

/// <summary><c>trainings</c>.</summary>
static class TrainingsCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<DirectoryInfo> before = new("--before")
        {
            Description = "The old build: a folder to which perf/EndToEnd and src/Cli were published, or a checkout.",
            Required = true,
        };
        Option<DirectoryInfo> after = new("--after") { Description = "The new build, likewise.", Required = true };
        Option<DirectoryInfo> control = new("--control")
        {
            Description = "A second build of the old source. Default: the folder of --before.",
        };
        Option<int[]> widths = List("--m", "Widths of the three hidden layers.", 4_096, 8_192, 16_384);
        Option<int[]> batches = List("--n", "Data.", 64);
        Option<int> steps = Positive("--steps", "Steps of a training; those after the first are compared.", 6);
        Option<int> threads = Positive("--threads", "Workers.", Environment.ProcessorCount);
        Option<int> rounds = Positive("--rounds", "Rounds: each starts every build once.", 6);
        const string says =
            "Compares trainings of two builds by turns, and `train` on the sample, beside a second build of the old source (A/A).";
        var command = new Command("trainings", says) { json, before, after, control, widths, batches, steps, threads, rounds };
        command.SetAction(parsed =>
        {
            DirectoryInfo[] folders =
                [parsed.GetValue(before)!, parsed.GetValue(after)!, parsed.GetValue(control) ?? parsed.GetValue(before)!];
            PublishedProgram[] programs = [.. folders.Select(folder => new PublishedProgram(folder, "EndToEnd"))];
            PublishedProgram[] commands = [.. folders.Select(folder => new PublishedProgram(folder, PublishedProgram.Command))];
            try
            {
                new TrainingsRun
                {
                    Programs = programs,
                    Commands = commands,
                    Cases =
                    [
                        .. from width in parsed.GetValue(widths)!
                           from batch in parsed.GetValue(batches)!
                           from trainFrom in (int[])[1, ScalingCase.Layers]
                           select new ScalingCase(
                               width, batch, Outputs: 1, trainFrom, parsed.GetValue(steps), Repeats: 1, parsed.GetValue(threads),
                               ActivityStrategy.Certified),
                    ],
                    Rounds = parsed.GetValue(rounds),
                }.Run().Save(
                    parsed.GetValue(json)!, standard: AreDefaults(parsed, widths, batches, steps, threads, rounds));
            }
            finally
            {
                foreach (PublishedProgram program in programs.Concat(commands))
                    program.Dispose();
            }
        });
        return command;
    }
}
