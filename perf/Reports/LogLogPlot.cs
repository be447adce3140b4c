using System.Globalization;
using System.Text;

namespace Subquad.Perf.Reports;

/// <summary>
/// Panels of curves over logarithmic axes as SVG: measured points, and the fitted power law as a line through them. Text stays text, so the
/// file is small and a change of it can be read.
/// </summary>
sealed class LogLogPlot(string title, string horizontal, string vertical)
{
    const int PanelWidth = 470, Height = 480, Left = 78, Right = 18, Top = 62, Bottom = 138;
    static readonly string[] s_colours = ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#b9770e"];

    readonly List<(string Title, List<Series> Series)> _panels = [];

    /// <summary>One curve.</summary>
    /// <param name="Name">For the legend.</param>
    /// <param name="Points">At least one; all positive.</param>
    /// <param name="Slope">The exponent of the fitted line; NaN without one.</param>
    public readonly record struct Series(string Name, (double X, double Y)[] Points, double Slope);

    public void Add(string panel, IEnumerable<Series> series) => _panels.Add((panel, [.. series.Where(one => one.Points.Length > 0)]));

    public override string ToString()
    {
        _panels.RemoveAll(panel => panel.Series.Count == 0);
        var svg = new StringBuilder();
        int width = PanelWidth * Math.Max(1, _panels.Count);
        svg.Append(
            Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{Height}\" viewBox=\"0 0 {width} {Height}\" "))
            .Append("font-family=\"Helvetica, Arial, DejaVu Sans, sans-serif\" font-size=\"13\" fill=\"#222\">\n")
            .Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        Text(svg, width / 2.0, 24, title, "middle", "font-size=\"16\" font-weight=\"bold\"");
        if (_panels.Count == 0)
            return svg.Append("</svg>\n").ToString();

        // All panels share their axes, so that they can be compared.
        (double X, double Y)[] all = [.. _panels.SelectMany(panel => panel.Series).SelectMany(series => series.Points)];
        double low = Math.Floor(Math.Log10(all.Min(point => point.Y))), high = Math.Ceiling(Math.Log10(all.Max(point => point.Y)) + 1e-9);
        double[] widths = [.. all.Select(point => point.X).Distinct().Order()];
        double margin = Math.Pow(2, 0.25), least = Math.Log(widths[0] / margin), most = Math.Log(widths[^1] * margin);
        for (int i = 0; i < _panels.Count; i++)
        {
            double left = i * PanelWidth + Left, right = (i + 1) * PanelWidth - Right, bottom = Height - Bottom;
            Panel(svg, _panels[i], widths, low, high, i * PanelWidth, X, Y);

            double X(double x) => left + (Math.Log(x) - least) / (most - least) * (right - left);

            double Y(double y) => bottom - (Math.Log10(y) - low) / (high - low) * (bottom - Top);
        }
        return svg.Append("</svg>\n").ToString();
    }

    void Panel(
        StringBuilder svg, (string Title, List<Series> Series) panel, double[] widths, double low, double high, int from,
        Func<double, double> x, Func<double, double> y)
    {
        double left = from + Left, right = from + PanelWidth - Right, bottom = Height - Bottom;
        Text(svg, (left + right) / 2, Top - 12, panel.Title, "middle", "font-weight=\"bold\"");
        for (double decade = low; decade <= high; decade++)
        {
            double value = Math.Pow(10, decade);
            Line(svg, left, y(value), right, y(value), "#bbb", 1);
            Text(svg, left - 8, y(value) + 4.5, value.ToString("#,0.######", CultureInfo.InvariantCulture), "end");
            for (int part = 2; part < 10 && decade < high; part++)
                Line(svg, left, y(part * value), right, y(part * value), "#eee", 1);
        }
        foreach (double width in widths)
        {
            Line(svg, x(width), Top, x(width), bottom, "#ddd", 1);
            Text(svg, x(width), bottom + 19, width.ToString("#,0", CultureInfo.InvariantCulture), "middle");
        }
        svg.Append(
            Invariant(
            $"<rect x=\"{left}\" y=\"{Top}\" width=\"{right - left}\" height=\"{bottom - Top}\" fill=\"none\" stroke=\"#444\"/>\n"));
        Text(svg, (left + right) / 2, bottom + 40, horizontal, "middle");
        double middle = (Top + bottom) / 2;
        Text(svg, from + 18, middle, vertical, "middle", Invariant($"transform=\"rotate(-90 {from + 18} {middle})\""));
        for (int i = 0; i < panel.Series.Count; i++)
            Curve(svg, panel.Series[i], s_colours[i % s_colours.Length], left + 4, bottom + 64 + 19 * i, x, y);
    }

    static void Curve(
        StringBuilder svg, Series series, string colour, double legendLeft, double legendTop, Func<double, double> x,
        Func<double, double> y)
    {
        if (double.IsFinite(series.Slope))
        {
            // The fitted line passes through the centre of the logarithms.
            double centre = series.Points.Average(point => Math.Log(point.X)), level = series.Points.Average(point => Math.Log(point.Y));
            double from = series.Points.Min(point => point.X), to = series.Points.Max(point => point.X);
            Line(svg, x(from), y(Fitted(from)), x(to), y(Fitted(to)), colour, 2);

            double Fitted(double at) => Math.Exp(level + series.Slope * (Math.Log(at) - centre));
        }
        foreach ((double px, double py) in series.Points)
            Dot(svg, x(px), y(py), colour);
        Line(svg, legendLeft, legendTop - 4.5, legendLeft + 26, legendTop - 4.5, colour, 2);
        Dot(svg, legendLeft + 13, legendTop - 4.5, colour);
        Text(
            svg, legendLeft + 34, legendTop,
            double.IsFinite(series.Slope) ? series.Name + Invariant($", slope {series.Slope:0.00}") : series.Name, "start");
    }

    static void Line(StringBuilder svg, double fromX, double fromY, double toX, double toY, string colour, double width) =>
        svg.Append(Invariant($"<line x1=\"{fromX:0.#}\" y1=\"{fromY:0.#}\" x2=\"{toX:0.#}\" y2=\"{toY:0.#}\" "))
            .Append(Invariant($"stroke=\"{colour}\" stroke-width=\"{width}\"/>\n"));

    static void Dot(StringBuilder svg, double x, double y, string colour) =>
        svg.Append(Invariant($"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"4\" fill=\"{colour}\"/>\n"));

    static void Text(StringBuilder svg, double x, double y, string text, string anchor, string more = "") =>
        svg.Append(Invariant($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" {more}>"))
            .Append(System.Security.SecurityElement.Escape(text)).Append("</text>\n");

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
