using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Realtime.Integration.Tests;

/// <summary>A proxy that lets no WebSocket through while it is told so, and everything else always.</summary>
internal sealed class UpgradeBlocker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly Uri _target;
    private readonly Task _accepting;

    public UpgradeBlocker(Uri target)
    {
        _target = target;
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public bool IsBlocking { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = ServeAsync(await _listener.AcceptTcpClientAsync(_ended.Token));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var upstream = new TcpClient();
        using (client)
        {
            await upstream.ConnectAsync(_target.Host, _target.Port, _ended.Token);
            var ways = new[]
            {
                CopyAsync(client.GetStream(), upstream.GetStream(), mayBlock: true),
                CopyAsync(upstream.GetStream(), client.GetStream(), mayBlock: false),
            };
            await (await Task.WhenAny(ways)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool mayBlock)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, _ended.Token) is > 0 and var read)
        {
            if (mayBlock && IsBlocking && Encoding.Latin1.GetString(buffer, 0, read).Contains("Upgrade: websocket", StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
            await to.WriteAsync(buffer.AsMemory(0, read), _ended.Token);
        }
    }
}
