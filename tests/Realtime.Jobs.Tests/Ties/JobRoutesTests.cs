using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Realtime.Testing;

namespace Realtime.Ties;

public sealed class JobRoutesTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task An_accepted_job_says_where_it_can_be_looked_at()
    {
        var app = new App();
        var add = app.Job("add", async (int args, JobContext job) =>
        {
            await job.ReportAsync(1, "done");
            return args + 1;
        });
        app.Post("/add", async (int n) => Response.Accepted(await add.EnqueueAsync(n)));
        app.JobRoutes();
        await using var server = await TestServer.StartAsync(app);

        var accepted = await server.Http.PostAsync("/add?n=41", null);
        await server.Jobs.DrainAsync(Soon);
        var status = await server.Http.GetFromJsonAsync<JsonElement>(accepted.Headers.Location);

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.StartsWith("/jobs/", accepted.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(
            ("add", "succeeded", 1, 42, "done"),
            (status.GetProperty("name").GetString(), status.GetProperty("state").GetString(), status.GetProperty("attempt").GetInt32(),
                status.GetProperty("result").GetInt32(), status.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task The_error_of_a_failed_job_is_shown_without_its_stack()
    {
        var app = new App();
        var fail = app.Job("fail", (int args, JobContext job) => throw new JobGiveUpException("No use."));
        app.JobRoutes();
        await using var server = await TestServer.StartAsync(app);
        var handle = await fail.EnqueueAsync(1);
        await server.Jobs.DrainAsync(Soon);

        var status = await server.Http.GetFromJsonAsync<JsonElement>(handle.Location);

        Assert.Equal("{\"type\":\"JobGiveUpException\",\"message\":\"No use.\"}", status.GetProperty("error").GetRawText());
    }

    [Fact]
    public async Task A_waiting_job_is_cancelled_with_DELETE()
    {
        var app = new App();
        var later = app.Job("later", (int args, JobContext job) => Task.CompletedTask);
        app.JobRoutes("/api/jobs/");
        await using var server = await TestServer.StartAsync(app);
        var handle = await later.EnqueueAsync(1, delay: TimeSpan.FromHours(1));

        var first = await server.Http.DeleteAsync("/api/jobs/" + handle.Id);
        var again = await server.Http.DeleteAsync("/api/jobs/" + handle.Id);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.OK), (first.StatusCode, again.StatusCode));
        Assert.Equal("/api/jobs/" + handle.Id, handle.Location);
        Assert.Equal(JobState.Cancelled, (await handle.GetAsync()).State);
    }

    [Theory]
    [InlineData("/jobs/nonsense")]
    [InlineData("/jobs/00000000-0000-0000-0000-000000000000")]
    public async Task A_job_that_is_not_there_is_404(string path)
    {
        var app = new App();
        app.JobRoutes();
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.DeleteAsync(path)).StatusCode);
    }

    [Fact]
    public async Task A_job_does_not_exist_for_those_who_may_not_see_it()
    {
        var app = new App();
        var job = app.Job("job", (int args, JobContext job) => Task.CompletedTask);
        app.JobRoutes(authorize: (request, id) => new ValueTask<bool>(request.Headers["X-Key"] == "open sesame"));
        await using var server = await TestServer.StartAsync(app);
        var handle = await job.EnqueueAsync(1, delay: TimeSpan.FromHours(1));

        var refused = await server.Http.DeleteAsync(handle.Location);
        server.Http.DefaultRequestHeaders.Add("X-Key", "open sesame");
        var allowed = await server.Http.GetAsync(handle.Location);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK), (refused.StatusCode, allowed.StatusCode));
        Assert.Equal(JobState.Scheduled, (await handle.GetAsync()).State);
    }

    [Fact]
    public async Task What_happens_to_a_job_reaches_its_topic()
    {
        var app = new App();
        var go = new TaskCompletionSource();
        var job = app.Job("job", async (int args, JobContext job) =>
        {
            await go.Task;
            job.Log("looking");
            await job.ReportAsync(0.5, "half");
            return new { sum = args + 1 };
        });
        app.JobRoutes();
        await using var server = await TestServer.StartAsync(app);
        var handle = await job.EnqueueAsync(1);
        await using var events = app.Topics.Subscribe($"job:{handle.Id}", cancellationToken: Soon).GetAsyncEnumerator();
        var next = events.MoveNextAsync();
        go.SetResult();

        var heard = new List<string>();
        while (heard.LastOrDefault() != "done" && await next)
        {
            heard.Add(events.Current.Name);
            next = heard[^1] == "done" ? default : events.MoveNextAsync();
        }

        Assert.Equal(["log", "progress", "done"], heard.Where(static name => name != "state"));
        var log = await server.Http.GetFromJsonAsync<JsonElement>(handle.Location + "/log");
        var line = Assert.Single(log.EnumerateArray());
        Assert.Equal(("looking", 1), (line.GetProperty("text").GetString(), line.GetProperty("attempt").GetInt32()));
        Assert.Empty((await server.Http.GetFromJsonAsync<JsonElement>($"{handle.Location}/log?after={line.GetProperty("number").GetInt64()}")).EnumerateArray());
    }
}
