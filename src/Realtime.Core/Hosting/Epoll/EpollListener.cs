using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Realtime.Diagnostics;

namespace Realtime.Hosting.Epoll;

/// <summary>Accepts the connections of one address.</summary>
internal sealed class EpollListener(Socket socket, EpollTransport transport, ILogger logger) : IConnectionListener
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private bool _isShort;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var accepted = await socket.AcceptAsync(cancellationToken);
                _isShort = false;
                if (Take(accepted) is { } connection)
                {
                    return connection;
                }
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.OperationAborted)
            {
                return null;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                // Who waits to be accepted may still be when others have gone. Without the rest this would be a busy loop.
                if (!_isShort)
                {
                    _isShort = true;
                    HostingLog.CannotAccept(logger, exception.Message);
                }
                await Task.Delay(Rest, TimeProvider.System, cancellationToken);
            }
            catch (SocketException)
            {
                // The client was gone before it was accepted.
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private EpollConnection? Take(Socket accepted)
    {
        try
        {
            var connection = transport.Connect(accepted);
            connection.Start();
            return connection;
        }
        catch (Exception exception) when (exception is SocketException or Win32Exception)
        {
            // The client has gone again, or the kernel watches no more descriptors for this user.
            accepted.Dispose();
            if (exception is not SocketException)
            {
                HostingLog.CannotAccept(logger, exception.Message);
            }
            return null;
        }
    }
}
