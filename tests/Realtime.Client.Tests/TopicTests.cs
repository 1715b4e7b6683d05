namespace Realtime.Client.Tests;

public sealed class TopicTests
{
    private readonly WatchedTime _time = new();

    [Fact]
    public async Task A_join_is_answered_with_what_the_handler_returned()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var joining = client.JoinAsync("room", new { user = "Ada" }, history: 5);
        var peer = await server.WelcomeAsync();
        var join = await peer.TakeAsync("join");
        Assert.Equal("""{"type":"join","ref":1,"topic":"room","data":{"user":"Ada"},"history":5}""", join.GetRawText());
        await peer.OkAsync(join, new { welcome = "Hello." });

        var room = await joining.Soon();

        Assert.True(room.IsJoined);
        Assert.Equal(new Greeting("Hello."), room.ReplyAs<Greeting>());
        Assert.Equal("already_joined", await client.JoinAsync("room").CodeAsync());
    }

    [Fact]
    public async Task A_refused_join_fails_with_the_servers_code_and_may_be_tried_again()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var joining = client.JoinAsync("room");
        var peer = await server.WelcomeAsync();
        await peer.RefuseAsync(await peer.TakeAsync("join"), "name_required");
        var error = await Assert.ThrowsAsync<RealtimeException>(() => joining.Soon());
        Assert.Equal(("name_required", "Because of name_required."), (error.Code, error.Message));

        var again = client.JoinAsync("room");
        await peer.OkAsync(await peer.TakeAsync("join"));

        await again.Soon();
    }

    [Fact]
    public async Task A_join_that_nobody_waits_for_any_more_is_taken_back()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        using var cancel = new CancellationTokenSource();
        var joining = client.JoinAsync("room", cancellationToken: cancel.Token);
        var peer = await server.WelcomeAsync();
        var join = await peer.TakeAsync("join");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => joining.Soon());
        await peer.TakeAsync("leave");
        await peer.OkAsync(join);
        var again = client.JoinAsync("room");
        await peer.OkAsync(await peer.TakeAsync("join"));
        Assert.True((await again.Soon()).IsJoined);
    }

    [Fact]
    public async Task Data_that_cannot_be_written_fails_where_it_is_given()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);

        await Assert.ThrowsAsync<NotSupportedException>(() => client.JoinAsync("room", new { type = typeof(string) }));
        var joining = client.JoinAsync("room", new { text = new string('x', 70_000) });
        var peer = await server.WelcomeAsync();
        Assert.Equal("too_large", await joining.CodeAsync());

        var (_, room) = await JoinAsync(client, peer, "other");
        Assert.Equal("too_large", await room.SendAsync("say", new string('x', 70_000)).CodeAsync());
        Assert.Equal("bad_data", await SendForAsync<int>(peer, room, "text"));
    }

    [Fact]
    public async Task A_refused_event_fails_with_the_handlers_code_and_a_reply_is_typed()
    {
        await using var server = new ScriptedServer();
        var (peer, room) = await JoinAsync(server.NewClient(_time), server, "room");

        var refused = room.SendAsync("say", new { text = "" });
        await peer.RefuseAsync(await peer.TakeAsync("event"), "empty");
        Assert.Equal("empty", await refused.CodeAsync());

        var answered = room.SendAsync<Greeting>("say", new { text = "Hi" });
        var said = await peer.TakeAsync("event");
        Assert.Equal("""{"text":"Hi"}""", said.GetProperty("data").GetRawText());
        await peer.OkAsync(said, new { welcome = "Hi yourself." });
        Assert.Equal(new Greeting("Hi yourself."), await answered.Soon());
    }

    [Fact]
    public async Task The_data_of_a_join_may_be_made_anew_for_each()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var count = 0;
        var joining = client.JoinAsync("room", () => new { token = ++count });
        var peer = await server.WelcomeAsync();
        var join = await peer.TakeAsync("join");
        Assert.Equal(1, join.GetProperty("data").GetProperty("token").GetInt32());
        await peer.OkAsync(join);
        await joining.Soon();

        peer = await ReconnectAsync(client, server, peer);

        Assert.Equal(2, (await peer.TakeAsync("join")).GetProperty("data").GetProperty("token").GetInt32());
    }

    [Fact]
    public async Task A_rejoin_goes_on_from_the_newest_event_and_doubles_are_dropped()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await JoinAsync(client, server, "room", "e", 7);
        await peer.EventAsync("room", "n", 8, 8);
        await peer.EventAsync("room", "n", 8, 8);
        await peer.EventAsync("room", "n", 0);
        await peer.EventAsync("room", "n", 9, 9);
        Assert.Equal([8, 0, 9], await room.On<int>("n").TakeAsync(3));
        Assert.Equal(new TopicPlace("e", 9), room.Place);

        peer = await ReconnectAsync(client, server, peer);
        var rejoin = await peer.TakeAsync("join");
        Assert.Equal(("e", 9), (rejoin.GetProperty("epoch").GetString(), rejoin.GetProperty("offset").GetInt64()));
        await peer.JoinedAsync(rejoin, "e", 9, recovered: true);
        await peer.EventAsync("room", "n", 10, 10);

        Assert.Equal([10], await room.On<int>("n").TakeAsync(1));
    }

    [Fact]
    public async Task A_gap_is_seen_and_leads_to_a_rejoin_from_the_last_place()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await JoinAsync(client, server, "room", "e", 0);
        await peer.EventAsync("room", "n", 1, 1);
        await peer.EventAsync("room", "n", 3, 3);

        await peer.TakeAsync("leave");
        var rejoin = await peer.TakeAsync("join");
        Assert.Equal(1, rejoin.GetProperty("offset").GetInt64());
        await peer.EventAsync("room", "n", 4, 4);
        await peer.JoinedAsync(rejoin, "e", 1, recovered: true);
        for (var number = 2; number <= 4; number++)
        {
            await peer.EventAsync("room", "n", number, number);
        }

        Assert.Equal([1, 2, 3, 4], await room.On<int>("n").TakeAsync(4));
    }

    [Fact]
    public async Task A_lost_place_is_told_between_the_events_and_to_who_listens()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var joining = client.JoinAsync("room", since: new TopicPlace("old", 5));
        var peer = await server.WelcomeAsync();
        var join = await peer.TakeAsync("join");
        Assert.Equal(("old", 5), (join.GetProperty("epoch").GetString(), join.GetProperty("offset").GetInt64()));
        await peer.JoinedAsync(join, "new", 2);
        var room = await joining.Soon();
        var reset = new TaskCompletionSource<TopicPlace?>();
        room.Reset += (_, lost) => reset.SetResult(lost.Place);
        await peer.SendAsync(new { type = "reset", topic = "room", epoch = "new", offset = 2 });
        await peer.EventAsync("room", "n", 3, 3);

        var events = await room.Events.TakeAsync(2);

        Assert.True(events[0].IsReset);
        Assert.Equal(("n", 3, 3L), (events[1].Name, events[1].DataAs<int>(), events[1].Offset));
        Assert.Equal(new TopicPlace("new", 2), await reset.Task.Soon());
        Assert.Equal(new TopicPlace("new", 3), room.Place);
    }

    [Fact]
    public async Task A_topic_that_keeps_no_history_any_more_is_a_reset()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var joining = client.JoinAsync("room", since: new TopicPlace("old", 5));
        var peer = await server.WelcomeAsync();
        await peer.OkAsync(await peer.TakeAsync("join"));

        Assert.True(Assert.Single(await (await joining.Soon()).Events.TakeAsync(1)).IsReset);
        Assert.Null((await joining).Place);
    }

    [Fact]
    public async Task Who_is_not_let_back_in_is_told_where_it_reads()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await JoinAsync(client, server, "room");
        var reading = room.On<int>("n").TakeAsync(1);
        var watching = room.Presence.TakeAsync(1);

        peer = await ReconnectAsync(client, server, peer);
        await peer.RefuseAsync(await peer.TakeAsync("join"), "banned");

        Assert.Equal("banned", await reading.CodeAsync());
        Assert.Equal("banned", await watching.CodeAsync());
        Assert.Equal("banned", (await room.Ended.Soon())!.Code);
        Assert.Equal("banned", await room.On<int>("n").TakeAsync(1).CodeAsync());
        Assert.Equal("not_joined", await room.SendAsync("say").CodeAsync());
        Assert.Equal(RealtimeClientState.Open, client.State);
    }

    [Fact]
    public async Task Leaving_ends_sequences_without_a_fault_and_a_join_behind_it_is_a_new_one()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await JoinAsync(client, server, "room");
        var reading = room.On<int>("n").TakeAsync(1);
        var watching = room.Presence.TakeAsync(1);

        var leaving = room.LeaveAsync();
        var again = client.JoinAsync("room");
        var leave = await peer.TakeAsync("leave");
        var join = await peer.TakeAsync("join");
        await peer.EventAsync("room", "n", "of the time before");
        await peer.OkAsync(leave);
        await peer.OkAsync(join);

        await leaving.Soon();
        Assert.Empty(await reading.Soon());
        Assert.Empty(await watching.Soon());
        Assert.Null(await room.Ended.Soon());
        Assert.Empty((await again.Soon()).Unread);
        await room.DisposeAsync();
        Assert.True((await again).IsJoined);
    }

    [Fact]
    public async Task A_leave_that_came_too_fast_is_said_again_unless_the_topic_is_wanted_again()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await JoinAsync(client, server, "room");
        var leaving = room.LeaveAsync();

        await peer.RefuseAsync(await peer.TakeAsync("leave"), "too_fast");

        await leaving.Soon();
        await peer.OkAsync(await peer.TakeAsync("leave"));
    }

    [Fact]
    public async Task A_server_that_thinks_this_client_in_already_is_told_to_forget_it_first()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var joining = client.JoinAsync("room");
        var peer = await server.WelcomeAsync();
        var refused = await peer.TakeAsync("join");
        await peer.RefuseAsync(refused, "already_joined");
        // The timer is set inside the gate; what this waits for shows that the reply has been read.
        var (_, _) = await JoinAsync(client, peer, "other");
        _time.Advance(0.25);

        await peer.TakeAsync("leave");
        await peer.OkAsync(await peer.TakeAsync("join"));
        await joining.Soon();
    }

    [Fact]
    public async Task Presence_begins_with_a_snapshot_and_is_kept_up_to_date()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await JoinAsync(client, server, "room");
        Assert.Empty(room.Members);
        await peer.SendAsync(new { type = "presence", topic = "room", joined = new[] { new { id = "early" } }, left = Array.Empty<string>() });
        await peer.SendAsync(new { type = "presence", topic = "room", members = new[] { new { id = "a", user = "Ada" } } });
        await peer.SendAsync(new { type = "presence", topic = "room", joined = new[] { new { id = "b", user = "Alan", data = new { mood = "good" } } }, left = Array.Empty<string>() });
        await peer.SendAsync(new { type = "presence", topic = "room", joined = new[] { new { id = "b", user = "Alan", data = new { mood = "better" } } }, left = new[] { "a" } });
        await peer.EventAsync("room", "done", 1);
        await room.On<int>("done").TakeAsync(1);

        var member = Assert.Single(room.Members);
        Assert.Equal(("b", "Alan", new Feeling("better")), (member.Id, member.User, member.DataAs<Feeling>()));
        Assert.Same(room.Members, Assert.Single(await room.Presence.TakeAsync(1)));

        peer = await ReconnectAsync(client, server, peer);
        await peer.OkAsync(await peer.TakeAsync("join"));
        await peer.SendAsync(new { type = "presence", topic = "room", joined = new[] { new { id = "early" } }, left = new[] { "b" } });
        await peer.SendAsync(new { type = "presence", topic = "room", members = new[] { new { id = "c" } } });
        await foreach (var members in room.Presence)
        {
            if (members is [{ Id: "c" }])
            {
                break;
            }
            Assert.Equal("b", Assert.Single(members).Id);
        }
    }

    [Fact]
    public async Task What_is_skipped_or_dropped_by_the_server_is_no_gap()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await JoinAsync(client, server, "room", "e", 0);

        await peer.EventAsync("room", "n", 1, 1);
        await peer.SendAsync(new { type = "skip", topic = "room", offset = 2 });
        await peer.EventAsync("room", "n", 3, 3);
        await peer.SendAsync(new { type = "dropped", topic = "room", count = 4, offset = 7 });
        await peer.EventAsync("room", "n", 8, 8);

        Assert.Equal([1, 3, 8], await room.On<int>("n").TakeAsync(3));
        Assert.Equal(4, room.Dropped);
        Assert.Equal(new TopicPlace("e", 8), room.Place);
    }

    [Fact]
    public async Task Events_of_a_wildcard_name_their_topic()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, all) = await JoinAsync(client, server, "room:*");
        var (_, lobby) = await JoinAsync(client, peer, "room:lobby");

        await peer.SendAsync(new { type = "event", topic = "room:lobby", @event = "n", data = 1, offset = 7, via = "room:*" });
        await peer.EventAsync("room:lobby", "n", 1, 7);

        var item = Assert.Single(await all.Events.TakeAsync(1));
        Assert.Equal(("room:lobby", 7L), (item.Topic, item.Offset));
        Assert.Equal([1], await lobby.On<int>("n").TakeAsync(1));
    }

    [Fact]
    public async Task Who_is_taken_out_learns_why_and_stays_out()
    {
        await using var server = new ScriptedServer();
        var (peer, room) = await JoinAsync(server.NewClient(_time), server, "room");
        var reading = room.Events.TakeAsync(1);

        await peer.SendAsync(new { type = "left", topic = "room", error = new { code = "banned", message = "Behave.", details = new { days = 3 } } });

        Assert.Equal("banned", await reading.CodeAsync());
        var error = await room.Ended.Soon();
        Assert.Equal(("Behave.", 3), (error!.Message, error.Details.GetProperty("days").GetInt32()));
        Assert.False(room.IsJoined);
    }

    [Fact]
    public async Task Very_many_members_are_a_number_until_a_list_comes_again()
    {
        await using var server = new ScriptedServer();
        var (peer, room) = await JoinAsync(server.NewClient(_time), server, "room");
        await peer.SendAsync(new { type = "presence", topic = "room", members = new[] { new { id = "@Ada", user = "Ada", connections = 2 } } });
        await peer.EventAsync("room", "done", 1);
        await room.On<int>("done").TakeAsync(1);
        Assert.Equal((1, 2), (room.Members.Total, Assert.Single(room.Members).Connections));

        await peer.SendAsync(new { type = "presence", topic = "room", count = 41_310 });
        await peer.SendAsync(new { type = "presence", topic = "room", joined = new[] { new { id = "x" } }, left = Array.Empty<string>() });
        await peer.EventAsync("room", "done", 2);
        await room.On<int>("done").TakeAsync(1);

        Assert.Empty(room.Members);
        Assert.Equal(41_310, room.Members.Total);
    }

    [Fact]
    public async Task Older_events_are_paged_from_before_the_first_that_came()
    {
        await using var server = new ScriptedServer();
        var client = server.NewClient(_time);
        var (peer, room) = await JoinAsync(client, server, "room", "e", 7);
        await peer.EventAsync("room", "n", 8, 8);

        var asking = room.HistoryAsync(limit: 2);
        var ask = await peer.TakeAsync("history");
        Assert.Equal((8, 2), (ask.GetProperty("before").GetInt64(), ask.GetProperty("limit").GetInt32()));
        await peer.OkAsync(ask, new { epoch = "e", events = new object[] { new { @event = "n", data = 6, offset = 6 }, new { @event = "n", data = 7, offset = 7 } }, more = true });

        var page = await asking.Soon();
        Assert.Equal(("e", true), (page.Epoch, page.HasMore));
        Assert.Equal([(6, 6L), (7, 7L)], page.Events.Select(static item => (item.DataAs<int>(), item.Offset!.Value)));
        Assert.Equal([8], await room.On<int>("n").TakeAsync(1));
        Assert.Equal("bad_data", await PageAsync("nonsense"));

        async Task<string> PageAsync(object answer)
        {
            var paging = room.HistoryAsync(5);
            await peer.OkAsync(await peer.TakeAsync("history"), answer);
            return await paging.CodeAsync();
        }
    }

    internal static async Task<(ScriptedPeer Peer, JoinedTopic Topic)> JoinAsync(RealtimeClient client, ScriptedServer server, string name)
    {
        var joining = client.JoinAsync(name);
        var peer = await server.WelcomeAsync();
        await peer.OkAsync(await peer.TakeAsync("join"));
        return (peer, await joining.Soon());
    }

    internal static async Task<(ScriptedPeer Peer, JoinedTopic Topic)> JoinAsync(RealtimeClient client, ScriptedServer server, string name, string epoch, long offset)
    {
        var joining = client.JoinAsync(name);
        var peer = await server.WelcomeAsync();
        await peer.JoinedAsync(await peer.TakeAsync("join"), epoch, offset);
        return (peer, await joining.Soon());
    }

    internal static async Task<(ScriptedPeer Peer, JoinedTopic Topic)> JoinAsync(RealtimeClient client, ScriptedPeer peer, string name)
    {
        var joining = client.JoinAsync(name);
        await peer.OkAsync(await peer.TakeAsync("join"));
        return (peer, await joining.Soon());
    }

    private async Task<ScriptedPeer> ReconnectAsync(RealtimeClient client, ScriptedServer server, ScriptedPeer peer)
    {
        var states = client.States();
        peer.Cut();
        await states.UntilAsync(RealtimeClientState.Waiting);
        _time.Advance(2);
        return await server.WelcomeAsync();
    }

    private static async Task<string> SendForAsync<T>(ScriptedPeer peer, JoinedTopic room, object reply)
    {
        var sending = room.SendAsync<T>("say");
        await peer.OkAsync(await peer.TakeAsync("event"), reply);
        return await sending.CodeAsync();
    }

    private sealed record Greeting(string Welcome);

    private sealed record Feeling(string Mood);
}
