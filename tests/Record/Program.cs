using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Record;

/// <summary>Compares the bits of small runs with the record, or writes it.</summary>
internal static class Program
{
    private const int Threads = 3;

    private const string Folder = "tests/Record/record";

    private const string Usage = $"""
        usage: Record [compare] [--only NAME]     compares the runs of this machine's kernel sets with the record; NAME is a set or a run
               Record write FOLDER [--only SET]   writes the sections of this machine's kernel sets; the source is {Folder}
        """;

    private static int s_succeeded, s_failed, s_skipped;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case [] or ["compare"]:
                return Compare(null);
            case ["--only", string only]:
                return Compare(only);
            case ["compare", "--only", string only]:
                return Compare(only);
            case ["write", string folder] when !folder.StartsWith('-'):
                return Write(folder, null);
            case ["write", string folder, "--only", string only] when !folder.StartsWith('-'):
                return Write(folder, only);
            default:
                return Refuse($"expected one of the commands below, found '{string.Join(' ', args)}'");
        }
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine($"{message}\n{Usage}");
        return 2;
    }

    private static int Write(string folder, string? only)
    {
        KernelSet[] sets = [.. KernelSets.Available.Where(set => RecordStore.HasOwnSection(set) && IsWanted(set.Name, only))];
        if (sets.Length == 0)
            return Refuse($"expected a kernel set of this machine that has a section, found '{only}'");
        foreach (KernelSet kernels in sets)
        {
            string text = RecordFormat.Write(RecordedRun.All.Select(run => (run.Name, run.Compute(kernels, threads: 1))));
            Console.WriteLine($"wrote {RecordStore.Write(folder, RecordStore.SectionOf(kernels), text)}");
        }
        foreach (string section in RecordStore.AllSections.Except(sets.Select(RecordStore.SectionOf)))
            Console.WriteLine($"left {section} as it was");
        return 0;
    }

    private static int Compare(string? only)
    {
        string[] runs = [.. RecordedRun.All.Select(run => run.Name)];
        IEnumerable<string> absent = RecordStore.AllSections.Except(KernelSets.Available.Select(RecordStore.SectionOf));
        bool isRun = runs.Contains(only);
        if (only is not null && !isRun && KernelSets.Available.All(set => set.Name != only) && !absent.Contains(only))
            return Refuse($"expected a kernel set or a run, found '{only}'; the runs are {string.Join(", ", runs)}");
        string? set = isRun ? null : only, run = isRun ? only : null;
        foreach (KernelSet kernels in KernelSets.Available.Where(kernels => IsWanted(kernels.Name, set)))
            Compare(kernels, run);
        foreach (string section in absent.Where(section => IsWanted(section, set)))
            Skip(section, RecordStore.Read(section) is null
                ? $"this machine does not have it, and there is no section; where it is, '{WriteCommand(section)}' adds it"
                : "this machine does not have it");
        // As test runs print it.
        Console.WriteLine($"  total: {s_succeeded + s_failed + s_skipped}\n  failed: {s_failed}");
        Console.WriteLine($"  succeeded: {s_succeeded}\n  skipped: {s_skipped}");
        return s_failed == 0 ? 0 : 1;
    }

    private static bool IsWanted(string name, string? only) => only is null || only == name;

    private static void Compare(KernelSet kernels, string? only)
    {
        string section = RecordStore.SectionOf(kernels);
        if (RecordStore.Obstacle(kernels) is { } obstacle)
        {
            Skip(kernels.Name, obstacle);
            return;
        }
        if (RecordStore.Read(section) is not { } text)
        {
            Skip(kernels.Name, $"the record has no section {section}; '{WriteCommand(section)}' adds it");
            return;
        }
        IReadOnlyDictionary<string, IReadOnlyList<RecordField>> recorded = RecordFormat.Read(text);
        foreach (RecordedRun run in RecordedRun.All.Where(run => IsWanted(run.Name, only)))
            try
            {
                Compare(kernels, run, recorded.GetValueOrDefault(run.Name));
            }
            catch (Exception fault)
            {
                Count($"{kernels.Name} {run}", fault.Message);
            }
        foreach (string run in recorded.Keys.Except(RecordedRun.All.Select(run => run.Name)))
            Count($"{kernels.Name} {run}", "the record holds it, but the program has no such run");
    }

    private static void Compare(KernelSet kernels, RecordedRun run, IReadOnlyList<RecordField>? expected)
    {
        string test = $"{kernels.Name} {run}";
        IReadOnlyList<RecordField> found = run.Compute(kernels, threads: 1);
        Count($"{test} on {Threads} threads as on one", RecordFormat.Difference(found, run.Compute(kernels, Threads)));
        if (expected is null)
            Count(test, $"the record does not hold it; '{WriteCommand(RecordStore.SectionOf(kernels))}' adds it");
        else if (RecordFormat.HasOtherSines(expected, found))
            Skip(test, "the sines of this C library are not those of the one that the record was written with");
        else
            Count(test, RecordFormat.Difference(expected, found));
    }

    private static string WriteCommand(string section) =>
        $"dotnet run -c Release --project tests/Record -- write {Folder} --only {RecordStore.SetOf(section)}";

    private static void Count(string test, string? difference)
    {
        if (difference is null)
            s_succeeded++;
        else
            s_failed++;
        Console.WriteLine(difference is null ? $"passed {test}" : $"failed {test}: {difference}");
    }

    private static void Skip(string test, string reason)
    {
        s_skipped++;
        Console.WriteLine($"skipped {test} ({reason})");
    }
}
