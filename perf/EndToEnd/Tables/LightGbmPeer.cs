using System.Diagnostics;
using Subquad.Data;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>LightGBM's side of a split.</summary>
static class LightGbmPeer
{
    public static Row Run(TableMetric metric, TableFiles files)
    {
        long start = Stopwatch.GetTimestamp();
        (TableRows train, TableRows test) = TableRows.Read(files);
        bool hasClasses = train.Examples.Kind == TargetKind.Classes;
        float[] labels = hasClasses ? Array.ConvertAll(train.Examples.Labels, label => (float)label) : train.Examples.Values;
        double seconds = 0;
        double[] scores = LightGbm.Run(
            train, labels, hasClasses ? train.Examples.OutputCount : 0, test,
            trained: () => seconds = Stopwatch.GetElapsedTime(start).TotalSeconds);
        return new Row
        {
            { "value", metric.Of(scores, test.Examples) },
            { "seconds", seconds },
            { "peak_bytes", Process.GetCurrentProcess().PeakWorkingSet64 },
            { "version", LightGbm.Version() },
        };
    }
}
