using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Protocol;

namespace Realtime.Sockets;

/// <summary>What all sockets of one app share: options, the wheel, the log.</summary>
internal sealed class SocketHost
{
    // Fine enough for a close timeout, coarse enough to cost nothing.
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(10);

    private readonly App _app;
    private readonly List<SocketOptions> _routes = [];
    private TimingWheel? _wheel;
    private Reading _queued = null!;
    private int _admitted;

    private SocketHost(App app) => _app = app;

    public SocketOptions Options { get; set; } = new();

    /// <summary>How often clients of the realtime endpoint must be heard; null where there is none.</summary>
    public Func<TimeSpan>? Heartbeat { get; set; }

    /// <summary>Over how long a time the closes of many connections are spread when the server goes; null for not at all.</summary>
    public Func<TimeSpan>? GoAwayWindow { get; set; }

    /// <summary>Whether the server is going: it takes no new connection.</summary>
    public bool IsDraining => _app.Stopping.IsCancellationRequested;

    /// <summary>What is measured.</summary>
    public SocketMeters Meters { get; private set; } = null!;

    /// <summary>The app's topics; null where it has none.</summary>
    public Topics? Topics { get; set; }

    /// <summary>How many topics somebody on this node hears.</summary>
    public int ActiveTopics => Topics?.Audiences.Count ?? 0;

    /// <summary>How many bytes wait for clients to read them: as of a second ago at most, since every connection must be asked.</summary>
    public long QueuedBytes => _queued.Read();

    public TimeProvider Time { get; private set; } = TimeProvider.System;

    public ILogger Logger { get; private set; } = null!;

    /// <summary>What slow readers have missed.</summary>
    public DropCounters Drops { get; } = new();

    public TimingWheel Wheel => _wheel!;

    /// <summary>The app's sockets.</summary>
    public static SocketHost Of(App app) => app.Extend(static app =>
    {
        var host = new SocketHost(app);
        app.OnBuild(host.Build);
        app.OnStopping(host.GoAway);
        app.OnStop(_ =>
        {
            host._wheel?.Dispose();
            host.Meters?.Dispose();
            return default;
        });
        return host;
    });

    /// <summary>Takes note of a route's own options: the wheel must be fine enough for its times.</summary>
    public void Add(SocketOptions route) => _routes.Add(route);

    /// <summary>Decides whether a client may come, and takes it in: whoever was let in leaves with <see cref="Leave"/>.</summary>
    /// <returns>Why it may not; null where it may.</returns>
    public Refusal? Admit(RequestConnection connection, SocketOptions options)
    {
        if (!IsAllowed(connection, options))
        {
            SocketLog.OriginRefused(Logger, connection.Path, connection.RequestHeaders["Origin"].ToString());
            return Count(Refusal.Origin);
        }
        if (IsDraining)
        {
            return Count(Refusal.Draining);
        }
        if (Interlocked.Increment(ref _admitted) <= (Options.MaxConnections ?? int.MaxValue))
        {
            return null;
        }
        Leave();
        return Count(Refusal.Full);
    }

    /// <summary>Tells whether a client may come from where it comes from.</summary>
    public bool IsAllowed(RequestConnection connection, SocketOptions options)
    {
        var rule = connection is WebSocketConnection ? (Func<RequestConnection, IReadOnlyCollection<string>, bool>)OriginRule.Allows : OriginRule.AllowsRequest;
        return rule(connection, options.AllowedOrigins) || (_app.Security.TrustedOrigins is { Count: > 0 } trusted && rule(connection, trusted));
    }

    /// <summary>Gives back the place of a client that was let in.</summary>
    public void Leave() => Interlocked.Decrement(ref _admitted);

    /// <summary>Takes note of another refusal.</summary>
    public Refusal Refused(RequestConnection connection, Refusal refusal)
    {
        // Never the query: a token may be in it.
        SocketLog.HandshakeRefused(Logger, connection.Path, refusal.Reason);
        return Count(refusal);
    }

    public static ValueTask DenyAsync(WebSocketConnection connection, Refusal refusal) => connection.DenyAsync(new WebSocketDenial
    {
        StatusCode = refusal.Status,
        Headers = [KeyValuePair.Create("Content-Type", "text/plain; charset=utf-8"), .. refusal.Header is { } header ? [header] : Array.Empty<KeyValuePair<string, string>>()],
        Body = Encoding.UTF8.GetBytes(refusal.Message),
    });

    private Refusal Count(Refusal refusal)
    {
        Meters.Refused(refusal.Reason);
        return refusal;
    }

    private void Build()
    {
        Time = _app.Provider.GetRequiredService<TimeProvider>();
        Logger = _app.Provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.Sockets");
        _queued = new Reading(() => Wheel.Sum(static link => link.Outbox.QueuedBytes), TimeSpan.FromSeconds(1), Time);
        Meters = new SocketMeters(_app.Provider.GetService<IMeterFactory>(), this);
        Options.Validate();
        var times = _routes.Append(Options).SelectMany(static options => options.Times).Append(Heartbeat?.Invoke() ?? TimeSpan.Zero);
        var tick = times.Where(static time => time > TimeSpan.Zero).Min() / 10;
        _wheel = new TimingWheel(tick < ShortestTick ? ShortestTick : tick > LongestTick ? LongestTick : tick, Time);
    }

    private void GoAway() => Farewells.Say(Wheel.Stop(), GoAwayWindow?.Invoke() ?? TimeSpan.Zero, Time);
}
