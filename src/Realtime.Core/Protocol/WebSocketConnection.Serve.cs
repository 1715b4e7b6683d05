using System.Net.WebSockets;

namespace Realtime.Protocol;

public sealed partial class WebSocketConnection
{
    // Long enough for a round trip round the world with a retransmission; a peer that answers at once costs none of it.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LingerTimeout = TimeSpan.FromSeconds(1);

    private bool _faulted;

    /// <summary>For servers: runs an application over one handshake, by the rules, to the end of its socket.</summary>
    /// <param name="handshake">The server's side of it, which the connection lets go of at the end.</param>
    /// <param name="application">The application.</param>
    /// <returns>
    /// When the application has returned and the peer has its close (or has gone). It does not throw: what came out of the
    /// application was reported to the handshake.
    /// </returns>
    public static async ValueTask ServeAsync(WebSocketHandshake handshake, Application application)
    {
        ArgumentNullException.ThrowIfNull(handshake);
        ArgumentNullException.ThrowIfNull(application);
        var connection = new WebSocketConnection(handshake);
        var failed = false;
        try
        {
            await application(connection);
        }
        catch (Exception exception)
        {
            failed = true;
            if (!(exception is OperationCanceledException or IOException or WebSocketException && handshake.Disconnected.IsCancellationRequested))
            {
                handshake.ApplicationFailed(exception);
            }
        }
        try
        {
            await connection.FinishAsync(handshake, failed);
        }
        catch (Exception exception)
        {
            handshake.ApplicationFailed(exception);
            handshake.Abort();
        }
        connection.Return();
        connection._handshake = null;
        handshake.Served();
    }

    private async ValueTask FinishAsync(WebSocketHandshake handshake, bool failed)
    {
        if (!_answered)
        {
            await DenyAsync(new WebSocketDenial { StatusCode = failed ? 500 : 403 });
            return;
        }
        if (_socket is not { } socket)
        {
            if (failed && _watch is null && !_gone)
            {
                // Neither accepted nor denied in the end: nothing that the peer could make sense of.
                handshake.Abort();
            }
            return;
        }
        if (!_gone && !_faulted && _sentCode is null)
        {
            _sentCode = CloseCode ?? (failed ? 1011 : 1000);
            await SendCloseAsync(socket, (WebSocketCloseStatus)_sentCode, reason: null, CancellationToken.None);
        }
        if (!_gone)
        {
            await LeadOutAsync(socket, handshake);
        }
        if (_gone)
        {
            handshake.Abort();
        }
        await _watch!.DisposeAsync();
        socket.Dispose();
    }

    /// <summary>
    /// Sees to it that the close reaches the peer: flushes, then reads on until the peer's own close. A connection that ends
    /// with unread input is reset, and a reset throws away what the peer has not read yet.
    /// </summary>
    private async ValueTask LeadOutAsync(WebSocket socket, WebSocketHandshake handshake)
    {
        var broken = _faulted && CloseCode == 1002;
        using var limit = new CancellationTokenSource(broken ? LingerTimeout : CloseTimeout, handshake.Time);
        var scratch = new byte[4096];
        try
        {
            await _watch!.FlushAsync(limit.Token);
            while (!_watch.PeerClosed)
            {
                // Behind a fault the platform's socket is dead, and behind 1002 even the frames' borders are lost.
                var over = _faulted
                    ? await _watch.ReadAsync(scratch, limit.Token) == 0
                    : (await socket.ReceiveAsync(scratch.AsMemory(), limit.Token)).MessageType == WebSocketMessageType.Close;
                if (over)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException || IsPeerGone(exception, limit.Token))
        {
            // The peer did not answer in time, or is gone: it has had its chance.
        }
    }
}
