using System.Text.Json;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class ResumeTests
{
    [Fact]
    public async Task A_rejoin_gets_what_was_missed_between_the_reply_and_presence()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        var epoch = (await client.JoinAsync("room:a", new { user = "Ada" })).Text("epoch");
        await client.NextAsync();
        await client.AskAsync(new { type = "leave", @ref = 2, topic = "room:a" });
        for (var index = 1; index <= 3; index++)
        {
            await app.Topics.PublishAsync("room:a", "said", index);
        }

        var reply = await client.AskAsync(new { type = "join", @ref = 3, topic = "room:a", data = new { user = "Ada" }, epoch, offset = 1 });

        Assert.True(reply.GetProperty("recovered").GetBoolean());
        Assert.Equal((epoch, 1), (reply.Text("epoch"), reply.Offset()));
        Assert.Equal((2, 2), ((await client.NextAsync()).Offset(), 2));
        Assert.Equal("""{"type":"event","topic":"room:a","event":"said","data":3,"offset":3}""", (await client.NextAsync()).GetRawText());
        Assert.Equal("presence", (await client.NextAsync()).Text("type"));
        await app.Topics.PublishAsync("room:a", "said", 4);
        Assert.Equal(4, (await client.NextAsync()).Offset());
    }

    [Theory]
    [InlineData("other", 1)]
    [InlineData(null, 99)]
    public async Task A_place_that_is_lost_is_answered_by_a_reset(string? otherEpoch, long offset)
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await app.Topics.PublishAsync("room:a", "said", 1);
        await app.Topics.PublishAsync("room:a", "said", 2);
        var epoch = (await client.JoinAsync("room:a", new { user = "Ada" })).Text("epoch");
        await client.AskAsync(new { type = "leave", @ref = 2, topic = "room:a" });

        var reply = await client.AskAsync(new { type = "join", @ref = 3, topic = "room:a", data = new { user = "Ada" }, epoch = otherEpoch ?? epoch, offset });

        Assert.False(reply.GetProperty("recovered").GetBoolean());
        Assert.Equal(2, reply.Offset());
        Assert.Equal($$"""{"type":"reset","topic":"room:a","epoch":"{{epoch}}","offset":2}""", (await client.NextAsync()).GetRawText());
        Assert.Equal("presence", (await client.NextAsync()).Text("type"));
    }

    [Fact]
    public async Task A_first_join_gets_the_newest_events_it_asks_for()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        for (var index = 1; index <= 5; index++)
        {
            await app.Topics.PublishAsync("room:a", "said", index);
        }

        var reply = await client.AskAsync(new { type = "join", @ref = 3, topic = "room:a", data = new { user = "Ada" }, history = 2 });

        Assert.Equal((3, false), (reply.Offset(), reply.GetProperty("recovered").GetBoolean()));
        Assert.Equal(4, (await client.NextAsync()).Offset());
        Assert.Equal(5, (await client.NextAsync()).Offset());
        Assert.Equal("presence", (await client.NextAsync()).Text("type"));
    }

    [Fact]
    public async Task A_history_larger_than_the_outbox_is_replayed_whole()
    {
        var app = new App();
        app.Sockets = app.Sockets with { OutboxLimit = 50_000 };
        app.Topic("log", static log => log.History(1000));
        await using var server = await TestServer.StartAsync(app);
        for (var index = 1; index <= 500; index++)
        {
            await app.Topics.PublishAsync("log", "line", new string('x', 5000));
        }
        await using var client = await TestClient.ConnectAsync(server);

        await client.SendAsync(new { type = "join", @ref = 1, topic = "log", history = 500 });

        Assert.Equal(0, (await client.NextAsync()).Offset());
        for (var index = 1; index <= 500; index++)
        {
            Assert.Equal(index, (await client.NextAsync()).Offset());
        }
    }

    [Fact]
    public async Task Whoever_comes_and_goes_while_others_publish_sees_every_event_once_and_in_order()
    {
        var app = new App();
        app.Topic("log", static log => log.History(100_000));
        await using var server = await TestServer.StartAsync(app, new TestServerOptions { ManualTime = false });
        using var stop = new CancellationTokenSource();
        var published = 0L;
        var publishing = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await app.Topics.PublishAsync("log", "line", Interlocked.Increment(ref published));
                if (Volatile.Read(ref published) % 20 == 0)
                {
                    await Task.Delay(1);
                }
            }
        })));

        var readers = await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() => ComeAndGoAsync(server, seed))));
        await stop.CancelAsync();
        await publishing;

        foreach (var (first, offsets, values) in readers)
        {
            Assert.Equal(Enumerable.Range(0, offsets.Count).Select(index => first + 1 + index), offsets);
            Assert.Equal(values.Count, values.Distinct().Count());
        }
        // All saw the same event under the same offset.
        Assert.All(readers.SelectMany(static reader => reader.Offsets.Zip(reader.Values)).GroupBy(static pair => pair.First), static group => Assert.Single(group.Distinct()));
    }

    [Fact]
    public async Task A_member_pages_back_to_the_oldest_event_kept()
    {
        var app = new App();
        app.Topic("log", static log => log.History(5));
        await using var server = await TestServer.StartAsync(app);
        for (var index = 1; index <= 7; index++)
        {
            await app.Topics.PublishAsync("log", "line", index);
        }
        await using var client = await TestClient.ConnectAsync(server);
        var epoch = (await client.JoinAsync("log")).Text("epoch");

        var newest = await client.AskAsync(new { type = "history", @ref = 2, topic = "log", limit = 2 });
        var older = await client.AskAsync(new { type = "history", @ref = 3, topic = "log", before = 6 });
        var none = await client.AskAsync(new { type = "history", @ref = 4, topic = "log", before = 3 });

        Assert.Equal(
            $$$"""{"type":"reply","ref":2,"status":"ok","data":{"epoch":"{{{epoch}}}","events":[{"event":"line","data":6,"offset":6},{"event":"line","data":7,"offset":7}],"more":true}}""",
            newest.GetRawText());
        Assert.Equal([3L, 4, 5], Offsets(older));
        Assert.False(older.GetProperty("data").GetProperty("more").GetBoolean());
        Assert.Empty(Offsets(none));
        Assert.Equal([3L, 4], (await app.Topics.HistoryAsync("log", before: 5)).Select(static one => one.Offset!.Value));
    }

    [Fact]
    public async Task A_page_of_large_events_is_shorter_than_asked_for()
    {
        var app = new App();
        app.Sockets = app.Sockets with { OutboxLimit = 50_000 };
        app.Topic("log", static log => log.History(1000));
        await using var server = await TestServer.StartAsync(app);
        for (var index = 1; index <= 10; index++)
        {
            await app.Topics.PublishAsync("log", "line", new string('x', 5000));
        }
        await app.Topics.PublishAsync("log", "line", new string('x', 20_000));
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("log");

        var large = await client.AskAsync(new { type = "history", @ref = 2, topic = "log" });
        var several = await client.AskAsync(new { type = "history", @ref = 3, topic = "log", before = 11 });

        Assert.Equal([11L], Offsets(large));
        Assert.Equal([9L, 10], Offsets(several));
        Assert.True(several.GetProperty("data").GetProperty("more").GetBoolean());
    }

    [Fact]
    public async Task Paging_back_is_for_members_of_topics_with_history()
    {
        var app = new App();
        app.Topic("log", static log => log.History(5));
        app.Topic("none", static _ => { });
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("none");

        Assert.Equal("no_history", (await client.AskAsync(new { type = "history", @ref = 2, topic = "none" })).Code());
        Assert.Equal("not_joined", (await client.AskAsync(new { type = "history", @ref = 3, topic = "log" })).Code());
        Assert.Equal("bad_message", (await client.AskAsync(new { type = "history", @ref = 4, topic = "log", limit = 0 })).Code());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await app.Topics.HistoryAsync("none"));
    }

    private static IEnumerable<long> Offsets(JsonElement page) => page.GetProperty("data").GetProperty("events").EnumerateArray().Select(static one => one.Offset());

    private static async Task<(long First, List<long> Offsets, List<long> Values)> ComeAndGoAsync(TestServer server, int seed)
    {
        var random = new Random(seed);
        var (offsets, values) = (new List<long>(), new List<long>());
        string? epoch = null;
        var first = 0L;
        for (var visit = 0; visit < 15; visit++)
        {
            var client = await TestClient.ConnectAsync(server);
            var reply = epoch is null
                ? await client.JoinAsync("log")
                : await client.AskAsync(new { type = "join", @ref = 1, topic = "log", epoch, offset = offsets.Count > 0 ? offsets[^1] : first });
            Assert.Equal(epoch is not null, reply.GetProperty("recovered").GetBoolean());
            if (epoch is null)
            {
                (epoch, first) = (reply.Text("epoch"), reply.Offset());
            }
            var count = random.Next(1, 60);
            while (count > 0)
            {
                var message = await client.NextAsync();
                if (message.Text("type") == "event")
                {
                    offsets.Add(message.Offset());
                    values.Add(message.GetProperty("data").GetInt64());
                    count--;
                }
            }
            if (random.Next(2) == 0)
            {
                await client.DisposeAsync();
            }
            else
            {
                client.Socket.Abort();
            }
        }
        return (first, offsets, values);
    }
}
