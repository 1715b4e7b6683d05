using System.Net.WebSockets;
using System.Text.Json;
using Realtime.Sockets.Tests.MessagePack;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Wire;

/// <summary>A client that speaks the realtime protocol in MessagePack, message by message; tests say it in JSON where that is enough.</summary>
internal sealed class BinaryClient(WebSocket socket) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public WebSocket Socket => socket;

    public static async Task<BinaryClient> ConnectAsync(TestServer server, string subprotocol = "realtime.v1.msgpack")
    {
        var client = new BinaryClient(await server.ConnectWebSocketAsync("/realtime", new TestWebSocketOptions { Subprotocols = [subprotocol] }));
        Assert.Equal(subprotocol, client.Socket.SubProtocol);
        return client;
    }

    public Task SendAsync(string json) => SendAsync(ValueTests.FromJson(json));

    public Task SendAsync(byte[] bytes) => socket.SendAsync(bytes, WebSocketMessageType.Binary, true, CancellationToken.None);

    public async Task<byte[]?> TryNextAsync()
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
            Assert.Equal(WebSocketMessageType.Binary, result.MessageType);
            bytes.AddRange(buffer.AsSpan(0, result.Count));
            if (result.EndOfMessage)
            {
                return [.. bytes];
            }
        }
    }

    /// <summary>The next message of this type, as it came; what comes before is dropped.</summary>
    public async Task<byte[]> NextAsync(string type)
    {
        while (true)
        {
            var bytes = await TryNextAsync() ?? throw new InvalidOperationException($"Closed with {(int?)socket.CloseStatus}");
            if (Json(bytes).Text("type") == type)
            {
                return bytes;
            }
        }
    }

    /// <summary>The next reply, in JSON.</summary>
    public async Task<JsonElement> AskAsync(string json)
    {
        await SendAsync(json);
        return Json(await NextAsync("reply"));
    }

    public static JsonElement Json(byte[] bytes) => JsonSerializer.Deserialize<JsonElement>(ValueTests.ToJson(bytes));

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return default;
    }
}
