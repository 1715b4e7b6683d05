using System.Net.WebSockets;
using System.Text.Json;

namespace Chat.Demo;

/// <summary>
/// One made-up person: an ordinary client of this server over an ordinary WebSocket, so that presence, typing and limits work
/// for it as for anybody.
/// </summary>
sealed class DemoPerson(string name, TimeProvider time) : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private int _ref;

    public string Name => name;

    public async Task ConnectAsync(Uri server, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(server) { Scheme = server.Scheme == "https" ? "wss" : "ws", Path = "/realtime" }.Uri;
        _socket.Options.AddSubProtocol("realtime.v1.json");
        await _socket.ConnectAsync(address, cancellationToken);
        _ = ListenAsync(cancellationToken);
        _ = KeepAliveAsync(cancellationToken);
    }

    public Task JoinAsync(string topic, CancellationToken cancellationToken) =>
        SendAsync(new { type = "join", @ref = Interlocked.Increment(ref _ref), topic, data = new { user = name } }, cancellationToken);

    public Task SayAsync(string room, string text, CancellationToken cancellationToken) =>
        SendAsync(new { type = "event", @ref = Interlocked.Increment(ref _ref), topic = $"room:{room}", @event = "say", data = new { id = Guid.NewGuid(), text } }, cancellationToken);

    public Task TypeAsync(string room, CancellationToken cancellationToken) =>
        SendAsync(new { type = "event", topic = $"room:{room}", @event = "typing", data = new { typing = true } }, cancellationToken);

    public void Dispose() => _socket.Dispose();

    private async Task SendAsync(object message, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Reads what the server says, as every client must; a made-up person has no use for it.</summary>
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        try
        {
            while ((await _socket.ReceiveAsync(buffer, cancellationToken)).MessageType != WebSocketMessageType.Close)
            {
            }
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            // The next thing this person wants to say fails with the reason.
        }
    }

    private async Task KeepAliveAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(15), time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await SendAsync(new { type = "ping" }, cancellationToken);
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
        }
    }
}
