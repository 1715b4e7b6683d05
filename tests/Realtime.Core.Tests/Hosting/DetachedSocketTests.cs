using System.Net.WebSockets;
using System.Text;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.Tests.Hosting;

/// <summary>WebSockets that live on without Kestrel, as they do on the transport of our own: nothing that the contract promises is lost with it.</summary>
public sealed class DetachedSocketTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_the_request_told_is_told_for_as_long_as_the_socket_lives()
    {
        await using var server = await ServeAsync(async socket =>
        {
            var (headers, facts) = (socket.RequestHeaders, FactsOf(socket));
            await socket.AcceptAsync(new WebSocketAcceptOptions { Subprotocol = "talk" });
            await EchoAsync(socket, () => $"{facts == FactsOf(socket)} {headers["X-Who"]} {headers.Contains("x-nobody")}");
        });
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("talk");
        client.Options.SetRequestHeader("X-Who", "Ada");
        await client.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/a%20path", Query = "?token=1" }.Uri, default);

        // Twice: behind the first message Kestrel's connection has come to its end.
        for (var turn = 0; turn < 2; turn++)
        {
            Assert.Equal("True Ada False", await AskAsync(client));
        }
    }

    [Fact]
    public async Task A_frame_that_comes_in_one_piece_with_the_handshake_is_received()
    {
        await using var server = await ServeAsync(async socket =>
        {
            await socket.AcceptAsync();
            await EchoAsync(socket, static () => "heard");
        });
        await using var stream = await RawClient.ConnectAsync(server.Address);
        byte[] frame = [0x81, 0x82, 0, 0, 0, 0, (byte)'h', (byte)'i'];
        var handshake = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"u8.ToArray();

        await stream.WriteAsync((byte[])[.. handshake, .. frame]);

        // The key and its answer are RFC 6455's own (section 1.3).
        Assert.Contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", await RawClient.ReadHeadAsync(stream), StringComparison.Ordinal);
        var answer = new byte[7];
        await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(Patience);
        Assert.Equal([0x81, 5, .. "heard"u8], answer);
    }

    [Fact]
    public async Task A_token_that_was_asked_for_before_the_accept_fires_when_the_peer_has_gone()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ServeAsync(async socket =>
        {
            var disconnected = socket.Disconnected;
            await socket.AcceptAsync();
            await using var registration = disconnected.UnsafeRegister(_ => gone.TrySetResult(), null);
            await gone.Task;
        });
        using var client = new ClientWebSocket();
        await client.ConnectAsync(Endpoint(server), default);

        client.Abort();

        await gone.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Stopping_waits_for_sockets_and_cuts_those_that_stay()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = await ServeAsync(async socket =>
        {
            await socket.AcceptAsync();
            try
            {
                while ((await socket.ReceiveAsync(new byte[100])).MessageType != WebSocketMessageType.Close)
                {
                }
            }
            finally
            {
                ended.SetResult();
            }
        });
        using var client = new ClientWebSocket();
        await client.ConnectAsync(Endpoint(server), default);
        using var hurry = new CancellationTokenSource();
        var stopping = server.StopAsync(hurry.Token);
        Assert.False(stopping.IsCompleted);

        await hurry.CancelAsync();

        await stopping.WaitAsync(Patience);
        await ended.Task.WaitAsync(Patience);
        await Assert.ThrowsAsync<WebSocketException>(() => client.ReceiveAsync(new byte[100], default).WaitAsync(Patience));
    }

    private static Task<KestrelServerHost> ServeAsync(Func<WebSocketConnection, Task> serve) => KestrelServerHost.StartAsync(
        connection => connection is WebSocketConnection socket ? new ValueTask(serve(socket)) : default);

    private static Uri Endpoint(KestrelServerHost server) => new UriBuilder(server.Address) { Scheme = "ws" }.Uri;

    private static string FactsOf(WebSocketConnection socket) =>
        $"{socket.Scheme} {socket.HttpVersion} {socket.Path} {socket.RawTarget} {socket.QueryString} {socket.Client} {socket.Server} {string.Join(',', socket.RequestHeaders.Select(static field => field.Key.ToUpperInvariant()).Order(StringComparer.Ordinal))}";

    private static async Task EchoAsync(WebSocketConnection socket, Func<string> answer)
    {
        while ((await socket.ReceiveAsync(new byte[100])).MessageType != WebSocketMessageType.Close)
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(answer()), WebSocketMessageType.Text);
        }
    }

    private static async Task<string> AskAsync(ClientWebSocket client)
    {
        var buffer = new byte[500];
        await client.SendAsync("?"u8.ToArray(), WebSocketMessageType.Text, true, default);
        var received = await client.ReceiveAsync(buffer, default).WaitAsync(Patience);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
