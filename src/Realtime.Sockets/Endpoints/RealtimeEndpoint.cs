using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>The endpoint that carries an app's topics, over WebSockets or event streams, and the client that it serves to browsers.</summary>
internal sealed class RealtimeEndpoint
{
    // Ids are unique over nodes and restarts, and short: a random beginning and a count.
    private readonly string _node = RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuvwxyz", 6);
    private long _ids;
    private SharedFrame? _farewell;

    private RealtimeEndpoint(App app, Topics topics)
    {
        Topics = topics;
        Host = SocketHost.Of(app);
        Host.Heartbeat = () => topics.Options.Heartbeat;
    }

    public Topics Topics { get; }

    public RealtimeOptions Options => Topics.Options;

    public SocketHost Host { get; }

    /// <summary>The formats that clients may speak.</summary>
    public Codecs Codecs { get; private set; } = null!;

    /// <summary>Where the clients of event streams post their messages.</summary>
    public Inboxes Posts { get; } = new();

    /// <summary>What every client hears when the server goes.</summary>
    public SharedFrame Farewell => _farewell!;

    /// <summary>Adds the endpoint to an app.</summary>
    public static RealtimeEndpoint Add(App app, Topics topics)
    {
        var endpoint = new RealtimeEndpoint(app, topics);
        app.Services.TryAddSingleton<IBackplane, InMemoryBackplane>();
        app.Services.TryAddSingleton<IPresenceStore, InMemoryPresenceStore>();
        app.OnBuild(() => endpoint.Build(app));
        app.OnStart(cancellationToken => topics.Backplane.OpenAsync(cancellationToken));
        app.WebSocketRoute(topics.Options.Path, endpoint.ServeAsync);
        var fallback = new FallbackEndpoint(endpoint);
        app.Get(topics.Options.Path, fallback.Open);
        app.Post(topics.Options.Path, fallback.PostAsync);
        foreach (var name in ClientScript.Names)
        {
            app.Get($"{topics.Options.Path.TrimEnd('/')}/{name}", new ClientScript(name).Serve);
        }
        return endpoint;
    }

    /// <summary>A new id for a connection or a member.</summary>
    public string NextId() => $"{_node}-{Base36.Write(Interlocked.Increment(ref _ids))}";

    private async ValueTask ServeAsync(Request request)
    {
        var connection = (WebSocketConnection)request.Connection;
        if (await Host.RefuseOriginAsync(connection, Host.Options))
        {
            return;
        }
        if (Codecs.Choose(connection.RequestedSubprotocols) is not { } codec)
        {
            await SocketHost.DenyAsync(connection, 400, $"Offer a subprotocol that is spoken here: {Codecs}.");
            return;
        }
        await RealtimeSession.RunAsync(this, request, codec);
    }

    private void Build(App app)
    {
        Codecs = new Codecs(app.Json, app.Provider.GetServices<ICodec>());
        _farewell = new SharedFrame(codec => codec.Away(Options.ReconnectWindow));
        Topics.Build();
    }
}
