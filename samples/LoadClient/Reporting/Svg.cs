using System.Globalization;
using System.Text;

namespace Realtime.LoadClient.Reporting;

/// <summary>Draws a line chart as inline SVG, whose colours are the page's: good on light and dark alike.</summary>
internal sealed class Svg
{
    private const double Width = 640;
    private const double Height = 240;
    private const double Left = 56;
    private const double Right = 24;
    private const double Top = 12;
    private const double Bottom = 34;

    private readonly StringBuilder _text = new();
    private readonly (double From, double To) _x;
    private readonly double _top;
    private readonly bool _isLogarithmic;
    private readonly double _least;

    /// <summary>Begins a chart.</summary>
    /// <param name="title">What it shows, for those who cannot see it.</param>
    /// <param name="x">What the horizontal axis spans.</param>
    /// <param name="values">Everything that will be drawn, so that it fits.</param>
    /// <param name="isLogarithmic">Whether a step up multiplies: for latencies, which span powers of ten.</param>
    public Svg(string title, (double From, double To) x, IEnumerable<double> values, bool isLogarithmic = false)
    {
        var all = values.ToArray();
        _x = x.To > x.From ? x : (x.From, x.From + 1);
        _isLogarithmic = isLogarithmic;
        var most = all.DefaultIfEmpty().Max();
        _least = isLogarithmic ? Math.Pow(10, Math.Floor(Math.Log10(Math.Max(0.001, all.Where(static value => value > 0).DefaultIfEmpty(0.1).Min())))) : 0;
        _top = isLogarithmic ? Math.Max(_least * 10, Math.Pow(10, Math.Ceiling(Math.Log10(Math.Max(most, 0.001))))) : RoundUp(most);
        _text.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{HtmlReport.Encode(title)}\">");
        DrawRows();
    }

    /// <summary>Marks the horizontal axis.</summary>
    public Svg Mark(IEnumerable<(double X, string Label)> marks)
    {
        foreach (var (x, label) in marks)
        {
            var at = X(x);
            _text.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{at:0.#}\" y1=\"{Top}\" x2=\"{at:0.#}\" y2=\"{Height - Bottom}\"/><text x=\"{at:0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{HtmlReport.Encode(label)}</text>");
        }
        return this;
    }

    /// <summary>Draws a line; its class gives it its colour.</summary>
    public Svg Line(string style, IEnumerable<(double X, double Y)> points, bool isFilled = false)
    {
        var path = string.Join(' ', points.Select((point, index) => string.Create(CultureInfo.InvariantCulture, $"{(index == 0 ? 'M' : 'L')}{X(point.X):0.#} {Y(point.Y):0.#}")));
        if (path.Length == 0)
        {
            return this;
        }
        if (isFilled)
        {
            var all = points.ToArray();
            _text.Append(CultureInfo.InvariantCulture, $"<path class=\"area {style}\" d=\"{path} L{X(all[^1].X):0.#} {Height - Bottom} L{X(all[0].X):0.#} {Height - Bottom} Z\"/>");
        }
        _text.Append(CultureInfo.InvariantCulture, $"<path class=\"line {style}\" d=\"{path}\"/>");
        return this;
    }

    public override string ToString() => $"{_text}</svg>";

    private double X(double value) => Left + ((Width - Left - Right) * (value - _x.From) / (_x.To - _x.From));

    private double Y(double value)
    {
        var share = _isLogarithmic ? Math.Log10(Math.Max(value, _least) / _least) / Math.Log10(_top / _least) : value / _top;
        return Height - Bottom - ((Height - Top - Bottom) * Math.Clamp(share, 0, 1));
    }

    private void DrawRows()
    {
        var rows = _isLogarithmic
            ? Enumerable.Range(0, (int)Math.Round(Math.Log10(_top / _least)) + 1).Select(power => _least * Math.Pow(10, power))
            : Enumerable.Range(0, 5).Select(row => _top * row / 4);
        foreach (var value in rows)
        {
            var y = Y(value);
            _text.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" y1=\"{y:0.#}\" x2=\"{Width - Right}\" y2=\"{y:0.#}\"/><text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Short(value)}</text>");
        }
    }

    private static string Short(double value) => value switch
    {
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1_000_000:0.##}M"),
        >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1_000:0.#}k"),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };

    /// <summary>The next of 1, 2, 4, 5, 8, 10 times a power of ten: four even rows below it.</summary>
    private static double RoundUp(double value)
    {
        if (value <= 0)
        {
            return 1;
        }
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * ((double[])[1, 2, 4, 5, 8, 10]).First(step => value <= step * power * 1.0000001);
    }
}
