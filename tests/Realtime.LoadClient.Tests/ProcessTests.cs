using System.Diagnostics;
using System.Text.Json;

namespace Realtime.LoadClient.Tests;

/// <summary>The program as a process of its own, as people run it.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("load").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ctrl_C_ends_it_with_130_and_a_report_of_what_there_was()
    {
        await using var target = await LoadTarget.StartAsync();
        var report = Path.Combine(_folder, "report.json");
        // What a shell starts in the background ignores SIGINT unless told otherwise.
        using var process = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", .. Command(target, "10m", "--json", report)]) { RedirectStandardOutput = true })!;
        using var limit = new CancellationTokenSource(Patience);
        string? line;
        while ((line = await process.StandardOutput.ReadLineAsync(limit.Token)) is not null && !line.Contains("/s   p50", StringComparison.Ordinal))
        {
        }
        Assert.NotNull(line);

        using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync(limit.Token);
        }
        var rest = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);

        Assert.Equal(130, process.ExitCode);
        Assert.Contains("Interrupted: a report of what there was.", rest, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(report));
        var messages = document.RootElement.GetProperty("messages");
        Assert.True(document.RootElement.GetProperty("isInterrupted").GetBoolean());
        Assert.True(messages.GetProperty("received").GetInt64() > 0);
        Assert.Equal(messages.GetProperty("expected").GetInt64(), messages.GetProperty("received").GetInt64());
    }

    [Fact]
    public async Task In_a_terminal_it_draws_a_live_view_and_leaves_the_result_alone_behind()
    {
        await using var target = await LoadTarget.StartAsync();
        // A terminal of its own, from util-linux.
        var command = string.Join(' ', Command(target, "2s").Select(static part => $"'{part}'"));
        using var process = Process.Start(new ProcessStartInfo("script", ["-qec", $"TERM=xterm-256color dotnet {command}", "/dev/null"]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        using var limit = new CancellationTokenSource(Patience);

        var shown = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("\u001b[?25l", shown, StringComparison.Ordinal);
        Assert.Contains("a second", shown, StringComparison.Ordinal);
        Assert.Contains("Sound.", shown[shown.LastIndexOf("\u001b[?25h", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.DoesNotContain("a second", shown[shown.LastIndexOf("\u001b[?25h", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    private static string[] Command(LoadTarget target, string duration, params string[] more) =>
    [
        typeof(Runner).Assembly.Location, "--url", $"ws://{target.Address}/realtime", "--protocol", "msgpack", "--connections", "10", "--rate", "50",
        "--settle", "0s", "--duration", duration, .. more,
    ];
}
