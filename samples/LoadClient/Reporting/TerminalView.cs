using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Realtime.LoadClient.Reporting;

/// <summary>What a person sees: a live view in a terminal, plain lines where the output goes elsewhere, and the result.</summary>
internal sealed class TerminalView : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan EveryLine = TimeSpan.FromSeconds(2);

    private readonly Thread? _thread;
    private readonly ManualResetEventSlim _stop = new();

    private TerminalView(LoadPlan plan, Board board, bool isQuiet)
    {
        if (isQuiet)
        {
            return;
        }
        Console.WriteLine(Title(plan));
        var isTerminal = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
        _thread = new Thread(() => Watch(plan, board, isTerminal)) { IsBackground = true, Name = "view" };
        _thread.Start();
    }

    /// <summary>Shows a run until it is disposed of.</summary>
    public static TerminalView Start(LoadPlan plan, Board board, bool isQuiet) => new(plan, board, isQuiet);

    /// <summary>Prints what came of a run.</summary>
    public static void Print(LoadReport report)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumn(new TableColumn("").NoWrap()).AddColumn("");
        var messages = report.Messages;
        Row("connections", $"{report.Connections.Opened:N0} opened, {report.Connections.PerSecond:N0}/s, p99 {report.Connections.Opening.P99:N1} ms{Also(report.Connections.Failed, "failed")}{Also(report.Connections.Lost, "ended by the server")}");
        if (messages.Expected > 0)
        {
            Row(report.Unit, $"{report.PerSecond:N0}/s over {report.Seconds:N1} s; {messages.Received:N0} of {messages.Expected:N0} came");
            Row("checked", $"[{(messages.Faults == 0 ? "green" : "red")}]{messages.Lost:N0} lost, {messages.Doubled:N0} doubled, {messages.OutOfOrder:N0} out of order, {messages.Corrupt:N0} corrupt[/]");
        }
        if (report.Latency is { Count: > 0 } latency)
        {
            Row("latency (ms)", $"p50 {latency.P50:N2}   p90 {latency.P90:N2}   p99 {latency.P99:N2}   p99.9 {latency.P999:N2}   max {latency.Max:N2}");
        }
        if (report.Slow is { } slow)
        {
            Row("slow readers", $"{slow.Readers:N0} stopped reading: {(slow.Ended.Count == 0 ? "none was ended" : Join(slow.Ended))}; they missed {slow.Missed:N0}, as they may");
        }
        Row("this client", $"{report.Client.Cpu:P0} of a core, {report.Client.Memory:N0} MB{(report.SendLag.Count > 0 ? $", sent 99 % within {report.SendLag.P99:N2} ms of the time" : "")}");
        if (report.Server is { } server)
        {
            Row("the server", $"{server.Cpu:P0} of a core; {server.MemoryBefore:N0} MB before, {server.MemoryHolding:N0} MB holding {report.Connections.Opened:N0} connections ({(server.MemoryHolding - server.MemoryBefore) * 1024 / Math.Max(1, report.Connections.Opened):N1} KB each), {server.MemoryPeak:N0} MB at most");
        }
        if (report.Errors.Count > 0)
        {
            Row("errors", $"[red]{Markup.Escape(Join(report.Errors))}[/]");
        }
        foreach (var warning in report.Warnings)
        {
            Row("[yellow]warning[/]", $"[yellow]{Markup.Escape(warning)}[/]");
        }
        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine(report.IsInterrupted ? "[yellow]Interrupted: a report of what there was.[/]" : report.IsSound ? "[green]Sound.[/]" : "[red]Not sound.[/]");

        void Row(string name, FormattableString text) => table.AddRow(new Markup(name), new Markup(text.ToString(CultureInfo.InvariantCulture)));
    }

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _stop.Dispose();
    }

    private static string Title(LoadPlan plan) => plan.Scenario switch
    {
        ScenarioKind.Http => string.Create(CultureInfo.InvariantCulture, $"{plan.Url}: {plan.Connections:N0} connections, {Rate(plan)} requests/s, {plan.Duration.TotalSeconds:0.#} s"),
        ScenarioKind.Idle => string.Create(CultureInfo.InvariantCulture, $"{plan.Url}: {plan.Connections:N0} connections that only stay, {plan.Duration.TotalSeconds:0.#} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{plan.Url} ({plan.Protocol}): {JsonNamingPolicy.KebabCaseLower.ConvertName(plan.Scenario.ToString())}, {plan.Connections:N0} connections, {plan.Topics:N0} topics, {Rate(plan)} messages/s of {plan.Size} bytes, {plan.Duration.TotalSeconds:0.#} s"),
    };

    private static string Rate(LoadPlan plan) => plan.Rate == 0 ? "as many as go" : plan.Rate.ToString("N0", CultureInfo.InvariantCulture);

    private static string Join(IReadOnlyDictionary<string, long> counts) =>
        string.Join(", ", counts.Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:N0}")));

    private static string Also(long count, string what) => count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {count:N0} {what}");

    private void Watch(LoadPlan plan, Board board, bool isTerminal)
    {
        if (!isTerminal)
        {
            while (!_stop.Wait(EveryLine))
            {
                if (board.Newest is { } snapshot)
                {
                    Console.WriteLine(Line(snapshot));
                }
            }
            return;
        }
        AnsiConsole.Live(new Text("connecting")).AutoClear(true).Start(live =>
        {
            while (!_stop.Wait(Every))
            {
                if (board.Newest is { } snapshot)
                {
                    live.UpdateTarget(Draw(plan, snapshot));
                }
            }
        });
    }

    private static string Line(Snapshot now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{now.Share,4:P0} {now.Phase,-20} {now.Open,7:N0} open {now.Last.PerSecond,12:N0}/s   p50 {now.P50,8:N2} ms   p99 {now.P99,8:N2} ms   {now.Faults:N0} faults, {now.Errors:N0} errors");

    private static IRenderable Draw(LoadPlan plan, Snapshot now)
    {
        var bar = new BreakdownChart().Width(60).HideTags().AddItem("done", Math.Max(0.001, now.Share), Color.Green).AddItem("to go", Math.Max(0.001, 1 - now.Share), Color.Grey23);
        var numbers = new Table { Border = TableBorder.Rounded };
        foreach (var name in (string[])["open", "done", "a second", "p50", "p99", "max", "faults", "errors"])
        {
            numbers.AddColumn(new TableColumn(name).RightAligned());
        }
        numbers.AddRow(
            Text($"{now.Open:N0} / {plan.Connections:N0}"), Text($"{now.Done:N0}"), Text($"{now.Last.PerSecond:N0}"), Text($"{now.P50:N2} ms"), Text($"{now.P99:N2} ms"), Text($"{now.Max:N2} ms"),
            now.Faults == 0 ? "0" : $"[red]{Text($"{now.Faults:N0}")}[/]", now.Errors == 0 ? "0" : $"[red]{Text($"{now.Errors:N0}")}[/]");
        return new Rows(new Markup($"{now.Phase} {Text($"{now.Share:P0}")}"), bar, numbers);

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
