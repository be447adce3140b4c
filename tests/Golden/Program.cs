using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;

namespace Subquad.Golden;

/// <summary>The golden runs on every kernel set, as a program: NUnit's runner cannot be compiled ahead of time.</summary>
internal static class Program
{
    private const string Usage = """
        usage: Golden [KERNELS]    runs on every kernel set that there is; KERNELS, such as simd512, must be the best managed one,
                                  and the C core be there
               Golden write FILE   writes the numbers of the scalar kernels
        """;

    private static int s_succeeded, s_failed, s_skipped;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["write", string path]:
                KernelSet scalar = KernelSets.ByName("scalar");
                GoldenFile.Write(
                    path, GoldenRun.All.Select(run => (run.Name, new GoldenNumbers(run.Losses(scalar, threads: 1), run.Layers(scalar)))));
                return 0;
            case []:
                break;
            case [string kernels] when kernels != "write" && !kernels.StartsWith('-'):
                Count("the machine", MachineDifference(kernels));
                break;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
        foreach (KernelSet kernels in KernelSets.Available)
            foreach (GoldenRun run in GoldenRun.All)
                try
                {
                    Compare(kernels, run);
                }
                catch (InvalidOperationException early)
                {
                    Count($"{kernels.Name} {run}", early.Message);
                }
        // As test runs print it.
        Console.WriteLine(
            $"  total: {s_succeeded + s_failed + s_skipped}\n  failed: {s_failed}\n  succeeded: {s_succeeded}\n  skipped: {s_skipped}");
        return s_failed == 0 ? 0 : 1;
    }

    private static void Compare(KernelSet kernels, GoldenRun run)
    {
        GoldenNumbers golden = GoldenFile.Read(run.Name);
        double[] losses = run.Losses(kernels, threads: 1);
        Count($"{kernels.Name} {run}: losses", golden.Difference(losses));
        Count($"{kernels.Name} {run}: losses on two threads", run.Losses(kernels, threads: 2).AsSpan().SequenceEqual(losses) ? null
            : "other bits than on one");
        if (kernels.IsFused)
        {
            Count($"{kernels.Name} {run}: active sets", golden.Difference(run.Layers(kernels)));
            return;
        }
        s_skipped++;
        Console.WriteLine($"skipped {kernels.Name} {run}: active sets (the set rounds products)");
    }

    private static void Count(string test, string? difference)
    {
        if (difference is null)
            s_succeeded++;
        else
            s_failed++;
        Console.WriteLine(difference is null ? $"passed {test}" : $"failed {test}: {difference}");
    }

    private static string? MachineDifference(string expected)
    {
        string best = KernelSets.Available.First(set => !set.Name.Contains("native", StringComparison.Ordinal)).Name;
        if (best != expected)
            return $"{expected} expected to be the best managed set, {best} found";
        return NativeCore.IsPresent ? null : NativeCore.Describe();
    }
}
