using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Realtime.Benchmarks.Reporting;

/// <summary>Writes a group's result as a page with a table, and its raw numbers as JSON beside it.</summary>
internal static class ReportWriter
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // What a contender did not measure is NaN.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task WriteAsync(GroupResult result)
    {
        var (group, bench) = (result.Group, result.Bench);
        Directory.CreateDirectory(bench.ReportFolder);
        var page = new StringBuilder();
        page.Append($"# {group.Title}\n\n{group.About}\n\n{Table(result)}\n");
        page.Append(result.Appendix is { } appendix ? $"{appendix.Markdown}\n" : "");
        page.Append("## What ran\n\n");
        foreach (var contender in group.Contenders.Except(result.Contenders))
        {
            page.Append($"- {contender.Missing(bench) ?? $"{contender.Name} was not measured."}\n");
        }
        foreach (var contender in result.Contenders.Concat(group.Others))
        {
            page.Append($"- **{contender.Name}** (`benchmarks/{contender.Folder}`): {contender.What}\n");
        }
        page.Append($"\n{Setting(result)}\n");
        await File.WriteAllTextAsync(Path.Combine(bench.ReportFolder, $"{group.Name}.md"), page.ToString());
        var raw = new
        {
            group = group.Name,
            machine = result.Facts,
            rounds = result.Rounds,
            seconds = bench.Seconds,
            warmUp = bench.WarmUp,
            result.Measurements,
            more = result.Appendix?.Raw,
        };
        await File.WriteAllTextAsync(Path.Combine(bench.ReportFolder, $"{group.Name}.json"), JsonSerializer.Serialize(raw, Json) + "\n");
    }

    public static string Table(GroupResult result)
    {
        var group = result.Group;
        var ours = group.Contenders[0].Name;
        var compared = group.Metrics.Where(static metric => metric.Compared).ToArray();
        var text = new StringBuilder();
        Row(["", .. group.Metrics.Select(static metric => metric.Title), .. compared.Select(metric => $"{ours} ÷ this, {metric.Key}")]);
        Row(["---", .. Enumerable.Repeat("---:", group.Metrics.Count + compared.Length)]);
        foreach (var contender in result.Contenders)
        {
            Row([
                contender.Name,
                .. group.Metrics.Select(metric => result[contender.Name, metric.Key].Format(metric.Digits)),
                .. compared.Select(metric => contender.Name == ours ? "1" : result.Ratio(ours, contender.Name, metric.Key).Format(2)),
            ]);
        }
        text.Append($"\n{(result.Rounds == 1 ? "One run." : $"Median (lowest – highest) of {result.Rounds} rounds.")}\n\n");
        return text.Append(Goals(group.Goals(result))).ToString();

        void Row(IEnumerable<string> cells) => text.Append($"| {string.Join(" | ", cells)} |\n");
    }

    /// <summary>A line for each.</summary>
    public static string Goals(IEnumerable<Goal> goals) =>
        string.Concat(goals.Select(static goal => $"- {(goal.Reached ? "Reached" : "**Not reached**")}: {goal.Text} Found: {goal.Found}\n"));

    private static string Setting(GroupResult result)
    {
        var (facts, bench) = (result.Facts, result.Bench);
        return $"""
            {result.Rounds} round(s), contenders in turn, a fresh process each time: {bench.WarmUp:0.#} s of load to warm up, {bench.Seconds:0.#} s measured. The server on one
            core, the load on another, over loopback.

            {facts.Processor}, {facts.Cores} cores, {facts.Memory}; {facts.System}; {facts.Runtime}; {facts.Date}, commit {facts.Commit}; load averages at the
            start: {facts.LoadAverage}.
            """;
    }
}
