using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Realtime.Postgres;

/// <summary>Stands between a store and its server, and can lose the answer to a request that the server has carried out.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _relays = [];
    private readonly int _server;
    private readonly Task _accepting;
    private byte[]? _lose;

    public CuttingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The answer to the next request with this text in it does not come, and its connection is lost.</summary>
    public void LoseAnswerTo(string text) => Volatile.Write(ref _lose, Encoding.UTF8.GetBytes(text));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_relays);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server, _stop.Token);
                var lost = new TaskCompletionSource();
                await Task.WhenAny(UpAsync(client.GetStream(), server.GetStream(), lost), DownAsync(server.GetStream(), client.GetStream(), lost.Task));
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
            }
        }
    }

    private async Task UpAsync(NetworkStream client, NetworkStream server, TaskCompletionSource lost)
    {
        var buffer = new byte[256 * 1024];
        while (await client.ReadAsync(buffer, _stop.Token) is > 0 and var count)
        {
            if (Volatile.Read(ref _lose) is { } text && buffer.AsSpan(0, count).IndexOf(text) >= 0)
            {
                Volatile.Write(ref _lose, null);
                lost.SetResult();
            }
            await server.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }

    private async Task DownAsync(NetworkStream server, NetworkStream client, Task lost)
    {
        var buffer = new byte[256 * 1024];
        while (await server.ReadAsync(buffer, _stop.Token) is > 0 and var count)
        {
            if (!lost.IsCompleted)
            {
                await client.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            }
            else if (count >= 6 && buffer[count - 6] == (byte)'Z')
            {
                // ReadyForQuery: all of it is done.
                return;
            }
        }
    }
}
