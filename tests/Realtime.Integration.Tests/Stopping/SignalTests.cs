using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Realtime.Integration.Tests.Stopping;

/// <summary>What Ctrl+C and a service manager's SIGTERM do to a program.</summary>
public sealed class SignalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_lets_the_request_in_flight_finish_and_nobody_else_in(string signal)
    {
        await using var app = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nhal"u8.ToArray());
        await app.WroteAsync("upload runs");

        await app.SignalAsync(signal);
        await app.WroteAsync("stopping");
        await RefusedAsync(app.Address);
        Assert.DoesNotContain("stopped", app.Output, StringComparison.Ordinal);
        await stream.WriteAsync("ves"u8.ToArray());
        // The end of the connection comes with the answer: the client had not asked for it.
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync().WaitAsync(Patience);

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("halves", answer, StringComparison.Ordinal);
        Assert.Equal(0, await app.ExitAsync());
        Assert.Contains("stopped", app.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_tells_sockets_to_come_back_later(string signal)
    {
        await using var app = await StartAsync();
        using var realtime = await ConnectAsync(app, "/realtime", "realtime.v1.json");
        Assert.Equal("welcome", JsonElement.Parse((await ReceiveAsync(realtime))!).GetProperty("type").GetString());
        using var raw = await ConnectAsync(app, "/raw");

        await app.SignalAsync(signal);
        var away = await ReceiveAsync(realtime);

        Assert.Equal("""{"type":"away","reconnect":7000}""", away);
        foreach (var socket in new[] { realtime, raw })
        {
            Assert.Null(await ReceiveAsync(socket));
            Assert.Equal(1001, (int?)socket.CloseStatus);
            await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, Soon());
        }
        Assert.Equal(0, await app.ExitAsync());
        Assert.Contains("stopped", app.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", "INT", 130)]
    [InlineData("TERM", "INT", 130)]
    [InlineData("INT", "TERM", 143)]
    public async Task A_second_signal_stops_at_once_though_a_request_hangs(string first, string second, int code)
    {
        await using var app = await StartAsync();
        using var client = new HttpClient { BaseAddress = app.Address };
        var hanging = client.GetAsync(new Uri("/hang", UriKind.Relative));
        await app.WroteAsync("hang runs");

        await app.SignalAsync(first);
        await app.WroteAsync("stopping");
        await app.SignalAsync(second);

        Assert.Equal(code, await app.ExitAsync());
        Assert.DoesNotContain("stopped", app.Output, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => hanging);
    }

    private static Task<AppProcess> StartAsync() => AppProcess.StartAsync(AppContext.BaseDirectory, typeof(StopApp).Assembly.Location, "--port", "0");

    private static CancellationToken Soon() => new CancellationTokenSource(Patience).Token;

    private static async Task<ClientWebSocket> ConnectAsync(AppProcess app, string path, string? subprotocol = null)
    {
        var socket = new ClientWebSocket();
        if (subprotocol is not null)
        {
            socket.Options.AddSubProtocol(subprotocol);
        }
        await socket.ConnectAsync(new UriBuilder(app.Address) { Scheme = "ws", Path = path }.Uri, Soon());
        return socket;
    }

    /// <summary>The next message, or null for a close.</summary>
    private static async Task<string?> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), Soon());
        return received.MessageType is WebSocketMessageType.Close ? null : Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    /// <summary>Connects until nobody listens: hooks run while the listener closes.</summary>
    private static async Task RefusedAsync(Uri address)
    {
        var patience = Soon();
        while (true)
        {
            try
            {
                using var another = new TcpClient();
                await another.ConnectAsync(address.Host, address.Port, patience);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionRefused)
            {
                return;
            }
        }
    }
}
