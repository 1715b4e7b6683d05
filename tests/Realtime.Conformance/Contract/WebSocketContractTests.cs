using System.Net.WebSockets;
using System.Text;
using Realtime.Protocol;
using Xunit;

namespace Realtime.Conformance.Contract;

/// <summary>The contract's rules for WebSockets: every server inherits and passes them.</summary>
public abstract class WebSocketContractTests
{
    /// <summary>How many peers must all see the close that ends a faulty connection.</summary>
    protected virtual int Peers => 50;

    protected abstract Task<ContractServer> StartAsync(Application application);

    [Fact]
    public async Task Messages_go_both_ways_in_pieces_of_any_size()
    {
        await using var server = await StartAsync(Probe.Socket(EchoAsync));
        using var client = await server.ConnectAsync();

        foreach (var length in new[] { 0, 1, 125, 126, 65_535, 65_536 })
        {
            var sent = Enumerable.Range(0, length).Select(static index => (byte)index).ToArray();
            await client.SendAsync(sent, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
            Assert.Equal(sent, (await ReceiveAsync(client)).Bytes);
        }
        await client.SendAsync("he"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
        await client.SendAsync("llo"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        Assert.Equal("hello", (await ReceiveAsync(client)).Text);
    }

    [Fact]
    public async Task An_empty_buffer_waits_until_there_is_something_to_read()
    {
        await using var server = await StartAsync(Probe.Socket(static async socket =>
        {
            await socket.AcceptAsync();
            var waited = await socket.ReceiveAsync(Memory<byte>.Empty);
            var buffer = new byte[16];
            var received = await socket.ReceiveAsync(buffer);
            await socket.SendAsync(Encoding.UTF8.GetBytes($"{waited.Count} {received.Count}"), WebSocketMessageType.Text);
        }));
        using var client = await server.ConnectAsync();

        await client.SendAsync("12345"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        Assert.Equal("0 5", (await ReceiveAsync(client)).Text);
    }

    [Fact]
    public async Task Nothing_goes_through_before_the_handshake_is_accepted()
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Socket(Probe.Checked<WebSocketConnection>(done, static async socket =>
        {
            Assert.False(socket.IsAnswered);
            await Probe.RefusesAsync("AcceptAsync", async () => await socket.ReceiveAsync(new byte[1]));
            await Probe.RefusesAsync("AcceptAsync", async () => await socket.SendAsync(new byte[1], WebSocketMessageType.Binary));
            await Probe.RefusesAsync("AcceptAsync", async () => await socket.CloseAsync());
        })));

        await Assert.ThrowsAsync<HandshakeDeniedException>(() => server.ConnectAsync());
        await done.Soon();
    }

    [Fact]
    public async Task The_handshake_is_answered_once()
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Socket(Probe.Checked<WebSocketConnection>(done, static async socket =>
        {
            await socket.AcceptAsync();
            Assert.True(socket.IsAnswered);
            await Probe.RefusesAsync("once", async () => await socket.AcceptAsync());
            await Probe.RefusesAsync("once", async () => await socket.DenyAsync());
        })));

        using var client = await server.ConnectAsync();
        await done.Soon();
    }

