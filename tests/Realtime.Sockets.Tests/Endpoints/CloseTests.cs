using System.Net.WebSockets;
using Realtime.Hosting;

namespace Realtime.Sockets.Tests.Endpoints;

/// <summary>Over Kestrel and real connections, where an early end of the connection would swallow the close.</summary>
public sealed class CloseTests
{
    [Fact]
    public async Task The_close_reaches_each_of_200_faulty_peers_while_a_topic_is_busy()
    {
        var app = new App();
        app.Topic("busy", static _ => { });
        await using var server = await KestrelServerHost.StartAsync(app);
        var address = new UriBuilder(server.Address) { Scheme = "ws", Path = "/realtime" }.Uri;
        using var stop = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await app.Topics.PublishAsync("busy", "noise", "0123456789");
                await Task.Delay(1);
            }
        });

        var codes = await Task.WhenAll(Enumerable.Range(0, 200).Select(index => FailAsync(address, index)));

        await stop.CancelAsync();
        await publishing;
        Assert.Equal(Enumerable.Range(0, 200).Select(static index => index % 2 == 0 ? 1009 : 1007), codes);
    }

    private static async Task<int> FailAsync(Uri address, int index)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("realtime.v1.json");
        await socket.ConnectAsync(address, limit.Token);
        await socket.SendAsync("""{"type":"join","ref":1,"topic":"busy"}"""u8.ToArray(), WebSocketMessageType.Text, true, limit.Token);
        await socket.SendAsync(index % 2 == 0 ? new byte[70_000] : [0xC3, 0x28], WebSocketMessageType.Text, true, limit.Token);
        var buffer = new byte[16_384];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), limit.Token)).MessageType != WebSocketMessageType.Close)
        {
        }
        return (int)socket.CloseStatus!;
    }
}
