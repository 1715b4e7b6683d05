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
        Host.GoAwayWindow = () => topics.Options.ReconnectWindow;
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
        app.Get(topics.Options.Path, fallback.OpenAsync);
        // It keeps the rule of sockets itself.
        app.Post(topics.Options.Path, fallback.PostAsync).AllowOtherOrigins();
        foreach (var name in ClientScript.Names)
        {
            app.Get($"{topics.Options.Path.TrimEnd('/')}/{name}", new ClientScript(name).Serve);
        }
        app.Get($"{topics.Options.Path.TrimEnd('/')}/health", new HealthEndpoint(endpoint).Serve);
        app.Get("/asyncapi.json", (Request request) => AsyncApiEndpoint.Serve(topics, request));
        return endpoint;
    }

    /// <summary>A new id for a connection or a member.</summary>
    public string NextId() => $"{_node}-{Base36.Write(Interlocked.Increment(ref _ids))}";

    /// <summary>Whom the app's hook lets in; null where the app has none, and everybody may come.</summary>
    public Authenticator? Authenticator { get; private set; }

    /// <summary>Asks who a client is.</summary>
    /// <returns>Who it is, or why it is not let in; neither for an app that does not ask.</returns>
    public async ValueTask<(Identity? Identity, Refusal? Refusal)> AuthenticateAsync(Request request)
    {
        if (Authenticator is null)
        {
            return default;
        }
        try
        {
            return await Authenticator.AskAsync(request, Authenticator.TokenOf(request), request.Disconnected) is { } identity
                ? (identity, null)
                : (null, Refusal.Unauthenticated);
        }
        catch (TimeoutException)
        {
            return (null, Refusal.Unavailable);
        }
        catch (Exception error) when (error is HttpError or TopicError)
        {
            return (null, Refusal.Of(error));
        }
    }

    private async ValueTask ServeAsync(Request request)
    {
        var connection = (WebSocketConnection)request.Connection;
        if (Host.Admit(connection, Host.Options) is { } refusal)
        {
            await SocketHost.DenyAsync(connection, refusal);
            return;
        }
        try
        {
            await ServeAdmittedAsync(request, connection);
        }
        finally
        {
            Host.Leave();
        }
    }

    private async ValueTask ServeAdmittedAsync(Request request, WebSocketConnection connection)
    {
        if (Codecs.Choose(connection.RequestedSubprotocols) is not { } codec)
        {
            await SocketHost.DenyAsync(connection, Host.Refused(connection, Refusal.Subprotocol($"{Codecs}")));
            return;
        }
        var (identity, refusal) = await AuthenticateAsync(request);
        if (refusal is not null)
        {
            await SocketHost.DenyAsync(connection, Host.Refused(connection, refusal));
            return;
        }
        await RealtimeSession.RunAsync(this, request, codec, identity);
    }

    private void Build(App app)
    {
        Codecs = new Codecs(app.Json, app.Provider.GetServices<ICodec>());
        _farewell = new SharedFrame(codec => codec.Away(Options.ReconnectWindow));
        Topics.Build();
        var login = app.HasLogin || Topics.Definitions.Any(static definition => definition.Roles is not null) ? LoginIdentity.Hook : null;
        Authenticator = (Topics.AuthenticateHook ?? login) is { } hook ? Authenticator.Compile(hook, app, Options.AuthenticateTimeout, Host.Time) : null;
    }
}
