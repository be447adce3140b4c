namespace Subquad.Architecture.Tests;

/// <summary>A folder, its namespace, and the folders whose types it may name besides its own and those that they may name.</summary>
internal sealed record ImportRow(string Folder, string Namespace, params string[] MayImport);

/// <summary>The houses' floors: arrows point down only. A new folder is a new row here.</summary>
internal static class ImportTable
{
    /// <summary>Stands for every row of src/Simd.</summary>
    public const string AllOfSimd = "Simd/*";

    /// <summary>Stands for every row of src/Managed.</summary>
    public const string AllOfManaged = "Managed/*";

    /// <summary>Checks of our own assumptions and of arguments: they compute nothing, so naming them draws no arrow.</summary>
    public static readonly string[] Assertions = ["Contract", "Expect"];

    public static readonly ImportRow[] Rows =
    [
        //  folder                 namespace                    may import (and what that row may import)
        new("Simd",                "Subquad.Simd"),
        new("Simd/Lanes",          "Subquad.Simd.Lanes"),
        new("Simd/Memory",         "Subquad.Simd.Memory"),
        new("Simd/Kernels",        "Subquad.Simd.Kernels",      "Simd/Lanes", "Simd/Memory"),
        new("Simd/Verbs",          "Subquad.Simd",              "Simd", "Simd/Memory"),
        new("Simd/Interop",        "Subquad.Simd.Interop",      "Simd/Verbs"),
        new("Simd/Threading",      "Subquad.Simd.Threading",    "Simd/Verbs"),
        new("Simd/Search",         "Subquad.Simd.Search",       "Simd/Threading"),
        new("Simd/Dispatch",       "Subquad.Simd.Dispatch",     AllOfSimd),

        new("Managed/Options",     "Subquad"),
        new("Managed/Data",        "Subquad.Data",              AllOfSimd, "Managed/Options"),
        new("Managed/Losses",      "Subquad.Losses",            "Managed/Data"),
        new("Managed/Weights",     "Subquad.Weights",           AllOfSimd),
        new("Managed/Layers",      "Subquad.Layers",            "Managed/Weights"),
        new("Managed/Activity",    "Subquad.Activity",          "Managed/Layers", "Managed/Data"),
        new("Managed/Engine",      "Subquad.Engine",            "Managed/Activity", "Managed/Losses"),
        new("Managed/Solvers",     "Subquad.Solvers",           AllOfSimd, "Managed/Data"),
        new("Managed/Evaluation",  "Subquad.Evaluation",        "Managed/Engine"),
        new("Managed/Optimizers",  "Subquad.Optimizers",        "Managed/Engine"),
        new("Managed/Optimizers/GaussNewton", "Subquad.Optimizers.GaussNewton", "Managed/Optimizers", "Managed/Solvers"),
        new("Managed/Training",    "Subquad.Training",          "Managed/Optimizers", "Managed/Evaluation"),
        new("Managed/Online",      "Subquad.Online",            "Managed/Engine", "Managed/Solvers"),
        new("Managed/Models",      "Subquad.Models",            "Managed/Layers", "Managed/Data"),
        new("Managed/Formats",     "Subquad.Formats",           "Managed/Models"),
        new("Managed",             "Subquad",                   AllOfManaged),

        new("Embedding",           "Subquad.Embedding",         "Managed"),

        new("Cli/Options",         "Subquad.Cli",               "Managed"),
        new("Cli/Output",          "Subquad.Cli",               "Cli/Options"),
        new("Cli/Data",            "Subquad.Cli",               "Cli/Output"),
        new("Cli/Train",           "Subquad.Cli",               "Cli/Data"),
        new("Cli/Commands",        "Subquad.Cli",               "Cli/Data"),
        new("Cli",                 "Subquad.Cli",               "Cli/Train", "Cli/Commands"),
    ];

    /// <summary>The folders that a folder may name, itself included.</summary>
    public static HashSet<string> Reach(IReadOnlyList<ImportRow> rows, string folder)
    {
        var reached = new HashSet<string>();
        var waiting = new Queue<string>([folder]);
        while (waiting.TryDequeue(out string? next))
        {
            if (next.EndsWith("/*", StringComparison.Ordinal))
            {
                string house = next[..^2];
                foreach (ImportRow row in rows.Where(row => (row.Folder + "/").StartsWith(house + "/", StringComparison.Ordinal)))
                    waiting.Enqueue(row.Folder);
                continue;
            }
            if (reached.Add(next))
                foreach (string import in rows.Single(row => row.Folder == next).MayImport)
                    waiting.Enqueue(import);
        }
        return reached;
    }
}
