using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Hosting;

namespace Realtime.Sockets.Tests.Rfc6455;

/// <summary>Broken streams of frames on some connections while others talk.</summary>
public sealed class FuzzTests
{
    private const int Attackers = 4;
    private const int StreamsEach = 300;

    private static readonly (string Path, string Headers)[] Targets =
    [
        ("/echo", ""),
        ("/deflated", "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
        ("/upload", ""),
        ("/realtime", "Sec-WebSocket-Protocol: realtime.v1.json\r\n"),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Broken_streams_disturb_nobody_and_nothing_of_them_is_an_error(int seed)
    {
        var log = new RecordedLog();
        var app = CreateApp(log);
        await using var server = await KestrelServerHost.StartAsync(app);
        await using var echo = await WireClient.OpenAsync(server.Address, "/echo");
        await using var member = await WireClient.OpenAsync(server.Address, "/realtime", Targets[3].Headers);
        await member.SendAsync(Frame.Of(Frame.Text, """{"type":"join","ref":1,"topic":"quiet"}"""));
        Assert.Contains("welcome", (await member.ReadAsync())!.Value.Text, StringComparison.Ordinal);
        Assert.Contains("\"ok\"", (await member.ReadAsync())!.Value.Text, StringComparison.Ordinal);

        var attacks = Task.WhenAll(Enumerable.Range(0, Attackers).Select(index => AttackAsync(server.Address, new FrameMutator((seed * 1000) + index))));
        var rounds = 0;
        do
        {
            rounds++;
            await echo.SendAsync(Frame.Of(Frame.Text, $"round {rounds}"));
            Assert.Equal($"text:round {rounds}", (await echo.ReadAsync()).ToString());
            await app.Topics.PublishAsync("quiet", "number", rounds);
            Assert.Contains($"\"data\":{rounds}", (await member.ReadAsync())!.Value.Text, StringComparison.Ordinal);
        }
        while (!attacks.IsCompleted);
        await attacks;

        await UntilOnlyAsync(app, links: 2);
        Assert.DoesNotContain(log.Entries, static entry => entry.Level >= LogLevel.Warning);
    }

    private static App CreateApp(RecordedLog log)
    {
        var app = new App();
        app.Services.AddSingleton<ILoggerProvider>(log);
        app.WebSocket("/echo", EchoAsync);
        app.WebSocket("/deflated", EchoAsync, new SocketOptions { Compression = new SocketCompression() });
        app.WebSocket("/upload", static async (Socket socket) =>
        {
            await foreach (var upload in socket.ReadStreamsAsync(maxMessageSize: 100_000))
            {
                await upload.CopyToAsync(Stream.Null);
            }
        });
        app.Topic("quiet", static _ => { });
        app.Topic("room:{name}", static room =>
        {
            room.History(size: 10);
            room.Presence();
            room.On("say", static (Member member, string text) => member.Topic.PublishAsync("said", text));
        });
        return app;
    }

    private static async Task EchoAsync(Socket socket)
    {
        await foreach (var message in socket.ReadAllAsync())
        {
            await socket.SendAsync(message);
        }
    }

    private static async Task AttackAsync(Uri address, FrameMutator mutator)
    {
        for (var count = 0; count < StreamsEach; count++)
        {
            var (path, headers) = Targets[mutator.Below(Targets.Length)];
            await using var client = await WireClient.OpenAsync(address, path, headers);
            await client.TrySendAsync(mutator.Next());
            switch (mutator.Below(3))
            {
                case 0:
                    // Gone with a reset.
                    client.Tcp.LingerState = new LingerOption(enable: true, seconds: 0);
                    break;
                case 1:
                    // Half-closed, and reads what the server still has to say.
                    client.TryShutdown();
                    await client.ReadToCloseAsync();
                    break;
            }
        }
    }

    private static async Task UntilOnlyAsync(App app, int links)
    {
        var wheel = SocketHost.Of(app).Wheel;
        for (var round = 0; round < 2000 && wheel.Count > links; round++)
        {
            await Task.Delay(10);
        }
        Assert.Equal(links, wheel.Count);
    }
}
