using System.Net;
using Realtime.Hosting;
using Realtime.Protocol;

namespace Realtime.Integration.Tests;

/// <summary>The app that the JavaScript client is tried on, on one port over all its restarts.</summary>
internal sealed class ClientTarget : IAsyncDisposable
{
    // Filled in when it first listens: a restarted server is found where it was.
    private IPEndPoint _listen = new(IPAddress.Loopback, 0);
    private KestrelServerHost? _host;
    private App? _app;

    public Uri Address => new($"http://{_listen}");

    public App App => _app ?? throw new InvalidOperationException("The target is not running.");

    public async Task StartAsync()
    {
        if (_host is null)
        {
            _app = CreateApp();
            _host = await KestrelServerHost.StartAsync(_app, new ServerHostOptions { Listen = [_listen] });
            _listen = new IPEndPoint(IPAddress.Loopback, _host.Address.Port);
        }
    }

    /// <summary>Stops gracefully: clients are told to go away.</summary>
    public async Task StopAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
            _host = null;
        }
    }

    /// <summary>Cuts the connection of every member of a topic, without a word.</summary>
    public void Cut(string topic)
    {
        foreach (var member in App.Topics.MembersOf(topic))
        {
            if (member.Request.Connection is WebSocketConnection socket)
            {
                socket.Abort();
            }
            else
            {
                ((HttpConnection)member.Request.Connection).Abort();
            }
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static App CreateApp()
    {
        var app = new App(new AppOptions { ShutdownTimeout = TimeSpan.FromSeconds(10) });
        app.Topics.Options = new RealtimeOptions { ReconnectWindow = TimeSpan.FromMilliseconds(200) };

        app.Topic("room:{name}", room =>
        {
            room.History(size: 2000);
            room.Presence();
            room.OnJoin((Member member, string name, Join join) =>
            {
                member.User = string.IsNullOrEmpty(join.User) ? throw new TopicError("name_required", "Say who you are.") : join.User;
                return new { welcome = $"Welcome to {name}, {join.User}." };
            });
            room.On("say", async (Member member, Say say) =>
            {
                await member.Topic.PublishAsync("said", new Said(member.User!, say.Text));
                return new { say.Text.Length };
            });
        });

        // Keeps so little that a client which was away for long loses its place.
        app.Topic("brief:{name}", topic => topic.History(size: 3));

        // What JSON has no words for.
        app.Topic("typed:{name}", topic =>
        {
            topic.History(size: 100);
            topic.On("keep", async (Member member, Kept kept) =>
            {
                await member.Topic.PublishAsync("kept", kept);
                return kept;
            });
        });

        // Keeps nothing.
        app.Topic("plain:{name}", topic => topic.On("echo", (Say say) => say));

        app.Topic("odd:{name}", topic =>
        {
            topic.On("fail", void () => throw new InvalidOperationException("on purpose"));
            topic.On("hang", (CancellationToken cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, cancellation));
        });

        // Its join is answered when somebody opens the gate, or when its client has gone.
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var knocks = 0;
        app.Topic("gated:{name}", topic => topic.OnJoin(async (CancellationToken cancellation) =>
        {
            Interlocked.Increment(ref knocks);
            await gate.Task.WaitAsync(cancellation);
            return "in";
        }));
        app.Get("/knocks", () => Volatile.Read(ref knocks));
        app.Post("/gate", gate.SetResult);

        app.Get("/", () => Response.Html($"<!doctype html><title>Client</title><p>Scripts are run from outside."));
        return app;
    }

    private sealed record Join(string? User);

    private sealed record Say(string Text);

    private sealed record Kept(byte[] Bytes, DateTime At, string Text);

    private sealed record Said(string User, string Text);
}
