using Realtime.Protocol;

namespace Realtime.Testing.InMemory;

/// <summary>Runs one application's lifespan and connections in memory.</summary>
internal sealed class InMemoryServer
{
    public static readonly Uri BaseAddress = new("http://localhost/");

    private readonly Lock _lock = new();
    private readonly HashSet<RequestFacts> _open = [];
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Application _application;
    private readonly TimeSpan _shutdownTimeout;
    private readonly LifespanConnection _lifespan;
    private Task _running = Task.CompletedTask;
    private Task? _stopping;
    private bool _refuses;

    private InMemoryServer(Application application, TimeSpan shutdownTimeout)
    {
        _application = application;
        _shutdownTimeout = shutdownTimeout;
        _lifespan = new LifespanConnection(State);
    }

    public Dictionary<string, object?> State { get; } = new(StringComparer.Ordinal);

    public static async Task<InMemoryServer> StartAsync(Application application, TimeSpan shutdownTimeout)
    {
        var server = new InMemoryServer(application, shutdownTimeout);
        server._running = await server._lifespan.StartAsync(application);
        return server;
    }

    /// <summary>Runs the application over an exchange, on the pool as a real server does.</summary>
    public void Run<T>(T exchange, Func<T, Application, Task> serve)
        where T : RequestFacts
    {
        lock (_lock)
        {
            if (_refuses)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused: the test server has stopped.");
            }
            _open.Add(exchange);
        }
        _ = Task.Run(async () =>
        {
            try
            {
                await serve(exchange, _application);
            }
            finally
            {
                Ended(exchange);
            }
        });
    }

    public Task StopAsync()
    {
        lock (_lock)
        {
            return _stopping ??= StopOnceAsync();
        }
    }

    private async Task StopOnceAsync()
    {
        await Task.Yield();
        lock (_lock)
        {
            _refuses = true;
            if (_open.Count == 0)
            {
                _allEnded.TrySetResult();
            }
        }
        _lifespan.BeginStopping();
        // One limit for all of it, in real time: the app's clock may stand still.
        using var limit = new CancellationTokenSource(_shutdownTimeout);
        await using var hurry = limit.Token.Register(_lifespan.HurryShutdown);
        try
        {
            await _allEnded.Task.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            RequestFacts[] left;
            lock (_lock)
            {
                left = [.. _open];
            }
            foreach (var exchange in left)
            {
                exchange.Abort();
            }
        }
        _lifespan.RequestShutdown();
        try
        {
            await _running;
        }
        catch (Exception)
        {
            // As on every server, a shutdown that fails does not fail the stop.
        }
    }

    private void Ended(RequestFacts exchange)
    {
        lock (_lock)
        {
            _open.Remove(exchange);
            if (_refuses && _open.Count == 0)
            {
                _allEnded.TrySetResult();
            }
        }
    }
}
