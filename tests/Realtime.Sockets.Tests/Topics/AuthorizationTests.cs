using System.Text.Json;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class AuthorizationTests
{
    [Fact]
    public async Task Data_of_a_join_is_whole_also_when_its_authorisation_takes_a_while()
    {
        var gate = new TaskCompletionSource();
        var app = new App();
        app.Topic("room", room => room
            .Authorize(async () =>
            {
                await gate.Task;
                return true;
            })
            .OnJoin((JsonElement data) => data.GetProperty("text").GetString()));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.SendAsync(new { type = "join", @ref = 1, topic = "room", data = new { text = new string('a', 500) } });
        // What comes next is read into the same memory.
        for (var reference = 2; reference <= 10; reference++)
        {
            await client.AskAsync(new { type = "ping", @ref = reference, more = new string('b', 500) });
        }

        gate.SetResult();

        Assert.Equal(new string('a', 500), (await client.NextAsync()).Text("data"));
    }

    [Fact]
    public async Task Only_whom_the_handler_lets_in_becomes_a_member()
    {
        var app = new App();
        app.Topic("room:{name}", static room => room
            .Authorize(static async (string name, string? password, Request request) =>
            {
                await Task.Yield();
                return name == "open" || (password == "sesame" && request.Path == "/realtime");
            })
            .OnJoin(static () => "in"));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);

        Assert.Equal("""{"type":"reply","ref":1,"status":"error","error":{"code":"forbidden","message":"This client may not be in the topic 'room:secret'."}}""", (await client.JoinAsync("room:secret")).GetRawText());
        Assert.Equal("in", (await client.JoinAsync("room:open", reference: 2)).Text("data"));
        Assert.Equal("in", (await client.JoinAsync("room:secret", "sesame", reference: 3)).Text("data"));
        Assert.Equal("unknown_topic", (await client.JoinAsync("hall:open", reference: 4)).Code());
    }

    [Fact]
    public async Task A_name_that_does_not_convert_matches_no_pattern()
    {
        var app = new App();
        app.Topic("room:{id:int}", static room => room.OnJoin(static (int id) => id + 1));
        app.Topic("room:{name}:chat", static room => room.OnJoin(static (string name) => name));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);

        Assert.Equal(8, (await client.JoinAsync("room:7")).GetProperty("data").GetInt32());
        Assert.Equal("unknown_topic", (await client.JoinAsync("room:lobby", reference: 2)).Code());
        Assert.Equal("unknown_topic", (await client.JoinAsync("room:99999999999", reference: 3)).Code());
        Assert.Equal("lobby", (await client.JoinAsync("room:lobby:chat", reference: 4)).Text("data"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await app.Topics.PublishAsync("room:lobby", "said", 1));
    }

    [Fact]
    public async Task A_refusal_may_bring_details()
    {
        var app = new App();
        app.Topic("t", static topic => topic
            .On("buy", static void (int amount) => throw new TopicError("too_many", "There are not as many.", new { amount, left = 3 }))
            .On("broken", static void () => throw new TopicError("broken", "Details that cannot be written.", new Uri("http://a/").GetType())));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);
        await client.JoinAsync("t");

        var refused = await client.AskAsync(new { type = "event", @ref = 2, topic = "t", @event = "buy", data = 5 });
        Assert.Equal("""{"type":"reply","ref":2,"status":"error","error":{"code":"too_many","message":"There are not as many.","details":{"amount":5,"left":3}}}""", refused.GetRawText());
        Assert.Equal("internal", (await client.AskAsync(new { type = "event", @ref = 3, topic = "t", @event = "broken" })).Code());
        Assert.Equal("ok", (await client.AskAsync(new { type = "ping", @ref = 4 })).Text("status"));
        Assert.Equal("not_joined", (await client.AskAsync(new { type = "leave", @ref = 5, topic = "u" })).Code());
    }

    [Fact]
    public async Task A_handler_that_fails_behind_the_join_is_told_as_an_error_and_not_as_a_second_reply()
    {
        var app = new App();
        app.Topic("refusing", static topic => topic.OnJoined(static void () => throw new TopicError("late", "Too late.")));
        app.Topic("failing", static topic => topic.OnJoined(static void () => throw new InvalidOperationException()));
        await using var server = await TestServer.StartAsync(app);
        await using var client = await TestClient.ConnectAsync(server);

        Assert.Equal("ok", (await client.JoinAsync("refusing")).Text("status"));
        Assert.Equal("""{"type":"error","topic":"refusing","error":{"code":"late","message":"Too late."}}""", (await client.NextAsync()).GetRawText());
        Assert.Equal("ok", (await client.JoinAsync("failing", reference: 2)).Text("status"));
        var failed = await client.NextAsync();
        Assert.Equal(("error", "failing", "internal"), (failed.Text("type"), failed.Text("topic"), failed.Code()));
    }
}
