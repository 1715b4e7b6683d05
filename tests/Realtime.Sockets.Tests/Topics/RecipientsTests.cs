using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class RecipientsTests
{
    [Fact]
    public async Task What_is_published_to_others_passes_its_sender_over_without_a_gap()
    {
        await using var server = await TestServer.StartAsync(Create(history: true));
        await using var ada = await TestClient.ConnectAsync(server);
        await using var alan = await TestClient.ConnectAsync(server);
        await ada.JoinAsync("room:a", "Ada");
        await alan.JoinAsync("room:a", "Alan");

        await ada.SendAsync(new { type = "event", @ref = 2, topic = "room:a", @event = "typing", data = "…" });
        Assert.Equal("""{"type":"skip","topic":"room:a","offset":1}""", (await ada.NextAsync()).GetRawText());
        Assert.Equal("""{"type":"reply","ref":2,"status":"ok"}""", (await ada.NextAsync()).GetRawText());
        Assert.Equal("""{"type":"event","topic":"room:a","event":"typing","data":"…","offset":1}""", (await alan.NextAsync()).GetRawText());

        await ada.SendAsync(new { type = "event", topic = "room:a", @event = "say", data = "Hi" });
        Assert.Equal(2, (await ada.NextAsync()).Offset());
        Assert.Equal(2, (await alan.NextAsync()).Offset());
    }

    [Fact]
    public async Task Whoever_resumes_gets_what_was_published_to_others_even_its_sender()
    {
        await using var server = await TestServer.StartAsync(Create(history: true));
        await using var ada = await TestClient.ConnectAsync(server);
        var place = await ada.JoinAsync("room:a", "Ada");
        await ada.AskAsync(new { type = "event", @ref = 2, topic = "room:a", @event = "typing", data = "…" });
        await ada.AskAsync(new { type = "leave", @ref = 3, topic = "room:a" });

        await ada.SendAsync(new { type = "join", @ref = 4, topic = "room:a", data = "Ada", epoch = place.Text("epoch"), offset = 0 });

        Assert.True((await ada.NextAsync()).GetProperty("recovered").GetBoolean());
        var replayed = await ada.NextAsync();
        Assert.Equal(("event", "typing", 1L), (replayed.Text("type"), replayed.Text("event"), replayed.Offset()));
    }

    [Fact]
    public async Task Without_history_there_is_nothing_to_pass_over()
    {
        await using var server = await TestServer.StartAsync(Create(history: false));
        await using var ada = await TestClient.ConnectAsync(server);
        await using var alan = await TestClient.ConnectAsync(server);
        await ada.JoinAsync("room:a", "Ada");
        await alan.JoinAsync("room:a", "Alan");

        await ada.SendAsync(new { type = "event", @ref = 2, topic = "room:a", @event = "typing", data = "…" });

        Assert.Equal("reply", (await ada.NextAsync()).Text("type"));
        Assert.Equal("typing", (await alan.NextAsync()).Text("event"));
    }

    [Fact]
    public async Task All_connections_of_a_user_hear_what_is_sent_to_that_user_and_nobody_else_does()
    {
        var app = Create(history: true);
        await using var server = await TestServer.StartAsync(app);
        await using var one = await TestClient.ConnectAsync(server);
        await using var two = await TestClient.ConnectAsync(server);
        await using var other = await TestClient.ConnectAsync(server);
        await one.JoinAsync("room:a", "Ada");
        await two.JoinAsync("room:a", "Ada");
        await other.JoinAsync("room:a", "Alan");

        await app.Topics.SendToUserAsync("room:a", "Ada", "whisper", 1);
        await app.Topics.SendToUserAsync("room:a", "Nobody", "whisper", 2);
        await app.Topics.PublishAsync("room:a", "said", 3);

        foreach (var client in new[] { one, two })
        {
            Assert.Equal("""{"type":"event","topic":"room:a","event":"whisper","data":1}""", (await client.NextAsync()).GetRawText());
            Assert.Equal(1, (await client.NextAsync()).Offset());
        }
        Assert.Equal(("said", 1L), (await other.NextAsync()) is var said ? (said.Text("event"), said.Offset()) : default);
    }

    private static App Create(bool history)
    {
        var app = new App();
        app.Topic("room:{name}", room =>
        {
            if (history)
            {
                room.History(10);
            }
            room.OnJoin(static (Member member, string user) => { member.User = user; });
            room.On("typing", static (Member member, string what) => member.PublishToOthersAsync("typing", what));
            room.On("say", static (Topic topic, string what) => topic.PublishAsync("said", what));
        });
        return app;
    }
}
