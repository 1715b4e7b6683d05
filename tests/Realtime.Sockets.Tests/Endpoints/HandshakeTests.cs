using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Hosting;
using Realtime.Sockets.Tests.Rfc6455;
using Realtime.Testing;

namespace Realtime.Sockets.Tests.Endpoints;

/// <summary>Handlers that answer the handshake themselves.</summary>
public sealed class HandshakeTests
{
    private const string Asking = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    [Fact]
    public async Task A_handler_chooses_the_subprotocol()
    {
        var app = new App();
        app.WebSocket("/{wish}", static async (SocketHandshake handshake, string wish) =>
        {
            var socket = wish == "listed" ? await handshake.AcceptAsync() : await handshake.AcceptAsync(handshake.Subprotocols.LastOrDefault());
            await socket.SendAsync($"{socket.Subprotocol ?? "none"} of {handshake.Subprotocols.Count}");
        }, new SocketOptions { Subprotocols = ["b"] });
        await using var server = await TestServer.StartAsync(app);
        var offers = new TestWebSocketOptions { Subprotocols = ["a", "b", "c"] };

        using var last = await server.ConnectWebSocketAsync("/last", offers);
        Assert.Equal(("c", "c of 3"), (last.SubProtocol, await TextAsync(last)));
        using var listed = await server.ConnectWebSocketAsync("/listed", offers);
        Assert.Equal(("b", "b of 3"), (listed.SubProtocol, await TextAsync(listed)));
        using var none = await server.ConnectWebSocketAsync("/last");
        Assert.Equal(("", "none of 0"), (none.SubProtocol ?? "", await TextAsync(none)));
        await TextAsync(none);
        Assert.Equal(1000, (int?)none.CloseStatus);
    }

    [Fact]
    public async Task A_handler_refuses_with_a_whole_response_over_the_wire()
    {
        var app = new App();
        app.WebSocket("/json", static (SocketHandshake _) => Response.Json(new { why = "closed" }, 451));
        app.WebSocket("/page", static async (SocketHandshake handshake) =>
        {
            var response = Response.Html($"<p>Hello {handshake.Request.Query["name"]}</p>", 403);
            response.Headers.Append("Set-Cookie", "a=1");
            response.Headers.Append("Set-Cookie", "b=2");
            await handshake.DenyAsync(response);
        });
        app.WebSocket("/error", static Task (SocketHandshake _) => throw HttpError.Unauthorized("Who are you?"));
        app.WebSocket("/silent", static (SocketHandshake _) => { });
        app.WebSocket("/elsewhere", static (SocketHandshake _) => Response.Redirect("/there", 307));
        await using var server = await KestrelServerHost.StartAsync(app);

        Assert.Equal((451, """{"why":"closed"}"""), await AskAsync(server.Address, "/json", "Content-Type: application/json"));
        Assert.Equal((403, "<p>Hello &lt;Ada&gt;</p>"), await AskAsync(server.Address, "/page?name=%3CAda%3E", "Set-Cookie: a=1\r\nSet-Cookie: b=2"));
        Assert.Equal(401, (await AskAsync(server.Address, "/error", "application/problem+json")).Status);
        Assert.Equal((403, ""), await AskAsync(server.Address, "/silent", "Content-Length: 0"));
        Assert.Equal((307, ""), await AskAsync(server.Address, "/elsewhere", "Location: /there"));
    }

    [Fact]
    public async Task A_response_that_fails_while_it_is_written_is_a_500()
    {
        var log = new RecordedLog();
        var app = new App();
        app.Services.AddSingleton<ILoggerProvider>(log);
        app.WebSocket("/", static (SocketHandshake _) => Response.Stream(static (_, _) => throw new FormatException("secret")));
        await using var server = await KestrelServerHost.StartAsync(app);

        var (status, body) = await AskAsync(server.Address, "/", "problem+json");

        Assert.Equal(500, status);
        Assert.DoesNotContain("secret", body, StringComparison.Ordinal);
        Assert.Single(log.Entries, static entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_handler_that_accepts_and_then_fails_is_closed_with_1011()
    {
        var app = new App();
        app.WebSocket("/", static async (SocketHandshake handshake) =>
        {
            await handshake.AcceptAsync();
            throw new FormatException();
        });
        await using var server = await TestServer.StartAsync(app);
        using var client = await server.ConnectWebSocketAsync("/");

        await TextAsync(client);

        Assert.Equal(1011, (int?)client.CloseStatus);
    }

    [Fact]
    public async Task A_handler_cannot_take_both_the_handshake_and_the_socket()
    {
        var app = new App();
        app.WebSocket("/", static (SocketHandshake _, Socket _) => { });

        Assert.Contains("SocketHandshake", (await Assert.ThrowsAsync<InvalidOperationException>(() => TestServer.StartAsync(app))).Message, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Body)> AskAsync(Uri address, string path, string header)
    {
        await using var client = await WireClient.ConnectAsync(address);
        await client.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{Asking}"));
        var head = await client.ReadHeadAsync();
        Assert.Contains(header, head, StringComparison.OrdinalIgnoreCase);
        var length = int.Parse(head.Split("Content-Length: ")[1].Split('\r')[0]);
        return (int.Parse(head.Split(' ')[1]), await client.ReadTextAsync(length));
    }

    private static async Task<string> TextAsync(WebSocket client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var buffer = new byte[4096];
        var received = await client.ReceiveAsync(buffer.AsMemory(), limit.Token);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
