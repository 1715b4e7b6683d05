using Realtime.Protocol;

namespace Realtime.Testing.Tests;

public sealed class ConnectTests
{
    [Fact]
    public async Task A_client_stays_when_the_apps_clock_moves_by_hours()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        await using var client = await server.ConnectAsync();
        var room = await client.JoinAsync("room:lobby", new { user = "Ada" });
        var states = new List<RealtimeClientState>();
        client.StateChanged += (_, change) => states.Add(change.State);

        server.Time.Advance(TimeSpan.FromHours(5));

        await room.SendAsync("say", new { text = "Still here." });
        Assert.Equal(new Said("Ada", "Still here."), await room.NextAsync<Said>("said"));
        Assert.Empty(states);
    }

    [Fact]
    public async Task The_next_event_is_one_of_its_name_and_none_is_lost_on_the_way()
    {
        var app = new App();
        app.Topic("t", static topic => topic.History(10));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await server.ConnectAsync();
        var topic = await client.JoinAsync("t");
        await app.Topics.PublishAsync("t", "a", 1);
        await app.Topics.PublishAsync("t", "b", 2);
        await app.Topics.PublishAsync("t", "a", 3);

        Assert.Equal(2, await topic.NextAsync<int>("b"));
        Assert.Equal(1, await topic.NextAsync<int>("a"));
        Assert.Equal(3, await topic.NextAsync<int>("a"));
    }

    [Fact]
    public async Task An_event_that_does_not_come_is_an_error_that_says_what_came_instead()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await using var client = await server.ConnectAsync();
        var room = await client.JoinAsync("room:lobby", new { user = "Ada" });
        await room.SendAsync("say", new { text = "Hello!" });

        var error = await Assert.ThrowsAsync<TimeoutException>(() => room.NextAsync<Said>("sang", TimeSpan.FromMilliseconds(50)));

        Assert.Contains("No event 'sang' came to 'room:lobby'", error.Message);
        Assert.Contains("""said {"user":"Ada","text":"Hello!"}""", error.Message);
        Assert.Equal(new Said("Ada", "Hello!"), await room.NextAsync<Said>("said"));
    }

    [Fact]
    public async Task A_handshake_that_the_app_refuses_is_told_at_once()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());

        var denied = await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectAsync(
            new TestWebSocketOptions { Headers = new Dictionary<string, string> { ["Origin"] = "http://evil.example" } }));

        Assert.Equal(403, denied.Denial.StatusCode);
    }

    [Fact]
    public async Task The_token_goes_with_each_handshake()
    {
        var app = new App();
        app.Topic("t", static topic => topic.OnJoin(static (Request request) => request.Headers["Authorization"].ToString()));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await server.ConnectAsync(options: new RealtimeClientOptions { Token = static _ => new("secret") });

        var topic = await client.JoinAsync("t");

        Assert.Equal("Bearer secret", topic.ReplyAs<string>());
    }
}
