namespace Realtime.Protocol;

/// <summary>
/// The life of the server itself: an application starts what it needs, says so, waits for the end, and stops it.
/// </summary>
/// <remarks>
/// The server calls the application with it before it listens. The application calls <see cref="StartupComplete"/>, awaits
/// <see cref="ShutdownRequested"/>, cleans up and returns. Throwing before <see cref="StartupComplete"/> fails the start;
/// throwing after it fails the shutdown, which is logged. An application that returns without
/// <see cref="StartupComplete"/> has nothing to start.
/// </remarks>
public sealed class LifespanConnection : Connection
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _shutdown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _hurry = new();

    /// <summary>Makes a lifespan whose state every connection of the server will see.</summary>
    /// <param name="state">Where startup leaves things, by key.</param>
    public LifespanConnection(IDictionary<string, object?> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        State = state;
    }

    /// <inheritdoc/>
    public override IDictionary<string, object?> State { get; }

    /// <summary>
    /// Fires when the server stops accepting, while its connections are still open: long-lived ones should be told to go
    /// away now.
    /// </summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Completes when the server's connections have closed: what startup made can be taken down.</summary>
    public Task ShutdownRequested => _shutdown.Task;

    /// <summary>Fires when the time for a graceful shutdown is over, or when a person asked twice to stop.</summary>
    public CancellationToken ShutdownHurried => _hurry.Token;

    /// <summary>Says that startup is done and the server may listen.</summary>
    public void StartupComplete() => _started.TrySetResult();

    /// <summary>For servers: runs an application's startup.</summary>
    /// <param name="application">The application.</param>
    /// <returns>When startup is done: the running application, to be awaited behind <see cref="RequestShutdown"/>.</returns>
    /// <exception cref="Exception">Whatever the application's startup threw.</exception>
    public async Task<Task> StartAsync(Application application)
    {
        ArgumentNullException.ThrowIfNull(application);
        var running = Task.Run(async () => await application(this));
        if (await Task.WhenAny(running, _started.Task) == running)
        {
            await running;
        }
        return running;
    }

    /// <summary>For servers: says that no new connections are accepted.</summary>
    public void BeginStopping() => _stopping.Cancel();

    /// <summary>For servers: says that the connections have closed.</summary>
    public void RequestShutdown() => _shutdown.TrySetResult();

    /// <summary>For servers: says that the time for a graceful shutdown is over.</summary>
    public void HurryShutdown() => _hurry.Cancel();
}
