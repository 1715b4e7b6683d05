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

    private SocketHost(App app) => _app = app;

    public SocketOptions Options { get; set; } = new();

    /// <summary>How often clients of the realtime endpoint must be heard; null where there is none.</summary>
    public Func<TimeSpan>? Heartbeat { get; set; }

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
            return default;
        });
        return host;
    });

    /// <summary>Takes note of a route's own options: the wheel must be fine enough for its times.</summary>
    public void Add(SocketOptions route) => _routes.Add(route);

    /// <summary>Answers with 403 what another site's page asks for.</summary>
    /// <returns>Whether the handshake was refused.</returns>
    public async ValueTask<bool> RefuseOriginAsync(WebSocketConnection connection, SocketOptions options)
    {
        if (OriginRule.Allows(connection, options.AllowedOrigins))
        {
            return false;
        }
        SocketLog.OriginRefused(Logger, connection.Path, connection.RequestHeaders["Origin"].ToString());
        await DenyAsync(connection, 403, "This origin may not open a socket here.");
        return true;
    }

    public static ValueTask DenyAsync(WebSocketConnection connection, int status, string message) => connection.DenyAsync(new WebSocketDenial
    {
        StatusCode = status,
        Headers = [KeyValuePair.Create("Content-Type", "text/plain; charset=utf-8")],
        Body = Encoding.UTF8.GetBytes(message),
    });

    private void Build()
    {
        Time = _app.Provider.GetRequiredService<TimeProvider>();
        Logger = _app.Provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.Sockets");
        Options.Validate();
        var times = _routes.Append(Options).SelectMany(static options => options.Times).Append(Heartbeat?.Invoke() ?? TimeSpan.Zero);
        var tick = times.Where(static time => time > TimeSpan.Zero).Min() / 10;
        _wheel = new TimingWheel(tick < ShortestTick ? ShortestTick : tick > LongestTick ? LongestTick : tick, Time);
    }

    private void GoAway()
    {
        foreach (var link in Wheel.Stop())
        {
            link.GoAway();
        }
    }
}
