using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace Realtime.Protocol;

public sealed partial class WebSocketConnection
{
    /// <summary>
    /// Receives the next piece of a message. An empty buffer waits until there is something to read without holding
    /// memory meanwhile (a zero-byte read).
    /// </summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <param name="cancellationToken">Gives up waiting; the socket is then aborted.</param>
    /// <returns>
    /// What arrived. A close, however it came, is <see cref="WebSocketMessageType.Close"/>: look at
    /// <see cref="CloseCode"/>; receiving does not throw because a peer vanished or broke the protocol (the server has then
    /// answered with 1002, 1007 or 1009).
    /// </returns>
    /// <exception cref="InvalidOperationException">The handshake was not accepted, or the peer's side is already closed.</exception>
    public ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var socket = Accepted("ReceiveAsync");
        if (CloseCode is { } code)
        {
            throw new InvalidOperationException($"Receive after close: the socket ended with {code}. Stop receiving once a close was received.");
        }
        if (_gone)
        {
            return new ValueTask<ValueWebSocketReceiveResult>(Ended(1006));
        }
        ValueTask<ValueWebSocketReceiveResult> receiving;
        try
        {
            receiving = socket.ReceiveAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (IsPeerGone(exception, cancellationToken))
        {
            return new ValueTask<ValueWebSocketReceiveResult>(Failed());
        }
        if (!receiving.IsCompletedSuccessfully)
        {
            return AwaitReceiveAsync(receiving, cancellationToken);
        }
        var result = receiving.Result;
        return Fits(result) ? new ValueTask<ValueWebSocketReceiveResult>(Received(result)) : RefuseAsync();
    }

    /// <summary>Sends a message or a fragment of one. After the peer has gone it does nothing.</summary>
    /// <param name="payload">The bytes.</param>
    /// <param name="type">Text (the bytes are UTF-8) or binary.</param>
    /// <param name="endOfMessage">False where more of this message follows.</param>
    /// <param name="cancellationToken">Gives up waiting for the peer; the socket is then aborted.</param>
    /// <exception cref="InvalidOperationException">The handshake was not accepted, or this side has closed.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> payload, WebSocketMessageType type, bool endOfMessage = true, CancellationToken cancellationToken = default)
    {
        var socket = Accepted("SendAsync");
        if (_sentCode is { } code)
        {
            throw new InvalidOperationException($"Send after close: this socket was closed with {code}. Send before CloseAsync.");
        }
        if (_gone)
        {
            return default;
        }
        ValueTask sending;
        try
        {
            sending = socket.SendAsync(payload, type, Flags(payload.Length, endOfMessage), cancellationToken);
        }
        catch (Exception exception) when (IsPeerGone(exception, cancellationToken))
        {
            return default;
        }
        if (sending.IsCompletedSuccessfully)
        {
            sending.GetAwaiter().GetResult();
            return default;
        }
        return AwaitSendAsync(sending, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ValueWebSocketReceiveResult> AwaitReceiveAsync(ValueTask<ValueWebSocketReceiveResult> receiving, CancellationToken cancellationToken)
    {
        ValueWebSocketReceiveResult result;
        try
        {
            result = await receiving;
        }
        catch (Exception exception) when (IsPeerGone(exception, cancellationToken))
        {
            return Failed();
        }
        return Fits(result) ? Received(result) : await RefuseAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask AwaitSendAsync(ValueTask sending, CancellationToken cancellationToken)
    {
        try
        {
            await sending;
        }
        catch (Exception exception) when (IsPeerGone(exception, cancellationToken))
        {
            // Nobody is there to hear it: the receiving side says so, with 1006.
        }
    }

    // What a message begins with holds for all of its fragments (RFC 7692, section 6.1).
    private WebSocketMessageFlags Flags(int length, bool endOfMessage)
    {
        if (!_isMidMessage)
        {
            _isCompressing = _compressFrom is { } from && (length >= from || !endOfMessage);
        }
        _isMidMessage = !endOfMessage;
        return (endOfMessage ? WebSocketMessageFlags.EndOfMessage : WebSocketMessageFlags.None)
            | (_isCompressing ? WebSocketMessageFlags.None : WebSocketMessageFlags.DisableCompression);
    }

    private bool Fits(ValueWebSocketReceiveResult result)
    {
        _received += result.Count;
        var fits = _received <= (MaxMessageSize ?? long.MaxValue);
        if (result.EndOfMessage)
        {
            _received = 0;
        }
        return fits;
    }

    private ValueWebSocketReceiveResult Received(ValueWebSocketReceiveResult result)
    {
        if (result.MessageType == WebSocketMessageType.Close)
        {
            // The platform reads an empty close as 1000; the frame's length tells them apart (RFC 6455, section 7.1.5).
            CloseCode = _watch!.PeerGaveNoCode ? 1005 : (int)(_socket!.CloseStatus ?? WebSocketCloseStatus.Empty);
            CloseReason = _socket!.CloseStatusDescription is { Length: > 0 } reason ? reason : null;
        }
        return result;
    }

    /// <summary>The platform's receive threw: it closed the socket over a broken frame, or the peer vanished.</summary>
    private ValueWebSocketReceiveResult Failed()
    {
        if (_sentCode is null && _watch!.SentCode is { } faultCode)
        {
            _faulted = true;
            return Ended(faultCode);
        }
        _gone = true;
        return Ended(1006);
    }

    private async ValueTask<ValueWebSocketReceiveResult> RefuseAsync()
    {
        if (_sentCode is null && !_gone)
        {
            _faulted = true;
            await SendCloseAsync(_socket!, WebSocketCloseStatus.MessageTooBig, $"A message has at most {MaxMessageSize} bytes here.", CancellationToken.None);
        }
        return Ended(1009);
    }

    private ValueWebSocketReceiveResult Ended(int code)
    {
        CloseCode = code;
        return new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, endOfMessage: true);
    }
}
