using System.Net;
using System.Net.Sockets;
using TcpSocket = System.Net.Sockets.Socket;

namespace Realtime.Client.Tests;

/// <summary>A TCP proxy that fails as networks do: connections are cut when they have carried so many bytes, or when the test says so.</summary>
internal sealed class Network : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpSocket> _open = [];
    private readonly Func<int> _serverPort;
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _held;
    private int _connections;

    public Network(Func<int> serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"ws://127.0.0.1:{Port}/realtime";

    /// <summary>How many connections there have been.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many bytes from the server the next connection carries; null for any number.</summary>
    public Func<int?> Allowance { get; set; } = static () => null;

    /// <summary>Cuts every connection, without a word.</summary>
    public void Cut()
    {
        lock (_open)
        {
            _open.ForEach(static socket => socket.Dispose());
            _open.Clear();
        }
    }

    /// <summary>Carries nothing from the server any more, so that it finds its client reading slowly, until <see cref="Release"/>.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Carries on.</summary>
    public void Release()
    {
        var held = _held;
        _held = null;
        held?.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Release();
        Cut();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                Interlocked.Increment(ref _connections);
                _ = ServeAsync(client, Allowance());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpSocket client, int? allowance)
    {
        using var server = new TcpSocket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            lock (_open)
            {
                _open.Add(client);
                _open.Add(server);
            }
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _serverPort());
                await await Task.WhenAny(CopyAsync(client, server, allowance: null), CopyAsync(server, client, allowance, isHeldUp: true));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
            }
        }
    }

    private async Task CopyAsync(TcpSocket from, TcpSocket to, int? allowance, bool isHeldUp = false)
    {
        var buffer = new byte[16 * 1024];
        var left = allowance ?? int.MaxValue;
        while (left > 0)
        {
            var read = await from.ReceiveAsync(buffer.AsMemory(0, Math.Min(buffer.Length, left)));
            if (read == 0)
            {
                return;
            }
            if (isHeldUp && _held is { } held)
            {
                await held.Task;
            }
            await to.SendAsync(buffer.AsMemory(0, read));
            left -= allowance is null ? 0 : read;
        }
    }
}
