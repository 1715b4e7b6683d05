// Each puts load on the machine: one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Realtime.LoadClient.Tests.Scenarios;

public sealed class ScenarioTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public async Task Echo_counts_round_trips(double rate)
    {
        await using var target = await LoadTarget.StartAsync();
        var report = await LoadTarget.RunAsync(target.Plan(ScenarioKind.Echo) with { Rate = rate, Settle = TimeSpan.FromSeconds(1), Topic = "room:{n}" });
        Sound(report);
        Assert.Equal("round trips", report.Unit);
        Assert.Equal(report.Messages.Sent, report.Messages.Received);
        Assert.True(report.PerSecond > 0);
    }

    [Fact]
    public async Task Echo_speaks_to_a_plain_socket()
    {
        await using var target = await LoadTarget.StartAsync();
        var report = await LoadTarget.RunAsync(target.Plan(ScenarioKind.Echo, path: "/echo") with { Rate = 0, Settle = TimeSpan.FromSeconds(1), Protocol = "plain" });
        Sound(report);
        Assert.True(report.Messages.Received > 0);
    }

    [Fact]
    public async Task Churn_comes_speaks_and_vanishes()
    {
        await using var target = await LoadTarget.StartAsync();
        var report = await LoadTarget.RunAsync(target.Plan(ScenarioKind.Churn) with { Connections = 8, Topics = 4, Rate = 0, Topic = "room:{n}" });
        Sound(report);
        Assert.Equal(report.Messages.Sent, report.Messages.Received);
        Assert.Equal(report.Messages.Sent + 1, report.Connections.Opened);
    }

    [Theory]
    [InlineData(nameof(ScenarioKind.FanOut), "room:{n}", 200)]
    [InlineData(nameof(ScenarioKind.FanOut), "ticks:{n}", 200)]
    [InlineData(nameof(ScenarioKind.Echo), "room:{n}", 300)]
    [InlineData(nameof(ScenarioKind.Churn), "room:{n}", 0)]
    public async Task MessagePack_is_spoken_and_checked_as_JSON_is(string name, string topic, double rate)
    {
        var scenario = Enum.Parse<ScenarioKind>(name);
        await using var target = await LoadTarget.StartAsync();
        var report = await LoadTarget.RunAsync(target.Plan(scenario) with { Protocol = "msgpack", Topics = scenario == ScenarioKind.Echo ? 1 : 4, Publishers = 4, Connections = 12, Topic = topic, Rate = rate, Settle = TimeSpan.FromSeconds(1) });
        Sound(report);
        Assert.True(report.Messages.Received > 0);
        Assert.Equal(report.Messages.Expected, report.Messages.Received);
        Assert.Empty(report.Warnings.Where(static warning => warning.Contains("parsed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Idle_connections_stay()
    {
        await using var target = await LoadTarget.StartAsync();
        var report = await LoadTarget.RunAsync(target.Plan(ScenarioKind.Idle));
        Sound(report);
        Assert.Equal((20, 0), (report.Connections.Opened, report.Messages.Expected));
    }

    [Fact]
    public async Task Slow_readers_are_ended_and_the_others_get_everything()
    {
        await using var target = await LoadTarget.StartAsync();
        var report = await LoadTarget.RunAsync(target.Plan(ScenarioKind.SlowReaders) with
        {
            Topic = "ticks:{n}",
            Slow = 2,
            Size = 32_000,
            Rate = 150,
            Duration = TimeSpan.FromSeconds(4),
        });
        Sound(report);
        Assert.NotNull(report.Slow);
        Assert.Equal(2, report.Slow.Ended.Values.Sum());
        Assert.True(report.Slow.Missed > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public async Task Http_routes_are_asked_and_their_answers_compared(double rate)
    {
        await using var target = await LoadTarget.StartAsync();
        var report = await LoadTarget.RunAsync(target.Plan(ScenarioKind.Http, path: "/hello/Ada") with { Rate = rate, Count = 400, Duration = TimeSpan.FromSeconds(30), Body = "Hello, Ada!" });
        Sound(report);
        Assert.Equal((400, 400), (report.Messages.Sent, report.Messages.Received));
    }

    [Fact]
    public async Task An_answer_that_differs_or_is_refused_is_not_sound()
    {
        await using var target = await LoadTarget.StartAsync();
        Assert.True((await LoadTarget.RunAsync(target.Plan(ScenarioKind.Http, path: "/random"))).Messages.Corrupt > 0);
        Assert.True((await LoadTarget.RunAsync(target.Plan(ScenarioKind.Http, path: "/nothing"))).Errors["status 404"] > 0);
    }

    [Fact]
    public async Task A_stall_is_charged_to_every_message_that_was_due_meanwhile()
    {
        // One message of 300 takes half of the run. Who asks one by one sees one slow answer; here half of all were due behind it.
        await using var target = await LoadTarget.StartAsync(stallAt: 100, TimeSpan.FromSeconds(0.75));
        var report = await LoadTarget.RunAsync(target.Plan() with { Topic = "stall", Connections = 1, Duration = TimeSpan.FromSeconds(1.5) });
        Sound(report);
        Assert.True(report.Latency.P90 > 375, $"p90 is {report.Latency.P90} ms.");
    }

    [Fact]
    public async Task An_interrupted_run_reports_what_there_was()
    {
        await using var target = await LoadTarget.StartAsync();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(0.5));
        var report = await LoadTarget.RunAsync(target.Plan() with { Duration = TimeSpan.FromHours(1) }, stop.Token);
        Sound(report);
        Assert.True(report.IsInterrupted);
        Assert.Equal(report.Messages.Sent * 20, report.Messages.Received);
    }

    private static void Sound(Reporting.LoadReport report) =>
        Assert.True(report.IsSound, $"{report.Messages}; {string.Join(", ", report.Errors)}");
}
