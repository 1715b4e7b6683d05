using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Core.Tests;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.Tests.Hosting;

/// <summary>What Kestrel does with bytes that no client library sends. Whatever a peer does wrong, the log says nothing of it.</summary>
public sealed class WireTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ListLogger _log = new();
    private readonly ILoggerFactory _loggers;

    public WireTests() => _loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log));

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public async Task Pipelined_requests_are_served_one_after_another_and_answered_in_order()
    {
        var started = new List<string>();
        var firstRuns = Signal();
        var goOn = Signal();
        await using var server = await StartAsync(async http =>
        {
            started.Add(http.Path);
            if (http.Path is "/1")
            {
                firstRuns.SetResult();
                await goOn.Task.WaitAsync(Patience);
            }
            var body = await http.RequestBody.ReadAtLeastAsync(int.MaxValue);
            await WriteAsync(http, $"{http.Path} {Encoding.ASCII.GetString(body.Buffer)}");
            http.RequestBody.AdvanceTo(body.Buffer.End);
        });
        await using var stream = await RawClient.ConnectAsync(server.Address);

        await SendAsync(stream, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
            + "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
            + "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nchu\r\n3\r\nnks\r\n0\r\n\r\n"
            + "GET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await firstRuns.Task.WaitAsync(Patience);
        string[] startedFirst = [.. started];
        goOn.SetResult();
        var answers = await RawClient.ReadToEndAsync(stream);

        Assert.Equal(["/1"], startedFirst);
        Assert.Equal(["/1", "/2", "/3", "/4"], started);
        int[] places = [.. new[] { "/1 ", "/2 body", "/3 chunks", "/4 " }.Select(text => answers.IndexOf(text, StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        await AssertQuietAsync(server);
    }

    [Theory]
    [InlineData("GET\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1 and more\r\nHost: a\r\n\r\n", 400)]
    [InlineData("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET no-slash HTTP/1.1\r\nHost: a\r\n\r\n", 405)]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-Space : 1\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n", 400)]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n", 400)]
    [InlineData("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505)]
    public async Task A_malformed_request_is_refused_and_the_connection_ends(string request, int status)
    {
        await using var server = await StartAsync(static async http => await http.RequestBody.CopyToAsync(http.ResponseBody));
        await using var stream = await RawClient.ConnectAsync(server.Address);

        await SendAsync(stream, request);

        Assert.Equal(status, Status(await RawClient.ReadToEndAsync(stream)));
        await AssertQuietAsync(server);
    }

    [Theory]
    [InlineData(1, 40_000, 431)]
    [InlineData(200, 10, 431)]
    [InlineData(0, 10_000, 414)]
    public async Task More_header_than_the_limit_is_refused_and_the_connection_ends(int fields, int length, int status)
    {
        await using var server = await StartAsync(static _ => Task.CompletedTask);
        await using var stream = await RawClient.ConnectAsync(server.Address);
        var filler = new string('x', length);

        await SendAsync(stream, $"GET /{(fields == 0 ? filler : "")} HTTP/1.1\r\nHost: a\r\n"
            + string.Concat(Enumerable.Range(0, fields).Select(number => $"X-{number}: {filler}\r\n")) + "\r\n");

        Assert.Equal(status, Status(await RawClient.ReadToEndAsync(stream)));
        await AssertQuietAsync(server);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_response_that_is_aborted_half_way_is_cut_off_on_the_wire(bool declared)
    {
        var seen = Signal();
        await using var server = await StartAsync(async http =>
        {
            http.ResponseHeaders.ContentLength = declared ? 100 : null;
            await WriteAsync(http, "half a resp");
            await seen.Task.WaitAsync(Patience);
            http.Abort();
        });
        await using var stream = await RawClient.ConnectAsync(server.Address);

        await SendAsync(stream, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        var head = await RawClient.ReadHeadAsync(stream);
        var body = await ReadUntilAsync(stream, "half a resp");
        seen.SetResult();
        body += await ReadToCutAsync(stream);

        Assert.Equal(200, Status(head));
        Assert.Contains(declared ? "Content-Length: 100" : "Transfer-Encoding: chunked", head, StringComparison.Ordinal);
        // The last chunk would have a length of 0 (RFC 9112, section 7.1).
        Assert.Equal(declared ? "half a resp" : "b\r\nhalf a resp\r\n", body);
        await AssertQuietAsync(server);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_uploads_too_much_reads_its_413_though_it_never_stops_sending(bool declared)
    {
        await using var server = await StartAsync(static async http =>
        {
            http.MaxRequestBodySize = 1000;
            await http.RequestBody.CopyToAsync(Stream.Null);
        });
        // As a simple client does: it goes on sending until it cannot, however early the answer is there.
        var piece = Encoding.ASCII.GetBytes(declared ? new string('x', 65_536) : $"10000\r\n{new string('x', 65_536)}\r\n");

        async Task<int> PeerAsync()
        {
            await using var stream = await RawClient.ConnectAsync(server.Address);
            await SendAsync(stream, "POST / HTTP/1.1\r\nHost: a\r\n" + (declared ? "Content-Length: 1000000000\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n"));
            var sending = SendUntilCutAsync(stream, piece);
            var answer = await RawClient.ReadHeadAsync(stream);
            await sending;
            return Status(answer);
        }
        var seen = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PeerAsync()));

        Assert.All(seen, static status => Assert.Equal(413, status));
        await AssertQuietAsync(server);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHo")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nonly a part")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nonly ")]
    [InlineData("POST /copied HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nonly a part")]
    public async Task A_peer_that_vanishes_half_way_through_its_request_leaves_no_trace_in_the_log(string half)
    {
        foreach (var reset in new[] { false, true })
        {
            var app = new App();
            app.Services.AddSingleton(_loggers);
            app.Post("/", (Request request) => request.ReadTextAsync());
            app.Post("/copied", async (Request request) => await request.Body.CopyToAsync(Stream.Null));
            await using var server = await KestrelServerHost.StartAsync(app, Options());
            await using (var stream = await RawClient.ConnectAsync(server.Address))
            {
                await SendAsync(stream, half);
                if (reset)
                {
                    stream.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
                }
                else
                {
                    stream.Socket.Shutdown(SocketShutdown.Send);
                    await ReadToCutAsync(stream);
                }
            }
            await AssertQuietAsync(server);
        }
    }

    [Theory]
    [InlineData("/json", "{\"a\": nonsense", 400)]
    [InlineData("/text", "\u00ff\u00fe", 400)]
    [InlineData("/unread", "whatever", 200)]
    [InlineData("/half-read", "whatever", 200)]
    [InlineData("/nowhere", "whatever", 404)]
    public async Task A_body_that_is_refused_or_left_alone_does_not_disturb_the_next_request(string path, string body, int status)
    {
        var app = new App();
        app.Services.AddSingleton(_loggers);
        app.Post("/json", (Dictionary<string, int> numbers) => numbers.Count);
        app.Post("/text", (Request request) => request.ReadTextAsync());
        app.Post("/unread", () => "fine");
        app.Post("/half-read", async (Request request) => (await request.Body.ReadAsync()).Buffer.IsEmpty ? "empty" : "fine");
        app.Get("/next", () => "next");
        await using var server = await KestrelServerHost.StartAsync(app, Options());
        foreach (var framing in new[] { $"Content-Length: {body.Length + 10}\r\n\r\n{body}", $"Transfer-Encoding: chunked\r\n\r\n{body.Length + 10:x}\r\n{body}" })
        {
            await using var stream = await RawClient.ConnectAsync(server.Address);
            await SendAsync(stream, $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{framing}");
            await SendAsync(stream, "0123456789" + (framing.StartsWith('T') ? "\r\n0\r\n\r\n" : "") + "GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            var answers = await RawClient.ReadToEndAsync(stream);

            Assert.Equal(status, Status(answers));
            Assert.EndsWith("next", answers, StringComparison.Ordinal);
        }
        await AssertQuietAsync(server);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 426)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n", 400)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", 400)]
    public async Task A_malformed_handshake_is_refused(string request, int status)
    {
        await using var server = await KestrelServerHost.StartAsync(
            static connection => connection is WebSocketConnection socket ? socket.AcceptAsync() : default, Options());
        await using var stream = await RawClient.ConnectAsync(server.Address);

        await SendAsync(stream, request);

        Assert.Equal(status, Status(await RawClient.ReadHeadAsync(stream)));
        await AssertQuietAsync(server);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x81 })]
    [InlineData(new byte[] { 0x81, 0x05, 1, 2, 3, 4, 5 })]
    [InlineData(new byte[] { 0xF1, 0x80, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 1 })]
    public async Task A_peer_that_vanishes_from_its_socket_or_breaks_its_frames_leaves_no_trace_in_the_log(byte[] bytes)
    {
        foreach (var reset in new[] { false, true })
        {
            var app = new App();
            app.Services.AddSingleton(_loggers);
            app.Use(next => async connection =>
            {
                if (connection is not WebSocketConnection socket)
                {
                    await next(connection);
                    return;
                }
                await socket.AcceptAsync();
                while ((await socket.ReceiveAsync(new byte[100])).MessageType is not System.Net.WebSockets.WebSocketMessageType.Close)
                {
                }
                await socket.SendAsync(new byte[10], System.Net.WebSockets.WebSocketMessageType.Binary);
            });
            await using var server = await KestrelServerHost.StartAsync(app, Options());
            await using (var stream = await RawClient.ConnectAsync(server.Address))
            {
                await SendAsync(stream, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
                Assert.Equal(101, Status(await RawClient.ReadHeadAsync(stream)));
                await stream.WriteAsync(bytes);
                if (reset)
                {
                    stream.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
                }
            }
            await AssertQuietAsync(server);
        }
    }

    [Theory]
    [InlineData("/text", true)]
    [InlineData("/text", false)]
    [InlineData("/copied", true)]
    [InlineData("/copied", false)]
    [InlineData("/piece", true)]
    [InlineData("/piece", false)]
    public async Task A_body_that_is_still_coming_when_the_server_stops_is_read_whole(string path, bool chunked)
    {
        var app = new App();
        app.Services.AddSingleton(_loggers);
        var running = Signal();
        var reading = Signal();
        app.Post("/text", async (Request request) =>
        {
            running.SetResult();
            await StoppingAsync(app);
            var text = request.ReadTextAsync();
            reading.SetResult();
            return await text;
        });
        app.Post("/piece", async (Request request) =>
        {
            running.SetResult();
            await StoppingAsync(app);
            var piece = await request.Body.ReadAsync();
            Assert.False(piece.IsCanceled || piece.IsCompleted);
            request.Body.AdvanceTo(piece.Buffer.Start);
            reading.SetResult();
            return await request.ReadTextAsync();
        });
        app.Post("/copied", async (Request request) =>
        {
            var copy = new MemoryStream();
            var copying = request.Body.CopyToAsync(copy);
            running.SetResult();
            await StoppingAsync(app);
            reading.SetResult();
            await copying;
            return Encoding.ASCII.GetString(copy.ToArray());
        });
        await using var server = await KestrelServerHost.StartAsync(app, Options());
        await using var stream = await RawClient.ConnectAsync(server.Address);
        await SendAsync(stream, $"POST {path} HTTP/1.1\r\nHost: a\r\n" + (chunked ? "Transfer-Encoding: chunked\r\n\r\n6\r\nhal" : "Content-Length: 6\r\n\r\nhal"));

        await running.Task.WaitAsync(Patience);
        var stopping = server.StopAsync();
        await reading.Task.WaitAsync(Patience);
        await SendAsync(stream, chunked ? "ves\r\n0\r\n\r\n" : "ves");

        Assert.EndsWith("halves", await RawClient.ReadToEndAsync(stream), StringComparison.Ordinal);
        await stopping;
        await AssertQuietAsync(server);

        static async Task StoppingAsync(App app)
        {
            var stopping = Signal();
            await using var registration = app.Stopping.Register(stopping.SetResult);
            await stopping.Task.WaitAsync(Patience);
        }
    }

    private ServerHostOptions Options() => new() { LoggerFactory = _loggers };

    private Task<KestrelServerHost> StartAsync(Func<HttpConnection, Task> handle) => KestrelServerHost.StartAsync(
        connection => connection is HttpConnection http ? new ValueTask(handle(http)) : default, Options());

    /// <summary>Stops the server, so that all of its connections have ended, and looks at the log.</summary>
    private async Task AssertQuietAsync(KestrelServerHost server)
    {
        await server.DisposeAsync();
        Assert.NotEmpty(_log.Entries);
        Assert.DoesNotContain(_log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task WriteAsync(HttpConnection http, string text) => await http.ResponseBody.WriteAsync(Encoding.ASCII.GetBytes(text));

    private static async Task SendAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    private static int Status(string answer) => answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)
        ? int.Parse(answer.AsSpan(9, 3), provider: null)
        : throw new FormatException($"This is no answer: '{answer}'.");

    private static async Task<string> ReadUntilAsync(Stream stream, string text)
    {
        var read = new StringBuilder();
        var one = new byte[1];
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one).AsTask().WaitAsync(Patience);
            read.Append((char)one[0]);
        }
        return read.ToString();
    }

    /// <summary>Reads what is left; a reset is an end too.</summary>
    private static async Task<string> ReadToCutAsync(Stream stream)
    {
        var read = new StringBuilder();
        var one = new byte[1];
        try
        {
            while (await stream.ReadAsync(one).AsTask().WaitAsync(Patience) == 1)
            {
                read.Append((char)one[0]);
            }
        }
        catch (IOException)
        {
            // Cut: what has come until now is what there is.
        }
        return read.ToString();
    }

    private static async Task SendUntilCutAsync(Stream stream, byte[] piece)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (true)
            {
                await stream.WriteAsync(piece, patience.Token);
            }
        }
        catch (IOException)
        {
            // The server has had enough.
        }
    }
}
