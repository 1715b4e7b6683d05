using System.Buffers;
using System.Net.WebSockets;

namespace Realtime;

/// <summary>One WebSocket from its handshake to its end: reads whole messages, and writes in the order it is told.</summary>
/// <param name="link">Who hears what happens.</param>
/// <param name="open">Makes the connection.</param>
/// <param name="format">What is spoken.</param>
/// <param name="maxMessageSize">The largest message to take.</param>
/// <param name="time">The clock.</param>
internal sealed class Wire(Link link, Func<CancellationToken, Task<WebSocket>> open, MessageFormat format, int maxMessageSize, TimeProvider time)
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cut = new();
    // Bounded by what may be unanswered: see RealtimeClient.MaxUnanswered and Pace.
    private readonly Queue<byte[]> _outgoing = new();
    private WebSocket? _socket;
    private (WebSocketCloseStatus Code, string Reason)? _close;
    private bool _isWriting;
    private Task _writing = Task.CompletedTask;

    /// <summary>Completes when the connection has ended.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public void Start() => Ended = Task.Run(RunAsync);

    /// <summary>Sends a message behind those before it.</summary>
    public void Send(byte[] message)
    {
        lock (_lock)
        {
            _outgoing.Enqueue(message);
            Write();
        }
    }

    /// <summary>Closes behind what was sent; a peer that does not answer in time is cut off.</summary>
    public void Close(int code, string reason)
    {
        lock (_lock)
        {
            if (_socket is null)
            {
                _ = _cut.CancelAsync();
                return;
            }
            _close = ((WebSocketCloseStatus)code, reason);
            Write();
        }
        _ = CutLaterAsync();
    }

    private async Task RunAsync()
    {
        ConnectionLoss loss;
        WebSocket? socket = null;
        try
        {
            socket = await open(_cut.Token);
            lock (_lock)
            {
                _socket = socket;
            }
            _cut.Token.ThrowIfCancellationRequested();
            link.Opened(this);
            loss = await ReceiveAsync(socket);
        }
        catch (Exception exception)
        {
            loss = new ConnectionLoss(1006, exception.GetBaseException().Message, exception);
        }
        link.Lost(this, loss);
        if (socket is not null)
        {
            await FinishAsync(socket);
        }
        // Whoever waits for the end of a close has no more to wait for.
        await _cut.CancelAsync();
    }

    private async Task<ConnectionLoss> ReceiveAsync(WebSocket socket)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            var length = 0;
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(length), _cut.Token);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return new ConnectionLoss((int)(socket.CloseStatus ?? WebSocketCloseStatus.Empty), socket.CloseStatusDescription ?? "");
                }
                length += received.Count;
                if (length > maxMessageSize)
                {
                    Close(1009, "The message is too large.");
                    return new ConnectionLoss(1009, $"The server sent a message of more than {maxMessageSize} bytes: raise RealtimeClientOptions.MaxMessageSize.");
                }
                if (received.EndOfMessage)
                {
                    if (received.MessageType == format.Type && format.Read(buffer.AsMemory(0, length)) is { } json && ServerMessage.Read(json) is { } message)
                    {
                        link.Received(this, message);
                    }
                    length = 0;
                }
                else if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Under the lock. The writer is a task only while there is something to write.
    private void Write()
    {
        if (!_isWriting && _socket is { } socket)
        {
            _isWriting = true;
            _writing = Task.Run(() => WriteAsync(socket));
        }
    }

    private async Task WriteAsync(WebSocket socket)
    {
        try
        {
            while (TryTake(out var message))
            {
                if (message is null)
                {
                    await socket.CloseOutputAsync(_close!.Value.Code, _close.Value.Reason, _cut.Token);
                    return;
                }
                await socket.SendAsync(message, format.Type, endOfMessage: true, _cut.Token);
            }
        }
        catch (Exception)
        {
            // The reader finds out too, and tells; it need not wait for a peer that nothing can be said to.
            await _cut.CancelAsync();
        }
    }

    // The next message, or null for the close; the writer never rests behind that, so nothing follows it.
    private bool TryTake(out byte[]? message)
    {
        lock (_lock)
        {
            _isWriting = _outgoing.TryDequeue(out message) || _close is not null;
            return _isWriting;
        }
    }

    // A close of this side's is written, one of the other side's is answered: each side learns the code of the other.
    private async Task FinishAsync(WebSocket socket)
    {
        using var limit = new CancellationTokenSource(CloseTimeout, time);
        try
        {
            await Writing().WaitAsync(limit.Token);
            if (socket.State == WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, statusDescription: null, limit.Token);
            }
        }
        catch (Exception)
        {
            // It is gone either way.
        }
        socket.Dispose();
    }

    private Task Writing()
    {
        lock (_lock)
        {
            return _writing;
        }
    }

    private async Task CutLaterAsync()
    {
        try
        {
            await Task.Delay(CloseTimeout, time, _cut.Token);
            await _cut.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // It has ended by itself.
        }
    }
}
