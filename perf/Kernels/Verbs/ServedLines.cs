using System.Globalization;
using Subquad.Perf.Reports;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary>The published ratios as lines of the table that says which verbs the C core serves: so that no number there is typed.</summary>
static class ServedLines
{
    public static void Print(TextWriter output)
    {
        FileInfo published = Report.Published("verbs") is { Exists: true } file ? file : throw new InvalidOperationException("there are no published results of the verbs run for this processor: run verbs first");
        List<Row> rows = [.. Json.Read(File.ReadAllText(published.FullName)).Where(row => row.Text("kind") == "verb")];
        foreach (string verb in rows.Select(row => row.Text("name")!).Distinct())
            output.WriteLine($"        new(\"{Processor.Family}\", CoreVerbs.{verb}, {Ratio(verb, "native-avx512")}, {Ratio(verb, "native-avx2")}),");

        string Ratio(string verb, string kernels) =>
            rows.Find(row => row.Text("name") == verb && row.Text("kernels") == kernels)?.Number("managed_ratio") is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "0";
    }
}
