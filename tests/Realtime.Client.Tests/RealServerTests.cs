using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Realtime.Client.Tests;

/// <summary>The client against a real server over real connections, which are cut at any place.</summary>
public sealed class RealServerTests : IAsyncLifetime
{
    private static readonly RealtimeClientOptions Quick = new() { ReconnectDelay = TimeSpan.FromMilliseconds(20), MaxReconnectDelay = TimeSpan.FromMilliseconds(200) };

    private RealServer _server = null!;
    private Network _network = null!;

    public async Task InitializeAsync()
    {
        _server = await RealServer.StartNewAsync();
        _network = new Network(() => _server.Port);
    }

    public async Task DisposeAsync()
    {
        await _network.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Two_clients_join_talk_and_see_each_other()
    {
        await using var ada = new RealtimeClient(_server.Url);
        await using var alan = new RealtimeClient(new Uri(_server.Url.Replace("ws:", "http:", StringComparison.Ordinal)));
        var adasRoom = await ada.JoinAsync("room:lobby", new { user = "Ada" });
        var alansRoom = await alan.JoinAsync("room:lobby", new { user = "Alan" });

        Assert.Equal(6, await adasRoom.SendAsync<int>("say", new { text = "Hello!" }));

        Assert.Equal(new RealServer.Said("Ada", "Hello!"), Assert.Single(await alansRoom.On<RealServer.Said>("said").TakeAsync(1)));
        await PresentAsync(adasRoom, "Ada", "Alan");
        await alansRoom.LeaveAsync();
        await PresentAsync(adasRoom, "Ada");
        Assert.Equal("name_required", await alan.JoinAsync("room:other", new { user = "" }).CodeAsync());
        Assert.Equal("unknown_topic", await alan.JoinAsync("nowhere").CodeAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task On_a_network_that_fails_all_the_time_nothing_is_lost_doubled_or_out_of_order(int seed)
    {
        await using var listening = new RealtimeClient(_network.Url, Quick);
        await using var speaking = new RealtimeClient(_network.Url, Quick);
        var listener = await listening.JoinAsync("room:a", new { user = "Ada" });
        var speaker = await speaking.JoinAsync("room:a", new { user = "Alan" });
        var numbers = listener.On<int>("number").TakeAsync(1_501);
        var resets = 0;
        listener.Reset += (_, _) => Interlocked.Increment(ref resets);
        var random = new Random(seed);
        _network.Allowance = () =>
        {
            lock (random)
            {
                return 400 + random.Next(20_000);
            }
        };
        _network.Cut();

        var outcomes = new ConcurrentDictionary<string, string>();
        var talking = Task.Run(async () =>
        {
            for (var number = 0; number < 200; number++)
            {
                var text = $"say {number}";
                try
                {
                    await speaker.SendAsync("say", new { text });
                    outcomes[text] = "done";
                }
                catch (RealtimeException error)
                {
                    outcomes[text] = error.Code;
                }
            }
        });
        for (var number = 0; number < 1_500; number++)
        {
            await _server.PublishAsync("room:a", number, number);
            if (number % 50 == 0)
            {
                await Task.Delay(1);
            }
        }
        await talking.Soon();
        _network.Allowance = static () => null;
        await _server.PublishAsync("room:a", 1_500, 1_500);

        Assert.Equal(Enumerable.Range(0, 1_501), await numbers);
        Assert.Equal(0, resets);
        var texts = listener.Unread.Where(static item => item.Name == "said").Select(static item => item.DataAs<RealServer.Said>().Text).ToList();
        Assert.Equal(texts.Distinct(), texts);
        Assert.Equal(texts.OrderBy(static text => int.Parse(text[4..])), texts);
        Assert.All(outcomes, outcome => Assert.True(outcome.Value == "connection_lost" || (outcome.Value == "done" && texts.Contains(outcome.Key)), outcome.ToString()));
        Assert.Contains("done", outcomes.Values);
        Assert.True(_network.Connections > 10, $"{_network.Connections} connections");
    }

    [Fact]
    public async Task A_server_that_is_restarted_is_joined_again_with_a_lost_place_and_what_waited_is_sent()
    {
        await using var client = new RealtimeClient(_server.Url, Quick);
        var states = client.States();
        var room = await client.JoinAsync("room:a", new { user = "Ada" });
        await _server.PublishAsync("room:a", 1, 3);
        Assert.Equal([1, 2, 3], await room.On<int>("number").TakeAsync(3));
        var reset = new TaskCompletionSource<TopicPlace?>();
        room.Reset += (_, lost) => reset.TrySetResult(lost.Place);

        await _server.StopAsync();
        Assert.Equal(1001, (await states.UntilAsync(RealtimeClientState.Waiting)).Reason!.Code);
        var waiting = room.SendAsync<int>("say", new { text = "while it was down" });
        await _server.StartAsync();

        Assert.Equal(17, await waiting.Soon());
        Assert.NotNull(await reset.Task.Soon());
        await _server.PublishAsync("room:a", 4, 4);
        Assert.Equal([4], await room.On<int>("number").TakeAsync(1));
        await PresentAsync(room, "Ada");
    }

    [Fact]
    public async Task Who_was_away_for_longer_than_the_history_is_told_and_goes_on()
    {
        await using var client = new RealtimeClient(_network.Url, Quick);
        var states = client.States();
        var topic = await client.JoinAsync("brief:a");
        await _server.PublishAsync("brief:a", 1, 2);
        Assert.Equal([1, 2], await topic.On<int>("number").TakeAsync(2));
        _network.Allowance = static () => 1;
        _network.Cut();
        await states.UntilAsync(RealtimeClientState.Waiting);
        await _server.PublishAsync("brief:a", 3, 20);
        _network.Allowance = static () => null;

        var first = Assert.Single(await topic.Events.TakeAsync(1));
        Assert.True(first.IsReset);
        await _server.PublishAsync("brief:a", 21, 21);
        Assert.Equal([21], await topic.On<int>("number").TakeAsync(1));
    }

    [Theory]
    [InlineData("feed")]
    [InlineData("values")]
    public async Task Who_reads_too_slowly_hears_how_many_events_it_missed_and_takes_no_gap_for_a_loss(string name)
    {
        await using var client = new RealtimeClient(_network.Url, Quick with { EventBuffer = 5_000 });
        var topic = await client.JoinAsync(name);
        var resets = 0;
        topic.Reset += (_, _) => Interlocked.Increment(ref resets);

        // More than the buffers of two TCP connections hold.
        _network.Hold();
        var pad = new string('x', 10_000);
        for (var number = 1; number <= 2_500; number++)
        {
            await _server.App.Topics.PublishAsync(name, "value", new { number, key = number % 10, pad });
        }
        _network.Release();
        var offsets = new List<long>();
        using var limit = new CancellationTokenSource(ScriptedServer.Patience);
        await foreach (var item in topic.Events.WithCancellation(limit.Token))
        {
            offsets.Add(item.Offset!.Value);
            if (item.Offset == 2_500)
            {
                break;
            }
        }

        Assert.True(topic.Dropped > 0);
        Assert.Equal(2_500, offsets.Count + topic.Dropped);
        Assert.Equal(offsets.Order().Distinct(), offsets);
        await _server.App.Topics.PublishAsync(name, "value", new { number = 2_501 });
        Assert.Equal(2_501, Assert.Single(await topic.Events.TakeAsync(1)).Offset);
        Assert.Equal((1, 0), (_network.Connections, resets));
    }

    [Fact]
    public async Task A_program_that_was_ended_goes_on_from_the_place_it_wrote_down()
    {
        TopicPlace? place;
        await using (var first = new RealtimeClient(_server.Url))
        {
            var room = await first.JoinAsync("room:a", new { user = "Ada" });
            await _server.PublishAsync("room:a", 1, 2);
            await room.On<int>("number").TakeAsync(2);
            place = room.Place;
        }
        await _server.PublishAsync("room:a", 3, 5);

        await using var second = new RealtimeClient(_server.Url);
        var again = await second.JoinAsync("room:a", new { user = "Ada" }, since: place);

        Assert.Equal([3, 4, 5], await again.On<int>("number").TakeAsync(3));
        Assert.Equal([1, 2], (await again.HistoryAsync(before: 3)).Events.Select(static item => item.DataAs<int>()));
    }

    [Fact]
    public async Task Many_tasks_may_use_one_client()
    {
        await using var client = new RealtimeClient(_server.Url);
        var rooms = await Task.WhenAll(Enumerable.Range(0, 20).Select(index => Task.Run(() => client.JoinAsync($"room:{index}", new { user = "Ada" }))));

        var lengths = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(index => Task.Run(() => rooms[index % 20].SendAsync<int>("say", new { text = index.ToString() })))).Soon();

        Assert.Equal(Enumerable.Range(0, 1_000).Select(static index => index.ToString().Length).ToArray(), lengths.ToArray());
        foreach (var room in rooms)
        {
            var texts = (await room.On<RealServer.Said>("said").TakeAsync(50)).Select(static said => int.Parse(said.Text));
            Assert.Equal(50, texts.Distinct().Count());
        }
        await Task.WhenAll(rooms.Select(room => Task.Run(() => room.LeaveAsync()))).Soon();
        while (Enumerable.Range(0, 20).Any(index => _server.App.Topics.CountOf($"room:{index}") > 0))
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Disposing_at_any_moment_of_a_reconnect_ends_everything_and_throws_nothing_but_closed()
    {
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            var client = new RealtimeClient(_network.Url, Quick);
            var room = await client.JoinAsync("room:a", new { user = $"user {round}" });
            var reading = room.Events.TakeAsync(int.MaxValue);
            var sending = room.SendAsync("say", new { text = "x" });
            _network.Cut();
            for (var spins = random.Next(2_000); spins > 0; spins--)
            {
                await Task.Yield();
            }

            await client.DisposeAsync().AsTask().Soon();

            await reading.Soon();
            Assert.Null(await room.Ended.Soon());
            try
            {
                await sending.Soon();
            }
            catch (RealtimeException error)
            {
                Assert.Contains(error.Code, new[] { "closed", "connection_lost" });
            }
            Assert.Equal("closed", await client.JoinAsync("room:a").CodeAsync());
        }
    }

    [Fact]
    public async Task A_join_that_takes_long_can_be_given_up()
    {
        await using var client = new RealtimeClient(_server.Url);
        using var patience = new CancellationTokenSource();
        var joining = client.JoinAsync("gated", cancellationToken: patience.Token);
        var room = await Task.Run(async () =>
        {
            await client.ConnectAsync();
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joining.Soon());
            return client.State;
        });
        Assert.Equal(RealtimeClientState.Open, room);
    }

    [Fact]
    public async Task A_token_is_asked_for_with_each_connection_and_a_server_that_is_not_there_is_an_error()
    {
        var tokens = 0;
        await using var client = new RealtimeClient(_network.Url, Quick with { Token = _ => new($"t{Interlocked.Increment(ref tokens)}") });
        await client.ConnectAsync().Soon();
        var states = client.States();
        _network.Cut();
        await states.UntilAsync(RealtimeClientState.Open);
        Assert.True(tokens >= 2);

        await using var lost = new RealtimeClient("ws://127.0.0.1:1/realtime");
        Assert.Equal("connection_lost", await lost.ConnectAsync().CodeAsync());
        await using var refused = new RealtimeClient(_server.Url.Replace("/realtime", "/nothing", StringComparison.Ordinal));
        Assert.Contains("404", (await Assert.ThrowsAsync<RealtimeException>(() => refused.ConnectAsync().Soon())).Message);
    }

    [Fact]
    public async Task A_container_makes_one_and_disposes_of_it()
    {
        RealtimeClient client;
        await using (var services = new ServiceCollection().AddRealtimeClient(_server.Url).AddRealtimeClient(_server.Url, _ => Quick, key: "other").BuildServiceProvider())
        {
            client = services.GetRequiredService<RealtimeClient>();
            Assert.NotSame(client, services.GetRequiredKeyedService<RealtimeClient>("other"));
            Assert.Equal("Welcome, Ada.", (await client.JoinAsync("room:a", new { user = "Ada" })).ReplyAs<Dictionary<string, string>>()!["welcome"]);
        }
        Assert.Equal(RealtimeClientState.Closed, client.State);
    }

    private static async Task PresentAsync(JoinedTopic room, params string[] users)
    {
        using var limit = new CancellationTokenSource(ScriptedServer.Patience);
        await foreach (var members in room.Presence.WithCancellation(limit.Token))
        {
            if (members.Select(static member => member.User).Order().SequenceEqual(users))
            {
                return;
            }
        }
    }
}
