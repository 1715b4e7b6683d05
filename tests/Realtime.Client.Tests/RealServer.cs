using System.Net;
using Realtime.Hosting;

namespace Realtime.Client.Tests;

/// <summary>A chat on Kestrel that can be stopped and started again on its port.</summary>
internal sealed class RealServer : IAsyncDisposable
{
    private IPEndPoint _listen = new(IPAddress.Loopback, 0);
    private KestrelServerHost? _host;

    public App App { get; private set; } = null!;

    public int Port => _listen.Port;

    public string Url => $"ws://127.0.0.1:{Port}/realtime";

    public static async Task<RealServer> StartNewAsync()
    {
        var server = new RealServer();
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        App = Create();
        _host = await KestrelServerHost.StartAsync(App, new ServerHostOptions { Listen = [_listen] });
        _listen = new IPEndPoint(IPAddress.Loopback, _host.Address.Port);
    }

    public async Task StopAsync()
    {
        if (_host is { } host)
        {
            _host = null;
            await host.DisposeAsync();
        }
    }

    public async Task PublishAsync(string topic, int first, int last)
    {
        for (var number = first; number <= last; number++)
        {
            await App.Topics.PublishAsync(topic, "number", number);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    public static App Create()
    {
        var app = new App();
        app.Topics.Options = app.Topics.Options with { ReconnectWindow = TimeSpan.FromMilliseconds(100), MessageBurst = 5_000, MessagesPerSecond = 5_000 };
        app.Topic("room:{name}", room =>
        {
            room.History(size: 5_000);
            room.Presence();
            room.OnJoin((Member member, Join join) =>
            {
                member.User = string.IsNullOrEmpty(join.User) ? throw new TopicError("name_required", "Say who you are.") : join.User;
                return new { welcome = $"Welcome, {join.User}." };
            });
            room.On("say", async (Member member, Say say) =>
            {
                await member.Topic.PublishAsync("said", new Said(member.User!, say.Text));
                return say.Text.Length;
            });
        });
        app.Topic("brief:{name}", topic => topic.History(size: 3));
        app.Topic("feed", topic => topic.History(size: 5_000).SlowConsumer(SlowConsumer.DropOldest));
        app.Topic("values", topic => topic.History(size: 5_000).Conflate(key: "key"));
        app.Topic("packed", topic => topic.History(size: 100).On("keep", async (Member member, Packed packed) =>
        {
            await member.Topic.PublishAsync("kept", packed);
            return new { spoken = member.Request.Headers["Sec-WebSocket-Protocol"].ToString(), packed };
        }));
        app.Topic("gated", topic => topic.OnJoin((CancellationToken gone) => Task.Delay(Timeout.InfiniteTimeSpan, gone)));
        return app;
    }

    internal sealed record Packed(byte[] Bytes, DateTimeOffset At, double Share, ulong Large, string Text, int? Nothing);

    internal sealed record Join(string? User);

    internal sealed record Say(string Text);

    internal sealed record Said(string User, string Text);
}
