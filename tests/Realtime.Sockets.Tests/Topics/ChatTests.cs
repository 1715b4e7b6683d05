using Realtime.Testing;

namespace Realtime.Sockets.Tests.Topics;

public sealed class ChatTests
{
    [Fact]
    public async Task A_conversation_goes_as_the_protocol_page_shows_it()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        await using var ada = await TestClient.ConnectAsync(server);
        await using var alan = await TestClient.ConnectAsync(server);

        var welcome = await ada.JoinAsync("room:lobby", new { user = "Ada" });
        Assert.Equal("ok", welcome.Text("status"));
        Assert.Equal("Welcome to lobby, Ada.", welcome.GetProperty("data").Text("welcome"));
        Assert.Equal(0, welcome.Offset());
        Assert.False(welcome.GetProperty("recovered").GetBoolean());
        var snapshot = await ada.NextAsync();
        Assert.Equal("presence", snapshot.Text("type"));
        Assert.Equal("Ada", Assert.Single(snapshot.GetProperty("members").EnumerateArray()).Text("user"));

        await alan.JoinAsync("room:lobby", new { user = "Alan" });
        Assert.Equal(2, (await alan.NextAsync()).GetProperty("members").GetArrayLength());
        Assert.Equal("Alan", Assert.Single((await ada.NextAsync()).GetProperty("joined").EnumerateArray()).Text("user"));

        await ada.SendAsync(new { type = "event", @ref = 2, topic = "room:lobby", @event = "say", data = new { text = "Hello!" } });
        var said = await ada.NextAsync();
        Assert.Equal("""{"type":"event","topic":"room:lobby","event":"said","data":{"user":"Ada","text":"Hello!"},"offset":1}""", said.GetRawText());
        Assert.Equal("""{"type":"reply","ref":2,"status":"ok"}""", (await ada.NextAsync()).GetRawText());
        Assert.Equal(said.GetRawText(), (await alan.NextAsync()).GetRawText());
    }

    [Fact]
    public async Task A_join_is_refused_with_the_handlers_reason()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        await using var client = await TestClient.ConnectAsync(server);

        var reply = await client.JoinAsync("room:lobby", new { user = " " });

        Assert.Equal("""{"type":"reply","ref":1,"status":"error","error":{"code":"name_required","message":"Say who you are."}}""", reply.GetRawText());
        Assert.Equal("not_joined", (await client.AskAsync(new { type = "event", @ref = 2, topic = "room:lobby", @event = "say" })).Code());
    }
}
