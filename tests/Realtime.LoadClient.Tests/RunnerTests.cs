using System.Text.Json;
using Realtime.LoadClient.Reporting;

namespace Realtime.LoadClient.Tests;

public sealed class RunnerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("load").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_sound_run_ends_with_0_and_its_reports_say_the_same()
    {
        await using var target = await LoadTarget.StartAsync();
        var (json, html) = (Path.Combine(_folder, "report.json"), Path.Combine(_folder, "deep", "report.html"));
        Assert.Equal(0, await RunAsync($"ws://{target.Address}/realtime", "--connections", "10", "--rate", "100", "--json", json, "--html", html));

        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var root = document.RootElement;
        Assert.Equal("fan-out", root.GetProperty("plan").GetProperty("scenario").GetString());
        Assert.Equal(0, root.GetProperty("exitCode").GetInt32());
        Assert.True(root.GetProperty("isSound").GetBoolean());
        Assert.Equal(root.GetProperty("messages").GetProperty("expected").GetInt64(), root.GetProperty("messages").GetProperty("received").GetInt64());
        Assert.True(root.GetProperty("latency").GetProperty("p999").GetDouble() >= root.GetProperty("latency").GetProperty("p50").GetDouble());
        Assert.NotEqual(0, root.GetProperty("timeline").GetArrayLength());
        Assert.NotNull(JsonSerializer.Deserialize<LoadReport>(document, LoadReport.Json));

        var page = await File.ReadAllTextAsync(html);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        foreach (var foreign in (string[])["<script", "<link", "<img", "src=", "href=", "url(", "@import"])
        {
            Assert.DoesNotContain(foreign, page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_planted_fault_ends_with_1()
    {
        await using var target = await LoadTarget.StartAsync();
        Assert.Equal(1, await RunAsync($"ws://{target.Address}/realtime", "--connections", "10", "--rate", "100", "--plant", "lose:200"));
    }

    [Theory]
    [InlineData("--rate", "many")]
    [InlineData("--duration", "soon")]
    [InlineData("--size", "8")]
    [InlineData("--topics", "1000")]
    [InlineData("--url", "ftp://127.0.0.1")]
    [InlineData("--plant", "nonsense:1")]
    public async Task Wrong_arguments_end_with_2(string option, string value) => Assert.Equal(2, await RunAsync("ws://127.0.0.1:9/realtime", option, value));

    [Theory]
    [InlineData("/realtime", "room:1", """{"user":""}""")]
    [InlineData("/realtime", "nowhere", "")]
    [InlineData("/missing", "room:1", """{"user":"Ada"}""")]
    [InlineData("/hello/Ada", "room:1", """{"user":"Ada"}""")]
    public async Task A_server_that_refuses_ends_with_3(string path, string topic, string join)
    {
        await using var target = await LoadTarget.StartAsync();
        Assert.Equal(3, await RunAsync($"ws://{target.Address}{path}", "--topic", topic, "--join", join));
    }

    [Fact]
    public async Task No_server_another_machine_and_tls_end_with_3()
    {
        Assert.Equal(3, await RunAsync("ws://127.0.0.1:1/realtime"));
        Assert.Equal(3, await RunAsync("ws://192.0.2.1:80/realtime"));
        Assert.Equal(3, await RunAsync("wss://127.0.0.1:1/realtime"));
    }

    private static Task<int> RunAsync(string url, params string[] args) =>
        Task.Run(() => Runner.Run(["--url", url, "--duration", "500ms", "--settle", "0s", "--quiet", .. args], CancellationToken.None));
}
