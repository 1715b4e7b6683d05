using Microsoft.Extensions.DependencyInjection;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class TopicTests
{
    [Fact]
    public async Task A_handler_gets_member_topic_captures_services_token_and_data()
    {
        var app = new App();
        app.Services.AddSingleton(new Greeting("Hello"));
        app.Services.AddScoped<Scoped>();
        app.Topic("game:{id}:{side}", static game => game
            .OnJoin(static (Member member, int id) => member.State["id"] = id)
            .On("move", static (Member member, Topic topic, int id, Side side, Greeting greeting, Scoped scoped, CancellationToken ended, Request request, int[] data) =>
                new { member = member.State["id"], topic = topic.Name, id, side = side.ToString(), greeting.Text, scoped = scoped is not null, ended.CanBeCanceled, request.Path, sum = data.Sum() }));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("game:5:black");

        var reply = await client.AskAsync(new { type = "event", @ref = 2, topic = "game:5:black", @event = "move", data = new[] { 1, 2 } });

        Assert.Equal(
            """{"member":5,"topic":"game:5:black","id":5,"side":"Black","text":"Hello","scoped":true,"canBeCanceled":true,"path":"/realtime","sum":3}""",
            reply.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Data_may_be_left_out_where_the_parameter_allows_it()
    {
        var app = new App();
        app.Topic("t", static topic => topic.On("default", static (int count = 3) => count).On("nullable", static (string? text) => text ?? "none"));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("t");

        Assert.Equal(3, (await client.AskAsync(new { type = "event", @ref = 2, topic = "t", @event = "default" })).GetProperty("data").GetInt32());
        Assert.Equal("none", (await client.AskAsync(new { type = "event", @ref = 3, topic = "t", @event = "nullable" })).Text("data"));
    }

    [Fact]
    public async Task A_slow_handler_holds_up_its_own_connections_events_but_no_ping_and_nobody_else()
    {
        var app = new App();
        var gate = new TaskCompletionSource();
        app.Topic("t", topic => topic.On("slow", () => gate.Task).On("quick", static () => "done"));
        await using var server = await TestServer.StartAsync(app);
        await using var one = await TestClient.ConnectAsync(server);
        await using var other = await TestClient.ConnectAsync(server);
        await one.JoinAsync("t");
        await other.JoinAsync("t");

        await one.SendAsync(new { type = "event", @ref = 2, topic = "t", @event = "slow" });
        await one.SendAsync(new { type = "event", @ref = 3, topic = "t", @event = "quick" });
        await one.SendAsync(new { type = "ping", @ref = 4 });

        Assert.Equal(4, (await one.NextAsync()).GetProperty("ref").GetInt32());
        Assert.Equal("done", (await other.AskAsync(new { type = "event", @ref = 2, topic = "t", @event = "quick" })).Text("data"));
        gate.SetResult();
        Assert.Equal(2, (await one.NextAsync()).GetProperty("ref").GetInt32());
        Assert.Equal(3, (await one.NextAsync()).GetProperty("ref").GetInt32());
    }

    [Fact]
    public async Task Messages_wait_in_order_behind_a_slow_handler_and_more_than_the_limit_are_not_read()
    {
        var app = new App();
        app.Topics.Options = app.Topics.Options with { MaxWaitingMessages = 4, MessageBurst = 1000 };
        var gate = new SemaphoreSlim(0);
        var handled = 0;
        app.Topic("t", topic => topic.On("slow", async (int number) =>
        {
            await gate.WaitAsync();
            Interlocked.Increment(ref handled);
            return number;
        }));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("t");

        for (var index = 1; index <= 100; index++)
        {
            await client.SendAsync(new { type = "event", @ref = index, topic = "t", @event = "slow", data = index });
        }
        gate.Release(100);

        for (var index = 1; index <= 100; index++)
        {
            var reply = await client.NextAsync();
            Assert.Equal((index, index), (reply.GetProperty("ref").GetInt32(), reply.GetProperty("data").GetInt32()));
        }
        Assert.Equal(100, handled);
    }

    [Fact]
    public async Task What_is_sent_to_one_member_reaches_that_member_alone_and_behind_its_join()
    {
        var app = new App();
        app.Topic("t", static topic => topic.OnJoin(static (Member member) => member.SendAsync("hello", member.Id)).On("again", static (Member member) => member.SendAsync("again", 1)));
        await using var server = await TestServer.StartAsync(app);
        await using var one = await TestClient.ConnectAsync(server);
        await using var other = await TestClient.ConnectAsync(server);
        await other.JoinAsync("t");
        Assert.Equal("hello", (await other.NextAsync()).Text("event"));

        await one.SendAsync(new { type = "join", @ref = 1, topic = "t" });
        Assert.Equal("reply", (await one.NextAsync()).Text("type"));
        Assert.Equal("hello", (await one.NextAsync()).Text("event"));
        await one.SendAsync(new { type = "event", topic = "t", @event = "again" });
        Assert.Equal("""{"type":"event","topic":"t","event":"again","data":1}""", (await one.NextAsync()).GetRawText());

        Assert.Equal("reply", (await other.AskAsync(new { type = "ping", @ref = 5 })).Text("type"));
    }

    [Fact]
    public async Task Anything_in_the_app_can_hear_a_topic()
    {
        var app = new App();
        app.Topic("t", static topic => topic.History(10));
        await using var server = await TestServer.StartAsync(app);
        using var stop = new CancellationTokenSource();
        await using var events = app.Topics.Subscribe("t").GetAsyncEnumerator(stop.Token);
        var first = events.MoveNextAsync();
        while (app.Topics.Audiences.Find("t") is null)
        {
            await Task.Yield();
        }

        await app.Topics.PublishAsync("t", "e", new { a = 1 });

        Assert.True(await first);
        Assert.Equal(("t", "e", 1L, """{"a":1}"""), (events.Current.Topic, events.Current.Name, events.Current.Offset, System.Text.Encoding.UTF8.GetString(events.Current.Data.Span)));
        var next = events.MoveNextAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        Assert.Equal(0, app.Topics.Audiences.Count);
    }

    [Fact]
    public async Task Publishing_to_a_topic_that_no_pattern_matches_says_so()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await app.Topics.PublishAsync("rom:lobby", "said", 1));

        Assert.Contains("rom:lobby", error.Message);
    }

    [Fact]
    public async Task A_thousand_joins_and_leaves_leave_nothing_behind()
    {
        var app = new App();
        var left = 0;
        app.Topic("room:{name}", room => room.History(10, TimeSpan.FromMinutes(1)).Presence().OnLeave(() => { Interlocked.Increment(ref left); }));
        app.Topics.Options = app.Topics.Options with { MessageBurst = 10_000 };
        await using var server = await TestServer.StartAsync(app);

        for (var connection = 0; connection < 20; connection++)
        {
            await using var client = await TestClient.ConnectAsync(server);
            for (var index = 1; index <= 50; index++)
            {
                Assert.Equal("ok", (await client.JoinAsync($"room:{connection}-{index}", reference: index)).Text("status"));
                if (index % 2 == 0)
                {
                    await client.AskAsync(new { type = "leave", @ref = 100 + index, topic = $"room:{connection}-{index}" });
                }
            }
        }

        while (Volatile.Read(ref left) < 1000 || SocketHost.Of(app).Wheel.Count > 0)
        {
            await Task.Delay(5);
        }
        Assert.Equal(1000, left);
        Assert.Equal(0, app.Topics.Audiences.Count);
        Assert.Equal(0, ((InMemoryBackplane)app.Provider.GetRequiredService<IBackplane>()).StreamCount);
    }

    private enum Side
    {
        White,
        Black,
    }

    private sealed record Greeting(string Text);

    private sealed class Scoped;
}
