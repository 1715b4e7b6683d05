using System.Text.Json;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class PresenceTests
{
    [Fact]
    public async Task Members_hear_who_joins_changes_and_leaves()
    {
        var app = new App();
        Member? alansMember = null;
        app.Topic("room:{name}", room => room.Presence().OnJoin((Member member, Join join) =>
        {
            member.User = join.User;
            member.Data = new { mood = "good" };
            alansMember = member;
        }));
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await TestClient.ConnectAsync(server);
        var alan = await TestClient.ConnectAsync(server);

        await ada.JoinAsync("room:a", new Join("Ada"));
        var me = Assert.Single((await ada.NextAsync()).GetProperty("members").EnumerateArray());
        Assert.Equal(("Ada", "good"), (me.Text("user"), me.GetProperty("data").Text("mood")));

        await alan.JoinAsync("room:a", new Join("Alan"));
        var joined = Assert.Single((await ada.NextAsync()).GetProperty("joined").EnumerateArray());
        Assert.Equal("Alan", joined.Text("user"));
        Assert.NotEqual(me.Text("id"), joined.Text("id"));
        Assert.False(joined.TryGetProperty("connections", out _));

        alansMember!.Data = new { mood = "better" };
        var changed = Assert.Single((await ada.NextAsync()).GetProperty("joined").EnumerateArray());
        Assert.Equal((joined.Text("id"), "better"), (changed.Text("id"), changed.GetProperty("data").Text("mood")));

        alan.Socket.Abort();
        await LostAsync(app, "room:a", members: 1);
        server.Time.Advance(TimeSpan.FromSeconds(5));
        var left = await ada.NextAsync();
        Assert.Equal(joined.Text("id"), Assert.Single(left.GetProperty("left").EnumerateArray()).GetString());
        Assert.Equal(0, left.GetProperty("joined").GetArrayLength());
        Assert.Equal(1, app.Topics.CountOf("room:a"));
    }

    [Fact]
    public async Task Two_windows_of_one_person_are_shown_as_one()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await using var one = await TestClient.ConnectAsync(server);
        await using var other = await TestClient.ConnectAsync(server);
        await one.JoinAsync("room:a", new { user = "Ada" });
        await one.NextAsync();
        await other.JoinAsync("room:a", new { user = "Ada" });

        var shown = Assert.Single((await other.NextAsync()).GetProperty("members").EnumerateArray());
        Assert.Equal("""{"id":"@Ada","user":"Ada","connections":2}""", shown.GetRawText());
        Assert.Equal("""{"type":"presence","topic":"room:a","joined":[{"id":"@Ada","user":"Ada","connections":2}],"left":[]}""", (await one.NextAsync()).GetRawText());
        Assert.Equal(2, app.Topics.CountOf("room:a"));

        await other.AskAsync(new { type = "leave", @ref = 2, topic = "room:a" });
        Assert.Equal("""{"type":"presence","topic":"room:a","joined":[{"id":"@Ada","user":"Ada"}],"left":[]}""", (await one.NextAsync()).GetRawText());
    }

    [Fact]
    public async Task A_reload_is_not_seen_by_others()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await TestClient.ConnectAsync(server);
        await ada.JoinAsync("room:a", new { user = "Ada" });
        await ada.NextAsync();
        var alan = await TestClient.ConnectAsync(server);
        await alan.JoinAsync("room:a", new { user = "Alan" });
        await ada.NextAsync();

        await alan.DisposeAsync();
        await LostAsync(app, "room:a", members: 1);
        server.Time.Advance(TimeSpan.FromSeconds(4.9));
        await using var again = await TestClient.ConnectAsync(server);
        await again.JoinAsync("room:a", new { user = "Alan" });
        Assert.Equal(2, (await again.NextAsync()).GetProperty("members").GetArrayLength());
        server.Time.Advance(TimeSpan.FromSeconds(10));
        await app.Topics.PublishAsync("room:a", "end", 0);

        Assert.Equal("event", (await ada.NextAsync()).Text("type"));
    }

    [Fact]
    public async Task Who_leaves_the_topic_is_gone_at_once()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await TestClient.ConnectAsync(server);
        await using var alan = await TestClient.ConnectAsync(server);
        await ada.JoinAsync("room:a", new { user = "Ada" });
        await ada.NextAsync();
        await alan.JoinAsync("room:a", new { user = "Alan" });
        await ada.NextAsync();

        await alan.AskAsync(new { type = "leave", @ref = 2, topic = "room:a" });

        Assert.Equal("""{"type":"presence","topic":"room:a","joined":[],"left":["@Alan"]}""", (await ada.NextAsync()).GetRawText());
    }

    [Fact]
    public async Task Without_a_grace_period_a_lost_connection_is_told_at_once()
    {
        var app = new App();
        app.Topic("room", static room => room.Presence(new PresenceOptions { Grace = TimeSpan.Zero }).OnJoin(static (Member member, Join join) => { member.User = join.User; }));
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await TestClient.ConnectAsync(server);
        var alan = await TestClient.ConnectAsync(server);
        await ada.JoinAsync("room", new Join("Ada"));
        await ada.NextAsync();
        await alan.JoinAsync("room", new Join("Alan"));
        await ada.NextAsync();

        await alan.DisposeAsync();

        Assert.Equal("@Alan", Assert.Single((await ada.NextAsync()).GetProperty("left").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Many_who_join_at_once_are_told_in_few_frames()
    {
        var app = new App();
        app.Topic("room", static room => room.Presence());
        var pace = new ManualTimeProvider();
        app.Topics.PaceTime = pace;
        await using var server = await TestServer.StartAsync(app);
        var clients = new List<TestClient>();
        for (var index = 0; index < 60; index++)
        {
            clients.Add(await TestClient.ConnectAsync(server));
            await clients[^1].JoinAsync("room");
            // Whoever comes is told of all who are here, whether the others know already or not.
            Assert.Equal(index + 1, (await clients[^1].NextAsync()).GetProperty("members").GetArrayLength());
        }
        pace.Advance(TimeSpan.FromMilliseconds(3));
        await app.Topics.PublishAsync("room", "end", 0);

        var sizes = new List<int>();
        for (var message = await clients[0].NextAsync(); message.Text("type") == "presence"; message = await clients[0].NextAsync())
        {
            sizes.Add(message.GetProperty("joined").GetArrayLength());
        }
        // Below 20 members each is told at once; then there is a rest, here until the clock moves.
        Assert.Equal([.. Enumerable.Repeat(1, 19), 40], sizes);
        clients.ForEach(static client => client.Socket.Abort());
    }

    [Fact]
    public async Task A_topic_may_tell_only_how_many_are_here()
    {
        var app = new App();
        app.Topic("room", static room => room.Presence(new PresenceOptions { CountOnly = true }).OnJoin(static (Member member, Join join) => { member.User = join.User; }));
        await using var server = await TestServer.StartAsync(app);
        await using var ada = await TestClient.ConnectAsync(server);
        await using var again = await TestClient.ConnectAsync(server);
        await using var alan = await TestClient.ConnectAsync(server);

        await ada.JoinAsync("room", new Join("Ada"));
        Assert.Equal("""{"type":"presence","topic":"room","count":1}""", (await ada.NextAsync()).GetRawText());
        await again.JoinAsync("room", new Join("Ada"));
        Assert.Equal("""{"type":"presence","topic":"room","count":1}""", (await again.NextAsync()).GetRawText());
        await alan.JoinAsync("room", new Join("Alan"));

        Assert.Equal("""{"type":"presence","topic":"room","count":2}""", (await ada.NextAsync()).GetRawText());
    }

    [Fact]
    public async Task The_app_can_ask_who_is_here()
    {
        var app = new App();
        app.Topic("plain", static _ => { });
        app.Topic("room", static room =>
        {
            room.Presence();
            room.OnJoin(static (Member member, Join join) => { member.User = join.User; });
            room.On("mood", static (Member member, Mood mood) => { member.Data = mood; });
            room.On("who", static async (Topic topic) => (await topic.PresenceAsync()).Select(static entry => entry.User).Order());
        });
        await using var server = await TestServer.StartAsync(app);
        await using var one = await TestClient.ConnectAsync(server);
        await using var two = await TestClient.ConnectAsync(server);
        await one.JoinAsync("room", new Join("Ada"));
        await two.JoinAsync("room", new Join("Ada"));
        await one.AskAsync(new { type = "event", @ref = 2, topic = "room", @event = "mood", data = new Mood("good") });

        var entry = Assert.Single(await app.Topics.PresenceOfAsync("room"));
        Assert.Equal(("@Ada", "Ada", 2, new Mood("good")), (entry.Id, entry.User, entry.Connections, entry.Read<Mood>()));
        var who = await one.AskAsync(new { type = "event", @ref = 3, topic = "room", @event = "who" });
        Assert.Equal("""["Ada"]""", who.GetProperty("data").GetRawText());

        await one.AskAsync(new { type = "leave", @ref = 4, topic = "room" });
        entry = Assert.Single(await app.Topics.PresenceOfAsync("room"));
        Assert.Equal((1, null), (entry.Connections, entry.Read<Mood>()));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await app.Topics.PresenceOfAsync("plain"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await app.Topics.PresenceOfAsync("nothing"));
    }

    [Fact]
    public async Task Nothing_is_left_of_members_that_vanish_while_they_join_or_change()
    {
        var app = new App();
        app.Topic("room", static room =>
        {
            room.Presence();
            room.OnJoin(static (Member member, Join join) => { member.User = join.User; });
            room.OnLeave(static (Member member) => { member.Data = "too late"; });
        });
        await using var server = await TestServer.StartAsync(app);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(index => Task.Run(async () =>
        {
            await using var client = await TestClient.ConnectAsync(server);
            await client.SendAsync(new { type = "join", @ref = 1, topic = "room", data = new Join($"user {index % 5}") });
            if (index % 2 == 0)
            {
                await client.NextAsync();
            }
            client.Socket.Abort();
        })));

        while (app.Topics.Audiences.Count > 0)
        {
            await Task.Delay(5);
        }
        Assert.Empty(await app.Topics.PresenceOfAsync("room"));
        Assert.Equal(0, ((InMemoryPresenceStore)app.Provider.GetService(typeof(IPresenceStore))!).TopicCount);
    }

    [Fact]
    public async Task Everybody_ends_with_the_same_list_however_many_come_and_go_at_once()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await using var witness = await TestClient.ConnectAsync(server);
        await witness.JoinAsync("room:a", new { user = "witness" });
        var stay = new List<TestClient>();

        await Task.WhenAll(Enumerable.Range(0, 30).Select(index => Task.Run(async () =>
        {
            var client = await TestClient.ConnectAsync(server);
            await client.JoinAsync("room:a", new { user = $"user {index}" });
            if (index % 3 == 0)
            {
                lock (stay)
                {
                    stay.Add(client);
                }
                return;
            }
            await client.DisposeAsync();
        })));
        await LostAsync(app, "room:a", members: 11);
        server.Time.Advance(TimeSpan.FromSeconds(5));

        // A list that never becomes right fails by waiting in vain.
        var expected = app.Topics.MembersOf("room:a").Select(static member => $"@{member.User}").ToHashSet();
        var here = new Dictionary<string, string>();
        while (!expected.SetEquals(here.Keys))
        {
            Apply(here, await witness.NextAsync());
        }
        foreach (var client in stay)
        {
            await client.DisposeAsync();
        }
    }

    // Presence is told of a loss behind the members' list, and of a join behind its reply: where both happen at once, one number alone may be right too early.
    private static async Task LostAsync(App app, string topic, int members)
    {
        while (app.Topics.CountOf(topic) != members || (await app.Topics.PresenceOfAsync(topic)).Sum(static entry => entry.Connections) != members)
        {
            await Task.Delay(5);
        }
    }

    private static void Apply(Dictionary<string, string> here, JsonElement message)
    {
        foreach (var name in new[] { "members", "joined" })
        {
            if (message.TryGetProperty(name, out var members))
            {
                foreach (var member in members.EnumerateArray())
                {
                    here[member.Text("id")!] = member.Text("user")!;
                }
            }
        }
        if (message.TryGetProperty("left", out var left))
        {
            foreach (var id in left.EnumerateArray())
            {
                here.Remove(id.GetString()!);
            }
        }
    }

    private sealed record Join(string User);

    private sealed record Mood(string Is);
}
