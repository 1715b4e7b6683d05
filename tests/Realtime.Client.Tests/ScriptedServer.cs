using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Realtime.Client.Tests;

/// <summary>A server whose every word is the test's: each attempt to connect becomes a <see cref="ScriptedPeer"/>.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<ScriptedPeer> _peers = Channel.CreateUnbounded<ScriptedPeer>();
    private readonly List<RealtimeClient> _clients = [];

    /// <summary>Whether attempts fail.</summary>
    public bool Refuses { get; set; }

    /// <summary>A client of this server, whose clock is the test's.</summary>
    public RealtimeClient NewClient(TimeProvider time, RealtimeClientOptions? options = null)
    {
        var client = new RealtimeClient(ConnectAsync, (options ?? new RealtimeClientOptions { Random = static () => 0.5 }) with { Time = time });
        _clients.Add(client);
        return client;
    }

    /// <summary>The next connection.</summary>
    public async Task<ScriptedPeer> AcceptAsync() => await _peers.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>The next connection, which is told welcome.</summary>
    public async Task<ScriptedPeer> WelcomeAsync(int heartbeat = 25_000)
    {
        var peer = await AcceptAsync();
        await peer.SendAsync(new { type = "welcome", connection = "c", heartbeat });
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        while (_peers.Reader.TryRead(out var peer))
        {
            peer.Cut();
        }
        foreach (var client in _clients)
        {
            client.Dispose();
        }
        await Task.CompletedTask;
    }

    private Task<WebSocket> ConnectAsync(CancellationToken cancellationToken)
    {
        if (Refuses)
        {
            throw new WebSocketException("Refused on purpose.");
        }
        var up = new Pipe();
        var down = new Pipe();
        var peer = new ScriptedPeer(WebSocket.CreateFromStream(new Duplex(up.Reader, down.Writer), new WebSocketCreationOptions { IsServer = true }));
        _peers.Writer.TryWrite(peer);
        return Task.FromResult(WebSocket.CreateFromStream(new Duplex(down.Reader, up.Writer), new WebSocketCreationOptions { IsServer = false }));
    }

    private sealed class Duplex(PipeReader reader, PipeWriter writer) : Stream
    {
        private readonly Stream _input = reader.AsStream();
        private readonly Stream _output = writer.AsStream();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => _output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            reader.CancelPendingRead();
            writer.CancelPendingFlush();
            writer.Complete();
            reader.Complete();
        }
    }
}

/// <summary>The server's end of one connection.</summary>
internal sealed class ScriptedPeer(WebSocket socket)
{
    public Task SendAsync(object message) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    public Task SendRawAsync(byte[] bytes, WebSocketMessageType type = WebSocketMessageType.Text) => socket.SendAsync(bytes, type, endOfMessage: true, CancellationToken.None);

    /// <summary>The next message, which must be of a type.</summary>
    public async Task<JsonElement> TakeAsync(string type)
    {
        using var limit = new CancellationTokenSource(ScriptedServer.Patience);
        var buffer = new byte[70_000];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
        Assert.Equal(WebSocketMessageType.Text, received.MessageType);
        var message = JsonElement.Parse(buffer.AsSpan(0, received.Count));
        Assert.Equal(type, message.GetProperty("type").GetString());
        return message;
    }

    /// <summary>Waits for the close and gives its code.</summary>
    public async Task<int> ClosedAsync()
    {
        using var limit = new CancellationTokenSource(ScriptedServer.Patience);
        while ((await socket.ReceiveAsync(new byte[4096].AsMemory(), limit.Token)).MessageType != WebSocketMessageType.Close)
        {
        }
        return (int)socket.CloseStatus!;
    }

    public Task OkAsync(JsonElement request, object? data = null) =>
        SendAsync(new { type = "reply", @ref = request.GetProperty("ref").GetInt64(), status = "ok", data });

    public Task JoinedAsync(JsonElement join, string epoch, long offset, bool recovered = false) =>
        SendAsync(new { type = "reply", @ref = join.GetProperty("ref").GetInt64(), status = "ok", epoch, offset, recovered });

    public Task RefuseAsync(JsonElement request, string code) =>
        SendAsync(new { type = "reply", @ref = request.GetProperty("ref").GetInt64(), status = "error", error = new { code, message = $"Because of {code}." } });

    public Task EventAsync(string topic, string @event, object? data, long? offset = null) => offset is null
        ? SendAsync(new { type = "event", topic, @event, data })
        : SendAsync(new { type = "event", topic, @event, data, offset });

    public Task CloseAsync(int code, string reason = "") => socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);

    /// <summary>Ends the connection without a close.</summary>
    public void Cut() => socket.Abort();
}
