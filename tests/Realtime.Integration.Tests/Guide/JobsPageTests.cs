using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Realtime.Torture;

namespace Realtime.Integration.Tests.Guide;

/// <summary>The programs of docs/guide/jobs.md, each taken from the page, built and run.</summary>
[Collection(Browser.Collection)]
public sealed class JobsPageTests(Browser browser) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("realtime-jobs-page-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_page_watches_its_job_and_a_producer_without_an_app_goes_on_where_it_was()
    {
        await using var app = await StartAsync("thumbnails.cs");
        await using (var window = await browser.OpenAsync())
        {
            await window.Page.GotoAsync(app.Address.ToString());
            await window.Page.WaitForFunctionAsync("document.querySelector('output').value === '3 sizes'");
            Assert.Equal("1", await window.Page.EvaluateAsync<string>("`${document.querySelector('progress').value}`"));
            Assert.Contains("sea.png in 400 pixels", await window.Page.TextContentAsync("pre"), StringComparison.Ordinal);
            Assert.Empty(window.Errors);
        }

        var first = await RunAsync("produce.cs");
        var again = await RunAsync("produce.cs");

        Assert.Equal("20 enqueued, 0 were there", first[0]);
        Assert.Contains("20.png in 20 pixels", first);
        Assert.Equal("40 sizes", first[^1]);
        Assert.Equal(("0 enqueued, 20 were there", "40 sizes"), (again[0], again[^1]));
    }

    [Fact]
    public async Task Dead_letters_are_listed_and_given_another_chance()
    {
        await using var app = await StartAsync("charges.cs");
        using var http = new HttpClient { BaseAddress = app.Address };

        var wrong = await PostAsync(http, "/charges", new { order = "1", amount = 0 });
        var closed = await PostAsync(http, "/charges", new { order = "2", amount = 10 });
        Assert.Equal(("failed", 1), await EndAsync(http, wrong));
        Assert.Equal(("failed", 3), await EndAsync(http, closed));
        var dead = await http.GetFromJsonAsync<JsonElement>("/dead");
        Assert.Equal(["0 cannot be charged.", "The bank is closed."], dead.EnumerateArray().Select(static job => job.GetProperty("why").GetString()!).Order(StringComparer.Ordinal));
        await http.PostAsync("/bank/open", null);
        var retried = await (await http.PostAsync("/dead/retry", null)).Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(2, retried.GetProperty("retried").GetInt32());
        Assert.Equal("succeeded", (await EndAsync(http, closed)).State);
    }

    [Fact]
    public async Task A_flow_joins_its_group_and_one_that_broke_is_mended()
    {
        await using var app = await StartAsync("albums.cs");
        using var http = new HttpClient { BaseAddress = app.Address };

        var good = await PostAsync(http, "/albums", new { to = "Ada", photos = new[] { "sea", "sun" } });
        Assert.Equal("succeeded", (await EndAsync(http, good)).State);
        Assert.Contains("To Ada: album.bind Succeeded. {\"photos\":2,\"width\":4000}", await LogAsync(http, good), StringComparison.Ordinal);

        var bad = await PostAsync(http, "/albums", new { to = "Alan", photos = new[] { "sea", "moon" } });
        Assert.Equal("succeeded", (await EndAsync(http, bad)).State);
        Assert.Contains("To Alan: album.bind Cancelled. The job 'photo.fetch'", await LogAsync(http, bad), StringComparison.Ordinal);
        var jobs = await http.GetFromJsonAsync<JsonElement>($"/albums/{bad}");
        var fetch = jobs.EnumerateArray().Single(static job => job.GetProperty("state").GetString() == "failed");
        Assert.Equal("There is no moon.", fetch.GetProperty("why").GetString());
        Assert.Equal(2, jobs.EnumerateArray().Count(static job => job.GetProperty("state").GetString() == "cancelled"));

        await http.PostAsync("/library/moon", null);
        await http.PostAsync($"/jobs/{fetch.GetProperty("id").GetGuid()}/retry", null);
        var bind = jobs.EnumerateArray().Single(static job => job.GetProperty("name").GetString() == "album.bind").GetProperty("id").GetGuid();
        Assert.Equal("succeeded", (await EndAsync(http, bind)).State);
    }

    [Fact]
    public async Task Schedules_are_listed_fire_and_run_when_asked()
    {
        await using var app = await StartAsync("reports.cs");
        using var http = new HttpClient { BaseAddress = app.Address };

        var schedules = await http.GetFromJsonAsync<JsonElement>("/schedules");
        Assert.Equal(["nightly report", "working hours", "sweep"], schedules.EnumerateArray().Select(static schedule => schedule.GetProperty("name").GetString()!));
        var run = (await (await http.PostAsync("/nightly/run", null)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        Assert.Equal("succeeded", (await EndAsync(http, run)).State);
        await http.PostAsync("/nightly/pause", null);
        var start = LastOf(schedules, "sweep");
        await UntilAsync(async () => LastOf(await http.GetFromJsonAsync<JsonElement>("/schedules"), "sweep") > start);
        Assert.True((await http.GetFromJsonAsync<JsonElement>("/schedules"))[0].GetProperty("isPaused").GetBoolean());

        static DateTimeOffset LastOf(JsonElement schedules, string name) =>
            schedules.EnumerateArray().Single(schedule => schedule.GetProperty("name").GetString() == name).GetProperty("lastOccurrence").GetDateTimeOffset();
    }

    [Fact]
    public async Task A_week_is_tested_in_a_moment() => Assert.Equal(
        ["enqueued: Welcome, How is it going?", "sent: Welcome", "sent: Welcome, How is it going?"], await RunAsync("tested.cs"));

    [Fact]
    public async Task An_order_and_its_job_are_committed_together_and_another_process_does_the_work()
    {
        await using var server = await PostgresServer.StartAsync(fsync: false);
        var database = "DATABASE=" + await server.CreateDatabaseAsync();
        await using var web = await StartAsync("orders.cs", database, "ROLE=web");
        await using var worker = await StartAsync("orders.cs", database, "ROLE=worker");
        using var http = new HttpClient { BaseAddress = web.Address };
        using var other = new HttpClient { BaseAddress = worker.Address };

        var job = await PostAsync(http, "/orders", new { number = 42 });
        Assert.Equal("succeeded", (await EndAsync(http, job)).State);
        var packed = (await http.GetFromJsonAsync<JsonElement>($"/jobs/{job}")).GetProperty("result");
        var who = await other.GetFromJsonAsync<JsonElement>("/whoami");
        Assert.Equal((42, who.GetProperty("process").GetInt32()), (packed.GetProperty("number").GetInt32(), packed.GetProperty("process").GetInt32()));
        // The second fails in the database, and its job never was.
        Assert.False((await http.PostAsJsonAsync("/orders", new { number = 42 })).IsSuccessStatusCode);
    }

    private async Task<AppProcess> StartAsync(string program, params string[] environment) =>
        await AppProcess.StartAsync(_folder, environment, ["run", await SaveAsync(program), "--", "--port", "0"]);

    private async Task<string[]> RunAsync(string program)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["run", await SaveAsync(program)]) { WorkingDirectory = _folder, RedirectStandardOutput = true })!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return (await process.StandardOutput.ReadToEndAsync(patience.Token)).TrimEnd().Split('\n');
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    // Beside samples/scripts, so that it builds as a program there would.
    private static async Task<string> SaveAsync(string program)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Root, "samples", "artifacts")).FullName, $"guide-jobs-{program}");
        await File.WriteAllTextAsync(file, GuidePage.Read("jobs.md").Programs[program]);
        return file;
    }

    private static async Task<Guid> PostAsync<T>(HttpClient http, string path, T body)
    {
        var answer = await http.PostAsJsonAsync(path, body);
        Assert.Equal(202, (int)answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static async Task<(string? State, int Attempt)> EndAsync(HttpClient http, Guid job)
    {
        JsonElement status = default;
        await UntilAsync(async () => (status = await http.GetFromJsonAsync<JsonElement>($"/jobs/{job}")).TryGetProperty("finishedAt", out var at) && at.ValueKind != JsonValueKind.Null);
        return (status.GetProperty("state").GetString(), status.GetProperty("attempt").GetInt32());
    }

    private static async Task<string> LogAsync(HttpClient http, Guid job) =>
        string.Join('\n', (await http.GetFromJsonAsync<JsonElement>($"/jobs/{job}/log")).EnumerateArray().Select(static line => line.GetProperty("text").GetString()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
