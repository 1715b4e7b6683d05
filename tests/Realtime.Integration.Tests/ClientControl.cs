using Realtime.Hosting;

namespace Realtime.Integration.Tests;

/// <summary>Lets tests that run in Node stop, start and use the <see cref="ClientTarget"/>: a small app of its own.</summary>
internal sealed class ClientControl : IAsyncDisposable
{
    private readonly KestrelServerHost _host;

    private ClientControl(KestrelServerHost host) => _host = host;

    public Uri Address => _host.Address;

    public static async Task<ClientControl> StartAsync(ClientTarget target)
    {
        var app = new App();
        app.Post("/stop", target.StopAsync);
        app.Post("/start", target.StartAsync);
        app.Post("/cut/{topic}", (string topic) => target.Cut(topic));
        app.Get("/members/{topic}", (string topic) => target.App.Topics.CountOf(topic));
        app.Post("/publish/{topic}/{first:int}/{last:int}", async (string topic, int first, int last) =>
        {
            for (var number = first; number <= last; number++)
            {
                await target.App.Topics.PublishAsync(topic, "number", number);
            }
        });
        return new ClientControl(await KestrelServerHost.StartAsync(app));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
