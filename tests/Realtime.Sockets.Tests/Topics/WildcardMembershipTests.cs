using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class WildcardMembershipTests
{
    [Fact]
    public async Task A_client_that_is_let_in_hears_every_topic_of_the_pattern_under_its_own_name()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var watcher = await TestClient.ConnectAsync(server);

        var joined = await watcher.JoinAsync("room:*", "admin");
        Assert.Equal("""{"type":"reply","ref":1,"status":"ok"}""", joined.GetRawText());
        await app.Topics.PublishAsync("room:a", "said", 1);
        await app.Topics.PublishAsync("room:a:private", "said", 2);
        await app.Topics.PublishAsync("room:lobby", "said", 3);
        await app.Topics.PublishAsync("room:b", "said", 4);
        await app.Topics.PublishAsync("room:a", "said", 5);

        // The lobby has a pattern of its own, which lets no wildcards in.
        Assert.Equal("""{"type":"event","topic":"room:a","event":"said","data":1,"offset":1,"via":"room:*"}""", (await watcher.NextAsync()).GetRawText());
        Assert.Equal("""{"type":"event","topic":"room:b","event":"said","data":4,"offset":1,"via":"room:*"}""", (await watcher.NextAsync()).GetRawText());
        Assert.Equal("""{"type":"event","topic":"room:a","event":"said","data":5,"offset":2,"via":"room:*"}""", (await watcher.NextAsync()).GetRawText());

        Assert.Equal("ok", (await watcher.AskAsync(new { type = "leave", @ref = 2, topic = "room:*" })).Text("status"));
        await app.Topics.PublishAsync("room:a", "said", 6);
        Assert.Equal("reply", (await watcher.AskAsync(new { type = "ping", @ref = 3 })).Text("type"));
        Assert.Equal(0, app.Topics.Audiences.Count);
    }

    [Fact]
    public async Task One_that_is_in_a_topic_and_a_wildcard_can_tell_the_two_apart()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("room:*", "admin");
        await client.JoinAsync("room:a", reference: 2);
        Assert.Equal("presence", (await client.NextAsync()).Text("type"));

        await app.Topics.PublishAsync("room:a", "said", 1);

        var events = new[] { await client.NextAsync(), await client.NextAsync() };
        Assert.Equal([null, "room:*"], events.Select(static one => one.Text("via")).Order());
    }

    [Theory]
    [InlineData("room:*", null, "forbidden")]
    [InlineData("hall:*", "admin", "forbidden")]
    [InlineData("room:lobby:*", "admin", "forbidden")]
    [InlineData("room:a:b:*", "admin", "unknown_topic")]
    [InlineData("nothing:*", "admin", "unknown_topic")]
    [InlineData("*", "admin", "unknown_topic")]
    [InlineData("score:*:x", "admin", "unknown_topic")]
    [InlineData("score:*:1", "admin", null)]
    [InlineData("score:chess:*", "admin", null)]
    [InlineData("score:*:2", "admin", "forbidden")]
    public async Task A_wildcard_is_refused_unless_its_handler_says_yes(string wildcard, string? who, string? code)
    {
        await using var server = await TestServer.StartAsync(Create());
        await using var client = await TestClient.ConnectAsync(server);

        var reply = await client.JoinAsync(wildcard, who);

        Assert.Equal(code, code is null ? null : reply.Code());
        Assert.Equal(code is null ? "ok" : "error", reply.Text("status"));
    }

    [Fact]
    public async Task A_wildcard_has_no_events_of_its_own_no_presence_and_nothing_of_what_is_said_to_one()
    {
        var app = Create();
        await using var server = await TestServer.StartAsync(app);
        await using var watcher = await TestClient.ConnectAsync(server);
        await using var ada = await TestClient.ConnectAsync(server);
        await watcher.JoinAsync("room:*", "admin");
        await ada.JoinAsync("room:a");

        await app.Topics.SendToUserAsync("room:a", "Ada", "whisper", 1);
        Assert.Equal("unknown_event", (await watcher.AskAsync(new { type = "event", @ref = 2, topic = "room:*", @event = "say" })).Code());
        Assert.Equal("whisper", (await ada.NextAsync(), await ada.NextAsync()).Item2.Text("event"));
        await ada.SendAsync(new { type = "event", topic = "room:a", @event = "say" });
        Assert.Equal("said", (await watcher.NextAsync()).Text("event"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await app.Topics.PublishAsync("room:*", "said", 1));
    }

    [Fact]
    public void A_handler_takes_the_parts_of_a_wildcard_as_text()
    {
        var app = new App();
        app.Topic("room:{id:int}", static room => room.AllowWildcards(static (int id) => true));

        Assert.Contains("may be '*'", Assert.Throws<InvalidOperationException>(() => app.Build()).Message);
        Assert.Throws<InvalidOperationException>(() => new App().Topic("room", static room => room.AllowWildcards(static () => true)));
    }

    private static App Create()
    {
        var app = new App();
        app.Topic("room:{name}", static room => room
            .History(10)
            .Presence()
            .AllowWildcards(static (string name, string? who) => name == "*" && who == "admin")
            .OnJoin(static (Member member) => { member.User = "Ada"; })
            .On("say", static (Member member) => member.PublishToOthersAsync("said", 1)));
        app.Topic("room:lobby", static room => room.History(10));
        app.Topic("room:{name}:private", static _ => { });
        app.Topic("hall:{name}", static _ => { });
        app.Topic("score:{game}:{id:int}", static score => score.AllowWildcards(static (string game, string id) => game == "*" ? id == "1" : id == "*"));
        return app;
    }
}
