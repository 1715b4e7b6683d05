using System.IO.Compression;
using System.Net.WebSockets;
using System.Text;
using Realtime.Hosting;
using Realtime.Sockets.Tests.Rfc6455;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Transport;

/// <summary>One compressed frame for all receivers that speak compression (RFC 7692).</summary>
public sealed class CompressedBroadcastTests
{
    [Fact]
    public async Task A_broadcast_reaches_those_that_speak_compression_and_those_that_do_not()
    {
        var app = new App();
        app.Sockets = app.Sockets with { Compression = new SocketCompression { Threshold = 100 } };
        app.Topic("news", static _ => { });
        await using var server = await KestrelServerHost.StartAsync(app);
        await using var plain = await JoinAsync(server.Address, offer: "");
        await using var first = await JoinAsync(server.Address, offer: "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
        await using var second = await JoinAsync(server.Address, offer: "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        await using var picky = await JoinAsync(server.Address, offer: "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n");

        foreach (var text in new[] { "small", new string('x', 5000), "small", new string('y', 60_000) })
        {
            await app.Topics.PublishAsync("news", "said", text);
            var expected = (await plain.ReadAsync())!.Value;
            Assert.Contains(text, expected.Text, StringComparison.Ordinal);
            Assert.Equal(expected.Text, (await picky.ReadAsync())!.Value.Text);
            var one = (await first.ReadAsync())!.Value;
            var other = (await second.ReadAsync())!.Value;
            Assert.Equal(one.Payload, other.Payload);
            Assert.Equal(text.Length > 100 ? 4 : 0, one.Reserved);
            Assert.Equal(expected.Text, text.Length > 100 ? Inflate(one.Payload) : one.Text);
            Assert.True(text.Length <= 100 || one.Payload.Length < 300);
        }
    }

    [Fact]
    public async Task The_server_in_memory_speaks_it_too()
    {
        var app = new App();
        app.WebSocket("/echo", static async (Socket socket) =>
        {
            await foreach (var message in socket.ReadAllAsync())
            {
                await socket.SendAsync(message);
            }
        }, new SocketOptions { Compression = new SocketCompression() });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync(
            "/echo", new TestWebSocketOptions { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Sec-WebSocket-Extensions"] = "permessage-deflate" } });
        var sent = Encoding.UTF8.GetBytes(new string('z', 50_000));

        await client.SendAsync(sent, WebSocketMessageType.Text, true, CancellationToken.None);

        var received = new byte[60_000];
        var length = 0;
        ValueWebSocketReceiveResult result;
        do
        {
            result = await client.ReceiveAsync(received.AsMemory(length), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            length += result.Count;
        }
        while (!result.EndOfMessage);
        Assert.Equal(sent, received[..length]);
    }

    [Fact]
    public void A_frame_is_compressed_once_and_only_where_it_gets_smaller()
    {
        var frame = PreparedFrame.Of(new byte[5000]);
        Assert.Same(frame.Bytes, frame.Compressed(threshold: 10_000));
        Assert.Same(frame.Compressed(threshold: 1000), frame.Compressed(threshold: 1000));
        Assert.NotSame(frame.Bytes, frame.Compressed(threshold: 1000));

        var noise = new byte[5000];
        new Random(1).NextBytes(noise);
        var hard = PreparedFrame.Of(noise, WebSocketMessageType.Binary);
        Assert.Same(hard.Bytes, hard.Compressed(threshold: 1));
        Assert.Same(PreparedFrame.Ping.Bytes, PreparedFrame.Ping.Compressed(threshold: 1));
    }

    private static async Task<WireClient> JoinAsync(Uri address, string offer)
    {
        var client = await WireClient.OpenAsync(address, "/realtime", $"Sec-WebSocket-Protocol: realtime.v1.json\r\n{offer}");
        await client.SendAsync(Frame.Of(Frame.Text, """{"type":"join","ref":1,"topic":"news"}"""));
        Assert.Contains("welcome", (await client.ReadAsync())!.Value.Text, StringComparison.Ordinal);
        Assert.Contains("\"ok\"", (await client.ReadAsync())!.Value.Text, StringComparison.Ordinal);
        return client;
    }

    private static string Inflate(byte[] bytes)
    {
        using var inflate = new DeflateStream(new MemoryStream([.. bytes, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
        using var reader = new StreamReader(inflate, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
