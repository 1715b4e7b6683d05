using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Realtime.Diagnostics;
using Realtime.Protocol;

namespace Realtime.Lifespan;

/// <summary>Runs an app's hooks: start in order, stop in reverse, background work in between.</summary>
internal sealed class LifespanHooks
{
    private readonly List<Func<CancellationToken, ValueTask>> _start = [];
    private readonly List<Action<IReadOnlyList<Uri>>> _listening = [];
    private readonly List<Action> _stopping = [];
    private readonly List<Func<CancellationToken, ValueTask>> _stop = [];
    private readonly List<Func<CancellationToken, Task>> _background = [];
    private readonly List<Application> _mounted = [];

    public void AddStart(Func<CancellationToken, ValueTask> hook) => _start.Add(hook);

    public void AddListening(Action<IReadOnlyList<Uri>> hook) => _listening.Add(hook);

    public void AddStopping(Action hook) => _stopping.Add(hook);

    public void AddStop(Func<CancellationToken, ValueTask> hook) => _stop.Add(hook);

    public void AddBackground(Func<CancellationToken, Task> work) => _background.Add(work);

    public void AddMounted(Application application)
    {
        if (!_mounted.Contains(application))
        {
            _mounted.Add(application);
        }
    }

    public void Listening(IReadOnlyList<Uri> addresses) => _listening.ForEach(hook => hook(addresses));

    public async Task LiveAsync(LifespanConnection lifespan, IServiceProvider provider, bool disposesProvider)
    {
        var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger("Realtime.Lifespan");
        foreach (var hook in _start)
        {
            await hook(lifespan.ShutdownHurried);
        }
        await using var mounted = await MountedApplications.StartAsync(_mounted, lifespan, logger);
        using var stopBackground = new CancellationTokenSource();
        var background = _background.Select(work => RunBackgroundAsync(work, logger, stopBackground.Token)).ToArray();
        await using var stopping = lifespan.Stopping.Register(() => _stopping.ForEach(hook => hook()));

        lifespan.StartupComplete();
        await lifespan.ShutdownRequested;

        await stopBackground.CancelAsync();
        try
        {
            await Task.WhenAll(background).WaitAsync(lifespan.ShutdownHurried);
        }
        catch (OperationCanceledException)
        {
            LifespanLog.BackgroundAbandoned(logger);
        }
        await mounted.DisposeAsync();
        for (var index = _stop.Count - 1; index >= 0; index--)
        {
            try
            {
                await _stop[index](lifespan.ShutdownHurried);
            }
            catch (Exception exception)
            {
                LifespanLog.StopHookFailed(logger, exception);
            }
        }
        if (disposesProvider && provider is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }

    private static async Task RunBackgroundAsync(Func<CancellationToken, Task> work, ILogger logger, CancellationToken stopping)
    {
        try
        {
            // Yield first: work that never awaits must not hold up the start.
            await Task.Yield();
            await work(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            LifespanLog.BackgroundFailed(logger, exception);
        }
    }
}
