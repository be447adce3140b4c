using System.Globalization;
using Subquad.Perf.Reports;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary>The published ratios as lines of the table that says which verbs the C core serves: so that no number there is typed.</summary>
static class ServedLines
{
    /// <summary>Returns the exit code.</summary>
    public static int Print(TextWriter output, TextWriter error)
    {
        if (Processor.Family.Length == 0)
        {
            error.WriteLine("the table tells processors apart by CPUID, which this architecture does not have: it serves no verb here");
            return 1;
        }
        if (Report.Published("verbs") is not { Exists: true } published)
        {
            error.WriteLine("there are no published results of the verbs run for this processor: run verbs first");
            return 1;
        }
        List<Row> rows = [.. Json.Read(File.ReadAllText(published.FullName)).Where(row => row.Text("kind") == "verb")];
        foreach (string verb in rows.Select(row => row.Text("name")!).Distinct())
            output.WriteLine(
                $"        new(\"{Processor.Family}\", NativeVerb.{verb}, {Ratio(verb, "native-avx512")}, {Ratio(verb, "native-avx2")}),");
        return 0;

        // A verb of several sizes is judged by their geometric mean. A set that the processor lacks was not measured and serves nothing.
        string Ratio(string verb, string kernels)
        {
            double[] ratios = [.. rows.Where(row => row.Text("name") == verb && row.Text("kernels") == kernels)
                .Select(row => row.Number("managed_ratio")).OfType<double>()];
            return ratios.Length == 0 ? "0" : Math.Exp(ratios.Average(Math.Log)).ToString("0.00", CultureInfo.InvariantCulture);
        }
    }
}
