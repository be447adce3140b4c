using System.Text;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Subquad.Cli;

/// <summary>Draws the training loss (log scale, left) and the metrics (right) over the steps.</summary>
internal static class LearningCurve
{
    private const int Width = 900, Height = 560;

    /// <summary>Refuses a path whose extension is no format of plots.</summary>
    public static string CheckFormat(string path) => Path.GetExtension(path).ToLowerInvariant() is ".png" or ".svg"
        ? path
        : throw new UsageException($"--plot: expected a name that ends in .png or .svg, found '{path}'");

    /// <summary>Draws to a file, or elsewhere when that cannot be written.</summary>
    /// <returns>The file; null when nothing could be written.</returns>
    public static string? Write(string path, TextWriter error, IReadOnlyList<StepReport> steps, TaskKind task)
    {
        using Plot plot = Draw(steps, task);
        bool vector = Path.GetExtension(path).Equals(".svg", StringComparison.OrdinalIgnoreCase);
        byte[] bytes = vector ? Encoding.UTF8.GetBytes(plot.GetSvgXml(Width, Height)) : plot.GetImageBytes(Width, Height, ImageFormat.Png);
        return OutputFiles.WriteSomewhere(path, error, file => file.Write(bytes));
    }

    private static Plot Draw(IReadOnlyList<StepReport> steps, TaskKind task)
    {
        var plot = new Plot();
        // A dropped step leaves the loss as it was; its metrics are those before it too.
        StepReport[] shown = [.. steps.Where(step => double.IsFinite(step.Loss) && step.Loss > 0)];
        bool isShare = Words.MetricIsShare(task);
        string metric = Words.MetricName(task);
        double scale = isShare ? 100 : 1;
        double[] at = [.. shown.Select(step => (double)step.Step)];
        Line(plot, at, [.. shown.Select(step => Math.Log10(step.Loss))], "training loss", Colors.C0);
        Line(plot, at, [.. shown.Select(step => scale * step.TrainMetric)], $"training {metric} (right)", Colors.C1, right: true);
        StepReport[] judged = [.. shown.Where(step => step.ValidationMetric is not null)];
        if (judged.Length > 0)
            Line(plot, [.. judged.Select(step => (double)step.Step)], [.. judged.Select(step => scale * step.ValidationMetric!.Value)],
                $"validation {metric} (right)", Colors.C2, right: true);

        plot.Axes.Left.TickGenerator = new NumericManual([.. LossTicks(shown)]);
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
        plot.XLabel("step");
        plot.YLabel("training loss (log scale)");
        plot.Axes.Right.Label.Text = isShare ? $"{metric} (%)" : metric;
        plot.ShowLegend(Edge.Bottom);
        return plot;
    }

    // 1, 2 and 5 of every decade that the loss crosses: automatic ticks fall on powers like 10^-1.7.
    private static IEnumerable<Tick> LossTicks(StepReport[] shown)
    {
        if (shown.Length == 0)
            yield break;
        int low = (int)Math.Floor(Math.Log10(shown.Min(step => step.Loss))),
            high = (int)Math.Ceiling(Math.Log10(shown.Max(step => step.Loss)));
        for (int power = low; power <= high; power++)
            foreach (int digit in high - low > 4 ? [1] : new[] { 1, 2, 5 })
            {
                double loss = digit * Math.Pow(10, power);
                yield return new Tick(Math.Log10(loss), $"{loss:g2}", isMajor: true);
            }
    }

    private static void Line(Plot plot, double[] x, double[] y, string name, Color color, bool right = false)
    {
        ScottPlot.Plottables.Scatter line = plot.Add.Scatter(x, y, color);
        line.LegendText = name;
        line.LineWidth = 2;
        line.MarkerSize = 7;
        if (right)
            line.Axes.YAxis = plot.Axes.Right;
    }
}
