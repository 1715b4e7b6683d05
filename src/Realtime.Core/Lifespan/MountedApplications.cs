using Microsoft.Extensions.Logging;
using Realtime.Diagnostics;
using Realtime.Protocol;

namespace Realtime.Lifespan;

/// <summary>The applications within an app while it runs: started in order, stopped in reverse.</summary>
internal sealed class MountedApplications : IAsyncDisposable
{
    private readonly Stack<(LifespanConnection Lifespan, Task Running)> _running = new();
    private readonly LifespanConnection _outer;
    private readonly ILogger _logger;
    private readonly CancellationTokenRegistration[] _registrations;

    private MountedApplications(LifespanConnection outer, ILogger logger)
    {
        _outer = outer;
        _logger = logger;
        _registrations =
        [
            outer.Stopping.Register(() => Tell(static lifespan => lifespan.BeginStopping())),
            outer.ShutdownHurried.Register(() => Tell(static lifespan => lifespan.HurryShutdown())),
        ];
    }

    /// <summary>Starts them. Where one fails those before it are stopped again.</summary>
    /// <exception cref="Exception">Whatever the startup of one threw.</exception>
    public static async Task<MountedApplications> StartAsync(IEnumerable<Application> applications, LifespanConnection outer, ILogger logger)
    {
        var mounted = new MountedApplications(outer, logger);
        try
        {
            foreach (var application in applications)
            {
                var lifespan = new LifespanConnection(outer.State);
                mounted.Add(lifespan, await lifespan.StartAsync(application));
            }
            return mounted;
        }
        catch
        {
            await mounted.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (Next() is { } last)
        {
            last.Lifespan.BeginStopping();
            last.Lifespan.RequestShutdown();
            try
            {
                await last.Running;
            }
            catch (Exception exception)
            {
                LifespanLog.StopHookFailed(_logger, exception);
            }
        }
        foreach (var registration in _registrations)
        {
            await registration.DisposeAsync();
        }
    }

    private void Add(LifespanConnection lifespan, Task running)
    {
        lock (_running)
        {
            _running.Push((lifespan, running));
        }
        if (_outer.ShutdownHurried.IsCancellationRequested)
        {
            lifespan.HurryShutdown();
        }
    }

    private (LifespanConnection Lifespan, Task Running)? Next()
    {
        lock (_running)
        {
            return _running.TryPop(out var last) ? last : null;
        }
    }

    private void Tell(Action<LifespanConnection> what)
    {
        (LifespanConnection Lifespan, Task Running)[] all;
        lock (_running)
        {
            all = [.. _running];
        }
        Array.ForEach(all, one => what(one.Lifespan));
    }
}
