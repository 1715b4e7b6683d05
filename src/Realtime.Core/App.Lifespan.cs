using Realtime.Lifespan;
using Realtime.Protocol;

namespace Realtime;

public sealed partial class App
{
    private readonly LifespanHooks _lifespan = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Fires when the server stops accepting: what would go on for ever should end now.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Runs before the server listens, in the order added. An exception stops the start.</summary>
    /// <param name="hook">The work; its token fires when the start is given up.</param>
    public void OnStart(Func<CancellationToken, ValueTask> hook)
    {
        ThrowIfBuilt();
        _lifespan.AddStart(hook);
    }

    /// <summary>
    /// Runs once the server accepts connections, on a server that listens on addresses: the moment to say where, or to connect
    /// to oneself. An exception stops the start.
    /// </summary>
    /// <param name="hook">The work, which must not block; it is given every address, with the port that was got.</param>
    public void OnListening(Action<IReadOnlyList<Uri>> hook)
    {
        ThrowIfBuilt();
        _lifespan.AddListening(hook);
    }

    /// <summary>
    /// Runs when the server stops accepting, while connections are still open: the moment to tell sockets to go away.
    /// </summary>
    /// <param name="hook">The work, which must not block.</param>
    public void OnStopping(Action hook)
    {
        ThrowIfBuilt();
        _lifespan.AddStopping(hook);
    }

    /// <summary>
    /// Runs after the server's connections have closed, in reverse of the order added, each even if one before it threw.
    /// </summary>
    /// <param name="hook">The work; its token fires when the time for a graceful shutdown is over.</param>
    public void OnStop(Func<CancellationToken, ValueTask> hook)
    {
        ThrowIfBuilt();
        _lifespan.AddStop(hook);
    }

    /// <summary>
    /// Runs work beside the requests for as long as the app runs. The work starts behind the start hooks; on shutdown its token
    /// fires and the app waits for it within <see cref="AppOptions.ShutdownTimeout"/>. An exception out of it is logged.
    /// </summary>
    /// <param name="work">The work; it should end soon after its token fires.</param>
    public void Background(Func<CancellationToken, Task> work)
    {
        ThrowIfBuilt();
        _lifespan.AddBackground(work);
    }

    internal void Listening(IReadOnlyList<Uri> addresses) => _lifespan.Listening(addresses);

    private Task LiveAsync(LifespanConnection lifespan) => _lifespan.LiveAsync(lifespan, Provider, disposesProvider: !_isHosted);
}
