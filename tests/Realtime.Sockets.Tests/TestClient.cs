using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Realtime.Testing;

namespace Realtime.Sockets.Tests;

/// <summary>A client that speaks the realtime protocol frame by frame, as docs/protocol.md spells it.</summary>
internal sealed class TestClient(WebSocket socket) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public WebSocket Socket => socket;

    public static async Task<TestClient> ConnectAsync(TestServer server, string path = "/realtime", bool welcomed = true)
    {
        var client = new TestClient(await server.ConnectWebSocketAsync(path, new TestWebSocketOptions { Subprotocols = ["realtime.v1.json"] }));
        if (welcomed)
        {
            Assert.Equal("welcome", (await client.NextAsync()).Text("type"));
        }
        return client;
    }

    public Task SendAsync(object message) => SendTextAsync(JsonSerializer.Serialize(message));

    public Task SendTextAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>The next message; fails where the socket was closed instead.</summary>
    public async Task<JsonElement> NextAsync() => await TryNextAsync() ?? throw new InvalidOperationException($"Closed with {(int?)socket.CloseStatus} {socket.CloseStatusDescription}");

    /// <summary>The next message, or null where the socket was closed.</summary>
    public async Task<JsonElement?> TryNextAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var bytes = new List<byte>();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }
            bytes.AddRange(buffer.AsSpan(0, result.Count));
            if (result.EndOfMessage)
            {
                return JsonSerializer.Deserialize<JsonElement>(bytes.ToArray());
            }
        }
    }

    /// <summary>Sends, and gives the reply to it; what comes before is dropped.</summary>
    public async Task<JsonElement> AskAsync(object message)
    {
        var json = JsonSerializer.SerializeToElement(message);
        await SendAsync(message);
        while (true)
        {
            var next = await NextAsync();
            if (next.Text("type") == "reply" && next.GetProperty("ref").GetInt64() == json.GetProperty("ref").GetInt64())
            {
                return next;
            }
        }
    }

    public Task<JsonElement> JoinAsync(string topic, object? data = null, long reference = 1) => AskAsync(new { type = "join", @ref = reference, topic, data });

    /// <summary>Reads up to the close and gives its code.</summary>
    public async Task<int> ClosedAsync()
    {
        while (await TryNextAsync() is not null)
        {
        }
        return (int)socket.CloseStatus!;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (socket.State == WebSocketState.Open)
            {
                using var limit = new CancellationTokenSource(Patience);
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
            }
        }
        catch (WebSocketException)
        {
        }
        socket.Dispose();
    }
}

internal static class JsonReading
{
    public static string? Text(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static string? Code(this JsonElement element) => element.GetProperty("error").Text("code");

    public static long Offset(this JsonElement element) => element.GetProperty("offset").GetInt64();
}
