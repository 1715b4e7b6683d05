using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Realtime.Hosting.Epoll;

/// <summary>Accepts the connections of one address.</summary>
internal sealed class EpollListener(Socket socket, EpollTransport transport) : IConnectionListener
{
    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var connection = transport.Connect(await socket.AcceptAsync(cancellationToken));
                connection.Start();
                return connection;
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.OperationAborted)
            {
                return null;
            }
            catch (SocketException)
            {
                // The client was gone before it was taken.
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
