using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>The WebSocket endpoint that carries an app's topics, and the client that it serves to browsers.</summary>
internal sealed class RealtimeEndpoint
{
    // Ids are unique over nodes and restarts, and short: a random beginning and a count.
    private readonly string _node = RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuvwxyz", 6);
    private long _ids;
    private PreparedFrame? _farewell;

    private RealtimeEndpoint(App app, Topics topics)
    {
        Topics = topics;
        Host = SocketHost.Of(app);
        Host.Heartbeat = () => topics.Options.Heartbeat;
        Codec = new JsonCodec(app.Json);
    }

    public Topics Topics { get; }

    public RealtimeOptions Options => Topics.Options;

    public SocketHost Host { get; }

    public ICodec Codec { get; }

    /// <summary>What every client hears when the server goes.</summary>
    public PreparedFrame Farewell => _farewell ??= Codec.Away(Options.ReconnectWindow);

    /// <summary>Adds the endpoint to an app.</summary>
    public static RealtimeEndpoint Add(App app, Topics topics)
    {
        var endpoint = new RealtimeEndpoint(app, topics);
        app.Services.TryAddSingleton<IBackplane, InMemoryBackplane>();
        app.OnBuild(() => topics.Build(endpoint.Codec));
        app.WebSocketRoute(topics.Options.Path, endpoint.ServeAsync);
        app.Get($"{topics.Options.Path.TrimEnd('/')}/client.js", ClientScript.Serve);
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
        if (!connection.RequestedSubprotocols.Contains(Codec.Subprotocol, StringComparer.Ordinal))
        {
            await SocketHost.DenyAsync(connection, 400, $"Offer the subprotocol {Codec.Subprotocol}.");
            return;
        }
        await RealtimeSession.RunAsync(this, request);
    }
}
