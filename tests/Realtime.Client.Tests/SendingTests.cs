namespace Realtime.Client.Tests;

public sealed class SendingTests
{
    private readonly WatchedTime _time = new();

    [Fact]
    public async Task What_is_sent_while_the_connection_is_away_leaves_in_order_each_behind_the_answer_to_the_one_before()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time, new RealtimeClientOptions { QueueLimit = 3, Random = static () => 0.5 });
        var (peer, room) = await TopicTests.JoinAsync(client, server, "room");
        await CutAsync(client, peer);
        var calls = Enumerable.Range(1, 3).Select(number => room.SendAsync<int>("say", number)).ToArray();
        Assert.Equal("queue_full", await room.SendAsync("say", 4).CodeAsync());

        _time.Advance(0.25);
        peer = await server.WelcomeAsync();
        await peer.OkAsync(await peer.TakeAsync("join"));

        for (var number = 1; number <= 3; number++)
        {
            var said = await peer.TakeAsync("event");
            Assert.Equal(number, said.GetProperty("data").GetInt32());
            Assert.False(calls[number - 1].IsCompleted);
            await peer.OkAsync(said, number * 10);
            Assert.Equal(number * 10, await calls[number - 1].Soon());
        }
        var direct = room.SendAsync("say", 5);
        await peer.OkAsync(await peer.TakeAsync("event"));
        await direct.Soon();
    }

    [Fact]
    public async Task An_event_whose_answer_was_lost_fails_and_is_never_sent_again()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await TopicTests.JoinAsync(client, server, "room");
        var lost = room.SendAsync("say", "lost");
        await peer.TakeAsync("event");
        await CutAsync(client, peer);
        Assert.Equal("connection_lost", await lost.CodeAsync());
        var kept = room.SendAsync("say", "kept");

        peer = await RejoinedAsync(server);

        var said = await peer.TakeAsync("event");
        Assert.Equal("kept", said.GetProperty("data").GetString());
        await peer.OkAsync(said);
        await kept.Soon();
    }

    [Fact]
    public async Task A_queued_event_that_is_cancelled_is_never_sent()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await TopicTests.JoinAsync(client, server, "room");
        await CutAsync(client, peer);
        using var cancel = new CancellationTokenSource();
        var cancelled = room.SendAsync("say", "cancelled", cancel.Token);
        var kept = room.SendAsync("say", "kept");

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        peer = await RejoinedAsync(server);

        var said = await peer.TakeAsync("event");
        Assert.Equal("kept", said.GetProperty("data").GetString());
        await peer.OkAsync(said);
        await kept.Soon();
    }

    [Fact]
    public async Task A_queue_slows_down_when_the_server_says_too_fast_and_loses_nothing()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await TopicTests.JoinAsync(client, server, "room");
        await CutAsync(client, peer);
        var first = room.SendAsync("say", 1);
        var second = room.SendAsync("say", 2);
        peer = await RejoinedAsync(server);

        await peer.RefuseAsync(await peer.TakeAsync("event"), "too_fast");
        while (!_time.Has(0.75))
        {
            await Task.Yield();
        }
        _time.Advance(0.75);

        for (var number = 1; number <= 2; number++)
        {
            var said = await peer.TakeAsync("event");
            Assert.Equal(number, said.GetProperty("data").GetInt32());
            await peer.OkAsync(said);
        }
        await first.Soon();
        await second.Soon();
    }

    [Fact]
    public async Task So_few_are_unanswered_at_a_time_that_a_ping_always_gets_through()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await TopicTests.JoinAsync(client, server, "room");
        var calls = Enumerable.Range(0, 50).Select(number => room.SendAsync<int>("say", number)).ToArray();
        var taken = new List<System.Text.Json.JsonElement>();
        // 32 at once, and one that waits in front of the queue.
        for (var number = 0; number < 33; number++)
        {
            taken.Add(await peer.TakeAsync("event"));
        }

        _time.Advance(5);

        await peer.OkAsync(await peer.TakeAsync("ping"));
        for (var number = 0; number < 50; number++)
        {
            if (number >= taken.Count)
            {
                taken.Add(await peer.TakeAsync("event"));
            }
            await peer.OkAsync(taken[number], number);
        }
        Assert.Equal(Enumerable.Range(0, 50), await Task.WhenAll(calls).Soon());
        Assert.Equal(Enumerable.Range(0, 50), taken.Select(static said => said.GetProperty("data").GetInt32()));
    }

    [Fact]
    public async Task What_waits_when_the_topic_is_left_or_the_client_closed_fails_with_the_reason()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, one) = await TopicTests.JoinAsync(client, server, "one");
        var (_, two) = await TopicTests.JoinAsync(client, peer, "two");
        var unanswered = two.SendAsync("say", 0);
        await peer.TakeAsync("event");
        await CutAsync(client, peer);
        Assert.Equal("connection_lost", await unanswered.CodeAsync());
        var left = one.SendAsync("say", 1);
        var closed = two.SendAsync("say", 2);

        await one.LeaveAsync().Soon();
        await client.DisposeAsync();

        Assert.Equal("left", await left.CodeAsync());
        Assert.Equal("closed", await closed.CodeAsync());
        Assert.Empty(await two.Events.TakeAsync(1).Soon());
    }

    /// <summary>Lets the client's wait for its next attempt pass, and answers its rejoin.</summary>
    private async Task<ScriptedPeer> RejoinedAsync(ScriptedServer server)
    {
        _time.Advance(0.5);
        var peer = await server.WelcomeAsync();
        await peer.OkAsync(await peer.TakeAsync("join"));
        return peer;
    }

    private static async Task CutAsync(RealtimeClient client, ScriptedPeer peer)
    {
        var states = client.States();
        peer.Cut();
        await states.UntilAsync(RealtimeClientState.Waiting);
    }
}
