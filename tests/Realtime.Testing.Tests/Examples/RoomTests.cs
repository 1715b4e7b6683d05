// What docs/guide/testing.md shows beside ChatTests.cs.
using System.Net.WebSockets;
using Realtime;
using Realtime.Testing;
using Xunit;

public sealed class RoomTests
{
    [Fact]
    public async Task A_name_is_required()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        await using var nobody = await server.ConnectAsync();

        var refused = await Assert.ThrowsAsync<RealtimeException>(() => nobody.JoinAsync("room:lobby", new { user = "" }));

        Assert.Equal("name_required", refused.Code);
    }

    [Fact]
    public async Task Who_comes_later_reads_what_was_said()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await app.Topics.PublishAsync("room:lobby", "said", new Said("Ada", "Is anybody there?"));

        await using var alan = await server.ConnectAsync();
        var room = await alan.JoinAsync("room:lobby", new { user = "Alan" }, history: 10);

        Assert.Equal("Is anybody there?", (await room.NextAsync<Said>("said")).Text);
    }

    [Fact]
    public async Task What_is_said_is_forgotten_after_a_day()
    {
        var app = ChatApp.Create();
        await using var server = await TestServer.StartAsync(app);
        await app.Topics.PublishAsync("room:lobby", "said", new Said("Ada", "Is anybody there?"));

        server.Time.Advance(TimeSpan.FromHours(25));        // takes no time at all

        Assert.Empty(await app.Topics.HistoryAsync("room:lobby"));
    }

    [Fact]
    public async Task Everybody_sees_who_is_here()
    {
        await using var server = await TestServer.StartAsync(ChatApp.Create());
        await using var ada = await server.ConnectAsync();
        await using var alan = await server.ConnectAsync();
        var adasRoom = await ada.JoinAsync("room:lobby", new { user = "Ada" });
        var alansRoom = await alan.JoinAsync("room:lobby", new { user = "Alan" });

        await adasRoom.Presence.FirstAsync(members => members.Any(member => member.User == "Alan"));
        await alansRoom.LeaveAsync();

        await adasRoom.Presence.FirstAsync(members => members.Count == 1);
    }

    [Fact]
    public async Task A_raw_socket_is_a_WebSocket_like_any_other()
    {
        var app = new App();
        app.WebSocket("/echo", async (Socket socket) =>
        {
            await foreach (var message in socket.ReadAllAsync())
            {
                await socket.SendAsync(message);
            }
        });
        await using var server = await TestServer.StartAsync(app);
        using var socket = await server.ConnectWebSocketAsync("/echo");

        await socket.SendAsync("Hello!"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, default);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, default);

        Assert.Equal("Hello!"u8, buffer.AsSpan(0, received.Count));
    }
}
