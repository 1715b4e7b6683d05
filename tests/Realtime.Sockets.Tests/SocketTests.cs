using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Testing;

namespace Realtime.Sockets.Tests;

public sealed class SocketTests
{
    [Fact]
    public async Task A_blueprint_has_sockets_under_its_prefix_and_behind_its_hooks()
    {
        var rooms = new Blueprint("rooms", prefix: "/rooms/{room}");
        rooms.Before(Response? (string? key) => key is null ? Response.Text("Bring a key.", status: 401) : null);
        rooms.WebSocket("/talk", async (Socket socket, string room) => await socket.SendAsync(room), new SocketOptions { MaxMessageSize = 1000 });
        var app = new App();
        app.Register(rooms);
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal(401, (await Assert.ThrowsAsync<WebSocketDeniedException>(() => server.ConnectWebSocketAsync("/rooms/lobby/talk"))).Denial.StatusCode);
        using var socket = await server.ConnectWebSocketAsync("/rooms/lobby/talk?key=1");
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        Assert.Equal("lobby", System.Text.Encoding.UTF8.GetString(buffer, 0, received.Count));
    }

    [Fact]
    public async Task Messages_come_back_whole_and_of_their_kind()
    {
        var app = new App();
        app.WebSocket("/echo", static async (Socket socket) =>
        {
            await foreach (var message in socket.ReadAllAsync())
            {
                await socket.SendAsync(message);
            }
        });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/echo");

        foreach (var (text, type) in new[] { ("hé", WebSocketMessageType.Text), ("", WebSocketMessageType.Text), (new string('x', 60_000), WebSocketMessageType.Binary), ("end", WebSocketMessageType.Text) })
        {
            await client.SendAsync(Encoding.UTF8.GetBytes(text), type, true, CancellationToken.None);
            Assert.Equal((text, type), await ReceiveAsync(client));
        }
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task Json_is_read_and_written_and_anything_else_is_closed_with_1007_without_a_log()
    {
        var log = new RecordedLog();
        var app = new App();
        app.Services.AddSingleton<ILoggerProvider>(log);
        int? code = null;
        app.WebSocket("/sum", async (Socket socket) =>
        {
            var sum = 0;
            await foreach (var number in socket.ReadAllAsync<int>())
            {
                await socket.SendAsync(new { sum = sum += number });
            }
            code = socket.CloseCode;
        });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/sum");

        await client.SendAsync("40"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        Assert.Equal("""{"sum":40}""", (await ReceiveAsync(client)).Text);
        await client.SendAsync("2"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        Assert.Equal("""{"sum":42}""", (await ReceiveAsync(client)).Text);
        await client.SendAsync("{"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);

        Assert.Equal(WebSocketMessageType.Close, (await ReceiveAsync(client)).Type);
        Assert.Equal(1007, (int?)client.CloseStatus);
        await client.CloseOutputAsync(WebSocketCloseStatus.InvalidPayloadData, null, CancellationToken.None);
        await server.DisposeAsync();
        Assert.Equal(1007, code);
        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task A_handler_binds_the_path_the_query_and_services()
    {
        var app = new App();
        app.WebSocket("/rooms/{id:int}", static (Socket socket, int id, string? from, App same) => socket.SendAsync($"{id} {from} {same is not null}"));
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/rooms/7?from=there");

        Assert.Equal("7 there True", (await ReceiveAsync(client)).Text);
        Assert.Equal(WebSocketMessageType.Close, (await ReceiveAsync(client)).Type);
        Assert.Equal(1000, (int?)client.CloseStatus);
    }

    [Fact]
    public async Task A_handler_that_throws_is_closed_with_1011_and_logged_once()
    {
        var log = new RecordedLog();
        var app = new App();
        app.Services.AddSingleton<ILoggerProvider>(log);
        app.WebSocket("/fail", new Action<Socket>(static _ => throw new InvalidOperationException("Oh.")));
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/fail");

        Assert.Equal(WebSocketMessageType.Close, (await ReceiveAsync(client)).Type);
        Assert.Equal(1011, (int?)client.CloseStatus);
        Assert.Single(log.Entries, static entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task The_peers_close_ends_the_loop_with_its_code()
    {
        var app = new App();
        var closed = new TaskCompletionSource<int?>();
        app.WebSocket("/", async (Socket socket) =>
        {
            await foreach (var _ in socket.ReadAllAsync())
            {
            }
            closed.SetResult(socket.CloseCode);
        });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/");

        await client.CloseAsync((WebSocketCloseStatus)4321, "Bye.", CancellationToken.None);

        Assert.Equal(4321, await closed.Task.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task The_first_known_subprotocol_that_a_client_offers_is_spoken()
    {
        var app = new App();
        app.WebSocket("/", static (Socket socket) => socket.SendAsync(socket.Subprotocol ?? "none"), new SocketOptions { Subprotocols = ["b", "c"] });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/", new TestWebSocketOptions { Subprotocols = ["a", "c", "b"] });

        Assert.Equal("c", client.SubProtocol);
        Assert.Equal("c", (await ReceiveAsync(client)).Text);
    }

    private static async Task<(string Text, WebSocketMessageType Type)> ReceiveAsync(WebSocket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var bytes = new List<byte>();
        var buffer = new byte[4096];
        ValueWebSocketReceiveResult result;
        do
        {
            result = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            bytes.AddRange(buffer.AsSpan(0, result.Count));
        }
        while (!result.EndOfMessage && result.MessageType != WebSocketMessageType.Close);
        return (Encoding.UTF8.GetString([.. bytes]), result.MessageType);
    }
}