    [Fact]
    public async Task A_denied_handshake_cannot_be_accepted()
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Socket(Probe.Checked<WebSocketConnection>(done, static async socket =>
        {
            await socket.DenyAsync(new WebSocketDenial { StatusCode = 401, Body = "who?"u8.ToArray() });
            await Probe.RefusesAsync("once", async () => await socket.AcceptAsync());
        })));

        var denied = await Assert.ThrowsAsync<HandshakeDeniedException>(() => server.ConnectAsync());
        Assert.Equal(401, denied.StatusCode);
        await done.Soon();
    }

    [Fact]
    public async Task An_application_that_returns_without_an_answer_has_denied_with_403()
    {
        await using var server = await StartAsync(Probe.Socket(static _ => Task.CompletedTask));

        Assert.Equal(403, (await Assert.ThrowsAsync<HandshakeDeniedException>(() => server.ConnectAsync())).StatusCode);
    }

    [Fact]
    public async Task An_exception_before_the_answer_is_a_500()
    {
        await using var server = await StartAsync(Probe.Socket(static _ => throw new FormatException()));

        Assert.Equal(500, (await Assert.ThrowsAsync<HandshakeDeniedException>(() => server.ConnectAsync())).StatusCode);
    }

    [Fact]
    public async Task A_subprotocol_is_chosen_among_those_offered()
    {
        await using var server = await StartAsync(Probe.Socket(static async socket =>
        {
            Assert.Equal(["a.v1", "b.v1"], socket.RequestedSubprotocols);
            await Probe.RefusesAsync("c.v1", async () => await socket.AcceptAsync(new WebSocketAcceptOptions { Subprotocol = "c.v1" }));
            await socket.AcceptAsync(new WebSocketAcceptOptions { Subprotocol = "b.v1" });
        }));

        using var client = await server.ConnectAsync("a.v1", "b.v1");

        Assert.Equal("b.v1", client.SubProtocol);
    }

    [Theory]
    [InlineData(1000, "bye")]
    [InlineData(1001, null)]
    [InlineData(3008, "too slow")]
    [InlineData(4999, null)]
    public async Task The_applications_close_reaches_the_peer(int code, string? reason)
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Socket(Probe.Checked<WebSocketConnection>(done, async socket =>
        {
            await socket.AcceptAsync();
            await socket.CloseAsync(code, reason);
            await Probe.RefusesAsync($"{code}", async () => await socket.SendAsync(new byte[1], WebSocketMessageType.Binary));
        })));
        using var client = await server.ConnectAsync();

        await ReceiveAsync(client);

        Assert.Equal(code, (int?)client.CloseStatus);
        Assert.Equal(reason ?? "", client.CloseStatusDescription ?? "");
        await done.Soon();
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1004)]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(1015)]
    [InlineData(5000)]
    public async Task A_close_code_that_may_not_be_sent_is_refused(int code)
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Socket(Probe.Checked<WebSocketConnection>(done, async socket =>
        {
            await socket.AcceptAsync();
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await socket.CloseAsync(code));
        })));
        using var client = await server.ConnectAsync();

        await done.Soon();
    }

    [Theory]
    [InlineData(1000, "")]
    [InlineData(1001, "page left")]
    [InlineData(4001, "because")]
    public async Task The_peers_close_reaches_the_application(int code, string reason)
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Socket(Probe.Checked<WebSocketConnection>(done, async socket =>
        {
            await socket.AcceptAsync();
            Assert.Null(socket.CloseCode);
            Assert.Equal(WebSocketMessageType.Close, (await socket.ReceiveAsync(new byte[16])).MessageType);
            Assert.Equal(code, socket.CloseCode);
            Assert.Equal(reason, socket.CloseReason ?? "");
            await Probe.RefusesAsync($"{code}", async () => await socket.ReceiveAsync(new byte[16]));
        })));
        using var client = await server.ConnectAsync();

        await client.CloseAsync((WebSocketCloseStatus)code, reason, CancellationToken.None).WaitAsync(Probe.Patience);

        await done.Soon();
        Assert.Equal(WebSocketState.Closed, client.State);
    }

    [Fact]
    public async Task A_close_without_a_code_is_1005()
    {
        var code = Probe.Signal<int?>();
        await using var server = await StartAsync(Probe.Socket(Ends(code)));
        await using var client = await server.ConnectRawAsync();

        await client.WriteAsync(Frames.Client(Frames.Close, []));
        await client.FlushAsync();

        Assert.Equal(1005, await code.Soon());
        Assert.NotNull(await Frames.ReadCloseAsync(client));
    }

    [Fact]
    public async Task A_peer_that_vanishes_is_1006_and_sending_to_it_does_nothing()
    {
        var done = Probe.Signal();
        await using var server = await StartAsync(Probe.Socket(Probe.Checked<WebSocketConnection>(done, static async socket =>
        {
            await socket.AcceptAsync();
            Assert.Equal(WebSocketMessageType.Close, (await socket.ReceiveAsync(new byte[16])).MessageType);
            Assert.Equal(1006, socket.CloseCode);
            for (var count = 0; count < 20; count++)
            {
                await socket.SendAsync(new byte[10_000], WebSocketMessageType.Binary);
            }
            await socket.CloseAsync();
        })));

        var client = await server.ConnectRawAsync();
        await client.DisposeAsync();

        await done.Soon();
    }

    [Theory]
    [InlineData(1002)]
    [InlineData(1007)]
    [InlineData(1009)]
    public async Task A_close_over_a_broken_message_reaches_every_peer(int fault)
    {
        var codes = new System.Collections.Concurrent.ConcurrentBag<int?>();
        await using var server = await StartAsync(Probe.Socket(async socket =>
        {
            await socket.AcceptAsync(new WebSocketAcceptOptions { MaxMessageSize = 1000 });
            var buffer = new byte[300];
            while ((await socket.ReceiveAsync(buffer)).MessageType != WebSocketMessageType.Close)
            {
            }
            codes.Add(socket.CloseCode);
            await socket.SendAsync(buffer, WebSocketMessageType.Binary);
        }));
        var broken = fault switch
        {
            1002 => Frames.Client(opcode: 3, new byte[4]),
            1007 => Frames.Client(Frames.Text, [0xC3, 0x28]),
            _ => Frames.Client(Frames.Binary, new byte[5000]),
        };

        async Task<int?> PeerAsync()
        {
            await using var client = await server.ConnectRawAsync();
            // More behind it, unread by the server when it closes: the reason for which a close gets lost.
            byte[] sent = [.. broken, .. Frames.Client(Frames.Text, new byte[2000])];
            await client.WriteAsync(sent);
            // Over HTTP/2 the client keeps what it was not told to flush.
            await client.FlushAsync();
            var code = await Frames.ReadCloseAsync(client);
            if (code is not null && fault is not 1002)
            {
                await client.WriteAsync(Frames.Client(Frames.Close, [(byte)(code.Value >> 8), (byte)code.Value]));
                await client.FlushAsync();
            }
            return code;
        }
        var seen = await Task.WhenAll(Enumerable.Range(0, Peers).Select(_ => PeerAsync())).WaitAsync(Probe.Patience);

        Assert.All(seen, code => Assert.Equal(fault, code));
        await server.DisposeAsync();
        Assert.All(codes, code => Assert.Equal(fault, code));
        Assert.Equal(Peers, codes.Count);
    }

    [Fact]
    public async Task A_message_of_exactly_the_limit_is_received()
    {
        await using var server = await StartAsync(Probe.Socket(EchoAsync));
        using var client = await server.ConnectAsync();

        await client.SendAsync(new byte[65_536], WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        Assert.Equal(65_536, (await ReceiveAsync(client)).Bytes.Length);
        await client.SendAsync(new byte[65_537], WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

        // The pieces within the limit were echoed before the message turned out too long.
        while (client.State is WebSocketState.Open)
        {
            await client.ReceiveAsync(new byte[65_536], CancellationToken.None).WaitAsync(Probe.Patience);
        }
        Assert.Equal(1009, (int?)client.CloseStatus);
    }

    [Fact]
    public async Task An_application_that_returns_with_the_socket_open_has_closed_it_with_1000()
    {
        await using var server = await StartAsync(Probe.Socket(static async socket => await socket.AcceptAsync()));
        using var client = await server.ConnectAsync();

        await ReceiveAsync(client);

        Assert.Equal(1000, (int?)client.CloseStatus);
    }

    [Fact]
    public async Task An_exception_out_of_the_application_is_1011_to_the_peer()
    {
        await using var server = await StartAsync(Probe.Socket(static async socket =>
        {
            await socket.AcceptAsync();
            throw new FormatException("secret");
        }));
        using var client = await server.ConnectAsync();

        await ReceiveAsync(client);

        Assert.Equal(1011, (int?)client.CloseStatus);
        Assert.Empty(client.CloseStatusDescription ?? "");
    }

    [Fact]
    public async Task Abort_is_a_lost_connection_to_the_peer()
    {
        await using var server = await StartAsync(Probe.Socket(static async socket =>
        {
            await socket.AcceptAsync();
            // The peer has the handshake's answer when it speaks: an abort may overtake what was only just written.
            await socket.ReceiveAsync(new byte[16]);
            socket.Abort();
        }));
        using var client = await server.ConnectAsync();
        await client.SendAsync("now"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        await Assert.ThrowsAsync<WebSocketException>(() => ReceiveAsync(client));
    }

    [Fact]
    public async Task The_transport_that_wraps_the_stream_sees_every_byte_and_may_write_its_own()
    {
        await using var server = await StartAsync(Probe.Socket(static async socket =>
        {
            Stream? wire = null;
            await socket.AcceptAsync(new WebSocketAcceptOptions { Transport = stream => wire = stream });
            // An unmasked text frame of two bytes, as a server may send one.
            await wire!.WriteAsync(new byte[] { 0x81, 2, (byte)'h', (byte)'i' });
            await wire.FlushAsync();
            await EchoAsync(socket, accepted: true);
        }));
        using var client = await server.ConnectAsync();

        Assert.Equal("hi", (await ReceiveAsync(client)).Text);
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        Assert.Equal("hello", (await ReceiveAsync(client)).Text);
    }

    [Fact]
    public async Task What_was_kept_throws_once_the_application_has_returned()
    {
        WebSocketConnection? kept = null;
        await using var server = await StartAsync(Probe.Socket(async socket =>
        {
            kept = socket;
            await socket.AcceptAsync();
        }));
        using var client = await server.ConnectAsync();
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Probe.Patience);
        // The server's side ends with the connection; a stop waits for it.
        await server.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => kept!.Path);
        Assert.Throws<ObjectDisposedException>(() => kept!.IsAnswered);
        Assert.Throws<ObjectDisposedException>(() => kept!.RequestHeaders);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await kept!.SendAsync(new byte[1], WebSocketMessageType.Binary));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await kept!.ReceiveAsync(new byte[1]));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await kept!.CloseAsync());
    }

    /// <summary>An application that reads to the end and tells the code.</summary>
    private static Func<WebSocketConnection, Task> Ends(TaskCompletionSource<int?> code) => async socket =>
    {
        await socket.AcceptAsync();
        while ((await socket.ReceiveAsync(new byte[256])).MessageType != WebSocketMessageType.Close)
        {
        }
        code.SetResult(socket.CloseCode);
    };

    private static Task EchoAsync(WebSocketConnection socket) => EchoAsync(socket, accepted: false);

    private static async Task EchoAsync(WebSocketConnection socket, bool accepted)
    {
        if (!accepted)
        {
            await socket.AcceptAsync();
        }
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage);
        }
    }

    private static async Task<(byte[] Bytes, string Text)> ReceiveAsync(WebSocket client)
    {
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var received = await client.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(Probe.Patience);
            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return (message.ToArray(), Encoding.UTF8.GetString(message.ToArray()));
            }
        }
    }
}
