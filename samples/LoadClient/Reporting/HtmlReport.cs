using System.Globalization;
using System.Net;
using System.Text;

namespace Realtime.LoadClient.Reporting;

/// <summary>Writes a report as one page that needs nothing else: no script, no font, no picture from anywhere.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1c2128; --soft: #59636e; --ground: #f6f8fa; --card: #fff; --edge: #d8dee4; --a: #0969da; --b: #bc4c00; --c: #8250df; --good: #1a7f37; --bad: #cf222e; --warn: #9a6700 }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --ground: #0d1117; --card: #161b22; --edge: #30363d; --a: #58a6ff; --b: #f0883e; --c: #bc8cff; --good: #3fb950; --bad: #ff7b72; --warn: #d29922 } }
        * { box-sizing: border-box }
        body { margin: 0 auto; max-width: 68rem; padding: 1.25rem; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
        header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem }
        h1 { font-size: 1.4rem; margin: 0 }
        h2 { font-size: 1rem; margin: 0 0 .5rem }
        p { margin: .25rem 0 }
        .soft { color: var(--soft); overflow-wrap: anywhere }
        .verdict { padding: .1rem .7rem; border-radius: 1rem; color: var(--card); font-weight: 600 }
        .verdict.good { background: var(--good) } .verdict.bad { background: var(--bad) } .verdict.warn { background: var(--warn) }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .75rem; margin: 1rem 0 }
        .tile, section { background: var(--card); border: 1px solid var(--edge); border-radius: .6rem; padding: .75rem 1rem }
        .tile b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums }
        .tile span { color: var(--soft); font-size: .85rem }
        .tile.bad b { color: var(--bad) }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: .75rem }
        svg { display: block; width: 100%; height: auto }
        svg text { font-size: 12px; fill: var(--soft) }
        @media (max-width: 40rem) { svg text { font-size: 17px } }
        .grid { stroke: var(--edge); stroke-width: 1 }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round } .area { stroke: none; opacity: .12 }
        .a { stroke: var(--a) } .b { stroke: var(--b) } .c { stroke: var(--c) } .area.a { fill: var(--a) }
        .key { color: var(--soft); font-size: .85rem } .key i { display: inline-block; width: .9rem; height: .2rem; vertical-align: middle; margin: 0 .3rem 0 .8rem }
        .scroll { overflow-x: auto }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
        td, th { text-align: left; font-weight: normal; padding: .2rem 0; border-bottom: 1px solid var(--edge); vertical-align: top } tr:last-child > * { border: 0 }
        td { text-align: right; padding-left: 1rem; overflow-wrap: anywhere } th { color: var(--soft) }
        .warning { border-left: .25rem solid var(--warn); padding-left: .75rem; margin: .5rem 0 }
        """;

    public static string Write(LoadReport report)
    {
        var (messages, latency, plan) = (report.Messages, report.Latency, report.Plan);
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.Append($"<title>Load on {Encode(plan.Url)}</title><style>{Style}</style></head><body>");
        var (style, verdict) = report.IsInterrupted ? ("warn", "Interrupted") : report.IsSound ? ("good", "Sound") : ("bad", "Not sound");
        page.Append($"<header><h1>{Encode(Title(plan.Scenario))}</h1><span class=\"verdict {style}\">{verdict}</span></header>");
        page.Append($"<p class=\"soft\">{Encode(plan.Url)} &middot; {Encode(plan.Protocol)} &middot; {Encode(report.Started)} &middot; {Text($"{report.Seconds:N1}")} s</p>");
        page.Append("<div class=\"tiles\">");
        Tile($"{report.PerSecond:N0}", $"{report.Unit} a second");
        Tile($"{messages.Received:N0}", $"of {messages.Expected:N0} came");
        Tile($"{messages.Faults:N0}", $"lost, doubled, out of order, corrupt", messages.Faults > 0);
        Tile($"{latency.P50:N2}", $"ms p50");
        Tile($"{latency.P99:N2}", $"ms p99");
        Tile($"{latency.Max:N2}", $"ms at most");
        page.Append("</div>");
        foreach (var warning in report.Warnings)
        {
            page.Append($"<p class=\"warning\">{Encode(warning)}</p>");
        }
        page.Append("<div class=\"charts\">");
        Charts(page, report);
        Tables(page, report);
        page.Append("</div></body></html>\n");
        return page.ToString();

        void Tile(FormattableString value, FormattableString name, bool isBad = false) =>
            page.Append($"<div class=\"tile{(isBad ? " bad" : "")}\"><b>{Text(value)}</b><span>{Encode(Text(name))}</span></div>");
    }

    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static void Charts(StringBuilder page, LoadReport report)
    {
        var time = report.Timeline;
        if (time.Count > 1)
        {
            var span = (0.0, time[^1].At);
            var marks = Enumerable.Range(0, 6).Select(part => (span.At * part / 5, Text($"{span.At * part / 5:0.#} s"))).ToArray();
            Section(page, $"{report.Unit} a second", new Svg($"{report.Unit} a second over time", span, time.Select(static sample => sample.PerSecond))
                .Mark(marks).Line("a", time.Select(static sample => (sample.At, sample.PerSecond)), isFilled: true));
            var heard = time.Where(static sample => sample.Max > 0).ToArray();
            Section(page, "Latency over time (ms)", new Svg("Latency over time in milliseconds", span, heard.SelectMany(static sample => (double[])[sample.P50, sample.Max]), isLogarithmic: true)
                .Mark(marks).Line("a", heard.Select(static sample => (sample.At, sample.P50))).Line("b", heard.Select(static sample => (sample.At, sample.P99))).Line("c", heard.Select(static sample => (sample.At, sample.Max))),
                "<i style=\"background:var(--a)\"></i>p50<i style=\"background:var(--b)\"></i>p99<i style=\"background:var(--c)\"></i>max");
        }
        if (report.Percentiles.Count > 1)
        {
            // Each nine behind the point gets the same room.
            var points = report.Percentiles.Where(static point => point.Percent < 100).Select(static point => (Nines(point.Percent), point.Milliseconds)).ToArray();
            Section(page, "Latency by percentile (ms)", new Svg("Latency by percentile in milliseconds", (0, Nines(99.999)), points.Select(static point => point.Milliseconds), isLogarithmic: true)
                .Mark(((double[])[0, 50, 90, 99, 99.9, 99.99, 99.999]).Select(static percent => (Nines(percent), Text($"{percent:0.###}")))).Line("a", points, isFilled: true));
        }
        if (time.Count > 1)
        {
            Section(page, "Open connections", new Svg("Open connections over time", (0, time[^1].At), time.Select(static sample => (double)sample.Open))
                .Mark([(0, "0 s"), (time[^1].At, Text($"{time[^1].At:0.#} s"))]).Line("c", time.Select(static sample => (sample.At, (double)sample.Open))));
        }
    }

    private static void Tables(StringBuilder page, LoadReport report)
    {
        var (messages, latency, plan, connections) = (report.Messages, report.Latency, report.Plan, report.Connections);
        Table(page, "Messages",
        [
            ("sent", Text($"{messages.Sent:N0}")), ("expected", Text($"{messages.Expected:N0}")), ("received", Text($"{messages.Received:N0}")), ("lost", Text($"{messages.Lost:N0}")),
            ("doubled", Text($"{messages.Doubled:N0}")), ("out of order", Text($"{messages.OutOfOrder:N0}")), ("corrupt", Text($"{messages.Corrupt:N0}")), ("of others", Text($"{messages.Foreign:N0}")),
        ]);
        Table(page, "Latency (ms), from the intended time",
        [
            ("mean", Text($"{latency.Mean:N3}")), ("p50", Text($"{latency.P50:N3}")), ("p90", Text($"{latency.P90:N3}")), ("p99", Text($"{latency.P99:N3}")), ("p99.9", Text($"{latency.P999:N3}")), ("max", Text($"{latency.Max:N3}")),
            ("measured", Text($"{latency.Count:N0}")),
        ]);
        Table(page, "Connections and machine",
        [
            ("opened", Text($"{connections.Opened:N0}, {connections.PerSecond:N0} a second")), ("opening, p99", Text($"{connections.Opening.P99:N2} ms")), ("failed", Text($"{connections.Failed:N0}")), ("ended by the server", Text($"{connections.Lost:N0}")),
            ("this client", Text($"{report.Client.Cpu:P0} of a core, {report.Client.Memory:N0} MB")), ("sent late, p99", Text($"{report.SendLag.P99:N3} ms")),
            .. report.Server is { } server ? [("the server", Text($"{server.Cpu:P0} of a core, {server.MemoryHolding:N0} MB, {server.MemoryPeak:N0} MB at most"))] : Array.Empty<(string, string)>(),
            .. report.Slow is { } slow ? [("stopped reading", Text($"{slow.Readers:N0}; missed {slow.Missed:N0}")), .. slow.Ended.Select(static pair => ($"of these {pair.Key}", Text($"{pair.Value:N0}")))] : Array.Empty<(string, string)>(),
            .. report.Errors.Select(static pair => ($"error: {pair.Key}", Text($"{pair.Value:N0}"))),
        ]);
        Table(page, "Asked for",
        [
            ("scenario", Title(plan.Scenario)), ("connections", Text($"{plan.Connections:N0}")), ("topics", Text($"{plan.Topics:N0}")), ("speakers", Text($"{plan.Publishers:N0}")),
            ("rate", plan.Rate == 0 ? "as fast as answers come" : Text($"{plan.Rate:N0} a second")), ("size", Text($"{plan.Size:N0} bytes")),
            ("time", Text($"{plan.Duration:0.##} s, behind {plan.WarmUp + plan.Settle:0.##} s uncounted")), ("seed", Text($"{plan.Seed}")),
        ]);
    }

    private static void Section(StringBuilder page, string title, Svg chart, string key = "") =>
        page.Append($"<section><h2>{Encode(Capital(title))}</h2>{chart}{(key.Length == 0 ? "" : $"<p class=\"key\">{key}</p>")}</section>");

    private static void Table(StringBuilder page, string title, IEnumerable<(string Name, string Value)> rows) =>
        page.Append($"<section><h2>{Encode(title)}</h2><div class=\"scroll\"><table>{string.Concat(rows.Select(static row => $"<tr><th>{Encode(row.Name)}</th><td>{Encode(row.Value)}</td></tr>"))}</table></div></section>");

    private static double Nines(double percent) => -Math.Log10(1 - (percent / 100));

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Title(ScenarioKind scenario) => scenario switch
    {
        ScenarioKind.FanOut => "Fan-out",
        ScenarioKind.SlowReaders => "Slow readers",
        ScenarioKind.Http => "HTTP",
        _ => scenario.ToString(),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
