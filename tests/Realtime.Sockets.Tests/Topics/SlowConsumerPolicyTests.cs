using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class SlowConsumerPolicyTests
{
    private const int Limit = 200_000;

    [Fact]
    public async Task Who_is_behind_gets_the_newest_of_every_key_and_is_told_what_it_missed()
    {
        var app = AppWith(static topic => topic.History(5000).Conflate(key: "name"));
        await using var server = await TestServer.StartAsync(app);
        await using var slow = await TestClient.ConnectAsync(server);
        await slow.JoinAsync("metrics");

        for (var index = 1; index <= 3000; index++)
        {
            await app.Topics.PublishAsync("metrics", "sample", new Sample($"metric {index % 10}", index, Padding));
        }
        await app.Topics.PublishAsync("metrics", "end", new Sample("end", 3001, ""));

        var (events, dropped) = await ReadToEndAsync(slow, last: 3001);
        Assert.Equal(3001, events.Count + dropped);
        Assert.Equal(dropped, SocketHost.Of(app).Drops.Conflated);
        Assert.InRange(dropped, 1000, 3000);
        Assert.Equal(Enumerable.Range(2991, 11), events[^11..].Select(static sample => sample.Value));
    }

    [Fact]
    public async Task Who_is_behind_gets_the_newest_events_in_order_and_is_told_what_it_missed()
    {
        var app = AppWith(static topic => topic.History(5000).SlowConsumer(SlowConsumer.DropOldest));
        await using var server = await TestServer.StartAsync(app);
        await using var slow = await TestClient.ConnectAsync(server);
        await slow.JoinAsync("metrics");

        for (var index = 1; index <= 3001; index++)
        {
            await app.Topics.PublishAsync("metrics", "sample", new Sample("x", index, Padding));
        }

        var (events, dropped) = await ReadToEndAsync(slow, last: 3001);
        Assert.Equal(3001, events.Count + dropped);
        Assert.Equal(dropped, SocketHost.Of(app).Drops.DroppedOldest);
        Assert.InRange(dropped, 1000, 3000);
        // Half of the limit is for what may be dropped: 70 of these.
        Assert.Equal(Enumerable.Range(2942, 60), events[^60..].Select(static sample => sample.Value));
    }

    [Fact]
    public async Task Replies_and_presence_reach_who_is_behind_without_being_dropped()
    {
        var app = AppWith(static topic => topic.Presence().Conflate(key: "name").On("ask", static () => "answer"));
        await using var server = await TestServer.StartAsync(app);
        await using var slow = await TestClient.ConnectAsync(server);
        await using var other = await TestClient.ConnectAsync(server);
        await slow.JoinAsync("metrics");

        for (var index = 1; index <= 3000; index++)
        {
            await app.Topics.PublishAsync("metrics", "sample", new Sample("x", index, Padding));
        }
        for (var reference = 1; reference <= 20; reference++)
        {
            await slow.SendAsync(new { type = "event", @ref = 100 + reference, topic = "metrics", @event = "ask" });
        }
        await other.JoinAsync("metrics");

        var seen = new HashSet<string>();
        while (seen.Count < 23)
        {
            var message = await slow.NextAsync();
            _ = message.Text("type") switch
            {
                "reply" => seen.Add($"reply {message.GetProperty("ref").GetInt64()} {message.Text("data")}"),
                "presence" => seen.Add(message.TryGetProperty("members", out _) ? "members" : "joined"),
                "event" when message.GetProperty("data").GetProperty("value").GetInt32() == 3000 => seen.Add("newest"),
                _ => false,
            };
        }
        Assert.Contains("reply 120 answer", seen);
    }

    [Fact]
    public async Task Keys_that_are_too_many_close_the_connection_and_a_resume_gets_all()
    {
        var app = AppWith(static topic => topic.History(5000).Conflate(key: "name"));
        await using var server = await TestServer.StartAsync(app);
        await using var slow = await TestClient.ConnectAsync(server);
        var epoch = (await slow.JoinAsync("metrics")).Text("epoch");

        for (var index = 1; index <= 1000; index++)
        {
            await app.Topics.PublishAsync("metrics", "sample", new Sample($"metric {index}", index, Padding));
        }

        Assert.Equal(3008, await slow.ClosedAsync());
        Assert.Equal(1, SocketHost.Of(app).Drops.Disconnected);
        await using var again = await TestClient.ConnectAsync(server);
        var reply = await again.AskAsync(new { type = "join", @ref = 1, topic = "metrics", epoch, offset = 0 });
        Assert.True(reply.GetProperty("recovered").GetBoolean());
        var (events, dropped) = await ReadToEndAsync(again, last: 1000);
        Assert.Equal((1000, 0), (events.Count, dropped));
    }

    [Fact]
    public async Task What_waited_of_a_topic_is_forgotten_with_its_membership()
    {
        var app = AppWith(static topic => topic.SlowConsumer(SlowConsumer.DropOldest));
        await using var server = await TestServer.StartAsync(app);
        await using var slow = await TestClient.ConnectAsync(server);
        await slow.JoinAsync("metrics");
        for (var index = 1; index <= 1000; index++)
        {
            await app.Topics.PublishAsync("metrics", "sample", new Sample("x", index, Padding));
        }
        await slow.SendAsync(new { type = "leave", @ref = 2, topic = "metrics" });
        await slow.SendAsync(new { type = "join", @ref = 3, topic = "metrics" });
        while (app.Topics.MembersOf("metrics") is not [{ HeldBack: null }])
        {
            await Task.Yield();
        }
        await app.Topics.PublishAsync("metrics", "end", new Sample("end", 0, ""));

        var values = new List<int>();
        for (var isIn = false; !isIn || values is not [.., 0];)
        {
            var message = await slow.NextAsync();
            if (message.Text("type") == "reply" && message.GetProperty("ref").GetInt64() == 3)
            {
                isIn = true;
                values.Clear();
            }
            if (message.Text("type") == "event")
            {
                values.Add(message.GetProperty("data").GetProperty("value").GetInt32());
            }
        }
        Assert.Equal([0], values);
    }

    [Fact]
    public async Task A_key_may_be_found_by_code_and_where_it_fails_nothing_is_left_out()
    {
        var app = AppWith(static topic => topic.Conflate(static sample =>
            sample.Name == "broken" ? throw new InvalidOperationException("on purpose") : sample.Read<Sample>()?.Name[..1]));
        await using var server = await TestServer.StartAsync(app);
        await using var slow = await TestClient.ConnectAsync(server);
        await slow.JoinAsync("metrics");

        for (var index = 1; index <= 2000; index++)
        {
            await app.Topics.PublishAsync("metrics", "sample", new Sample($"{(index % 2 == 0 ? "a" : "b")}{index}", index, Padding));
        }
        for (var index = 2001; index <= 2003; index++)
        {
            await app.Topics.PublishAsync("metrics", "broken", new Sample("a", index, ""));
        }

        var (events, _) = await ReadToEndAsync(slow, last: 2003);
        Assert.Equal(Enumerable.Range(1999, 5), events[^5..].Select(static sample => sample.Value));
    }

    [Fact]
    public async Task The_apps_own_subscribers_get_the_newest_too()
    {
        var app = AppWith(static topic => topic.Conflate(key: "name"));
        app.Topic("news", static news => news.SlowConsumer(SlowConsumer.DropOldest));
        await using var server = await TestServer.StartAsync(app);
        await using var metrics = app.Topics.Subscribe("metrics").GetAsyncEnumerator();
        await using var news = app.Topics.Subscribe("news").GetAsyncEnumerator();
        var (sample, item) = (metrics.MoveNextAsync(), news.MoveNextAsync());
        while (app.Topics.Audiences.Count < 2)
        {
            await Task.Yield();
        }
        for (var index = 1; index <= 3000; index++)
        {
            await app.Topics.PublishAsync("metrics", "sample", new Sample($"metric {index % 10}", index, ""));
            await app.Topics.PublishAsync("news", "item", index);
        }

        Assert.True(await sample && await item);
        var values = new List<int> { metrics.Current.Read<Sample>()!.Value };
        while (values[^1] < 3000 && await metrics.MoveNextAsync())
        {
            values.Add(metrics.Current.Read<Sample>()!.Value);
        }
        Assert.Equal(Enumerable.Range(2991, 10), values[^10..]);
        // The first one is taken when it comes, or later.
        var first = news.Current.Read<int>();
        Assert.True(await news.MoveNextAsync());
        Assert.Equal(first == 1977 ? 1978 : 1977, news.Current.Read<int>());
    }

    [Theory]
    [InlineData("disconnect")]
    [InlineData("oldest")]
    [InlineData("conflate")]
    public async Task One_reader_that_stops_does_not_delay_a_thousand_others(string policy)
    {
        var app = AppWith(topic => topic.SlowConsumer(policy switch
        {
            "oldest" => SlowConsumer.DropOldest,
            "conflate" => SlowConsumer.Conflate("name"),
            _ => SlowConsumer.Disconnect,
        }));
        await using var server = await TestServer.StartAsync(app);
        await using var slow = await TestClient.ConnectAsync(server);
        await slow.JoinAsync("metrics");
        var member = Assert.Single(app.Topics.MembersOf("metrics"));
        using var crowd = await Crowd.JoinAsync(server, "metrics", size: 1000);

        // Read by nobody from the first on: the first rounds it has room, then it has not.
        var before = await FastestAsync(first: 1, rounds: 40, new string('x', 100));
        for (var index = 0; index < 300; index++)
        {
            await RoundAsync(1000 + index, Padding);
        }
        var queued = member.Outbox.QueuedBytes;
        var after = await FastestAsync(first: 2000, rounds: 40, new string('x', 100));

        Assert.InRange(queued, 0, Limit);
        Assert.True(after < (before * 10) + TimeSpan.FromMilliseconds(20), $"{before} before, {after} after");
        var drops = SocketHost.Of(app).Drops;
        Assert.Equal(
            policy switch { "oldest" => (0, true, false), "conflate" => (0, false, true), _ => (1L, false, false) },
            (drops.Disconnected, drops.DroppedOldest > 0, drops.Conflated > 0));
        if (policy == "disconnect")
        {
            Assert.Equal(3008, await slow.ClosedAsync());
        }
        else
        {
            var last = 0;
            while (last != 2039)
            {
                var message = await slow.NextAsync();
                last = message.Text("type") == "event" ? message.GetProperty("data").GetProperty("value").GetInt32() : last;
            }
        }

        // A reader that delays others delays them each time; a machine that is busy does so now and then.
        async Task<TimeSpan> FastestAsync(int first, int rounds, string padding)
        {
            var fastest = TimeSpan.MaxValue;
            for (var round = 0; round < rounds; round++)
            {
                var time = await RoundAsync(first + round, padding);
                fastest = time < fastest ? time : fastest;
            }
            return fastest;
        }

        async Task<TimeSpan> RoundAsync(int value, string padding)
        {
            var heard = crowd.ExpectNext();
            var started = Stopwatch.GetTimestamp();
            await app.Topics.PublishAsync("metrics", "sample", new Sample($"metric {value % 4}", value, padding));
            await heard.WaitAsync(TimeSpan.FromSeconds(20));
            return Stopwatch.GetElapsedTime(started);
        }
    }

    private static string Padding { get; } = new('x', 1300);

    private static App AppWith(Action<TopicBuilder> configure)
    {
        var app = new App();
        app.Sockets = app.Sockets with { OutboxLimit = Limit };
        app.Topic("metrics", configure);
        return app;
    }

    // Checks the rule of docs/protocol.md on the way: whatever is missing was told.
    private static async Task<(List<Sample> Events, int Dropped)> ReadToEndAsync(TestClient client, int last)
    {
        var events = new List<Sample>();
        var dropped = 0;
        long offset = 0, droppedTo = 0;
        while (events is not [.., var newest] || newest.Value != last)
        {
            var message = await client.NextAsync();
            if (message.Text("type") == "dropped")
            {
                dropped += message.GetProperty("count").GetInt32();
                droppedTo = message.TryGetProperty("offset", out var to) ? to.GetInt64() : 0;
            }
            else if (message.Text("type") == "event")
            {
                events.Add(message.GetProperty("data").Deserialize<Sample>(JsonSerializerOptions.Web)!);
                if (message.TryGetProperty("offset", out var at))
                {
                    Assert.InRange(at.GetInt64(), offset + 1, Math.Max(offset, droppedTo) + 1);
                    offset = at.GetInt64();
                }
            }
        }
        return (events, dropped);
    }

    private sealed record Sample(string Name, int Value, string Padding);

    /// <summary>Many clients that read whatever comes, and tell when all have got the next message.</summary>
    private sealed class Crowd : IDisposable
    {
        private readonly List<WebSocket> _sockets = [];
        private TaskCompletionSource _all = new();
        private int _missing;

        public static async Task<Crowd> JoinAsync(TestServer server, string topic, int size)
        {
            var crowd = new Crowd();
            for (var index = 0; index < size; index++)
            {
                var client = await TestClient.ConnectAsync(server);
                await client.JoinAsync(topic);
                crowd._sockets.Add(client.Socket);
                _ = crowd.ReadAsync(client.Socket);
            }
            return crowd;
        }

        public Task ExpectNext()
        {
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _missing, _sockets.Count);
            return _all.Task;
        }

        public void Dispose() => _sockets.ForEach(static socket => socket.Abort());

        private async Task ReadAsync(WebSocket socket)
        {
            var buffer = new byte[4096];
            try
            {
                while (true)
                {
                    if ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).EndOfMessage && Interlocked.Decrement(ref _missing) == 0)
                    {
                        _all.SetResult();
                    }
                }
            }
            catch (WebSocketException)
            {
            }
        }
    }
}
