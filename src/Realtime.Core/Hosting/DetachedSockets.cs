namespace Realtime.Hosting;

/// <summary>The WebSockets that live on without Kestrel, which neither counts them nor waits for them when the server stops.</summary>
internal sealed class DetachedSockets
{
    // As Kestrel does for requests that were cut.
    private static readonly TimeSpan Mercy = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private KestrelHandshake? _first;
    private TaskCompletionSource? _ended;

    public void Add(KestrelHandshake socket)
    {
        lock (_gate)
        {
            socket.Next = _first;
            if (_first is not null)
            {
                _first.Previous = socket;
            }
            _first = socket;
        }
    }

    public void Remove(KestrelHandshake socket)
    {
        TaskCompletionSource? ended;
        lock (_gate)
        {
            if (socket.Previous is null)
            {
                _first = socket.Next;
            }
            else
            {
                socket.Previous.Next = socket.Next;
            }
            if (socket.Next is not null)
            {
                socket.Next.Previous = socket.Previous;
            }
            (socket.Next, socket.Previous) = (null, null);
            ended = _first is null ? _ended : null;
        }
        ended?.TrySetResult();
    }

    /// <summary>Waits until the application is done with the last, and cuts those that are left at the limit.</summary>
    /// <param name="limit">Fires when they must be cut.</param>
    /// <param name="time">The clock.</param>
    public async Task EndAsync(CancellationToken limit, TimeProvider time)
    {
        Task ended;
        lock (_gate)
        {
            if (_first is null)
            {
                return;
            }
            ended = (_ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
        await ended.WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCompleted)
        {
            List().ForEach(static socket => socket.Abort());
            await ended.WaitAsync(Mercy, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private List<KestrelHandshake> List()
    {
        lock (_gate)
        {
            var sockets = new List<KestrelHandshake>();
            for (var socket = _first; socket is not null; socket = socket.Next)
            {
                sockets.Add(socket);
            }
            return sockets;
        }
    }
}
