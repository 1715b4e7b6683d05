namespace Realtime.Sockets;

/// <summary>
/// Handles one connection's messages in the order of arrival, each behind the one before it, without holding up the reader.
/// </summary>
/// <param name="handle">Handles a message; it must not throw.</param>
/// <param name="capacity">How many messages may wait; then the reader waits.</param>
internal sealed class Lane(Func<ClientMessage, ValueTask> handle, int capacity)
{
    private readonly Lock _gate = new();
    private Queue<ClientMessage>? _waiting;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _rest;
    private bool _isBusy;
    private bool _isEnded;

    /// <summary>Whether the reader waits for a handler.</summary>
    public bool IsFull => Volatile.Read(ref _room) is not null;

    /// <summary>
    /// Handles a message now, where nothing is at work, or lets it wait.
    /// </summary>
    /// <param name="message">The message; its data is used only until this returns.</param>
    /// <returns>When the next message may be read.</returns>
    public ValueTask AddAsync(in ClientMessage message)
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return default;
            }
            if (_isBusy)
            {
                _waiting ??= new Queue<ClientMessage>();
                _waiting.Enqueue(message.Keep());
                return _waiting.Count < capacity ? default : new ValueTask((_room ??= NewSignal()).Task);
            }
            _isBusy = true;
        }
        var work = handle(message);
        // Done at once, as most are: the reader is the only one to add, so nothing waits, and this finds it so.
        _ = WorkAsync(work);
        return default;
    }

    /// <summary>Forgets what waits and completes when the handler at work is done.</summary>
    public Task EndAsync()
    {
        TaskCompletionSource? room;
        Task rest;
        lock (_gate)
        {
            _isEnded = true;
            _waiting = null;
            room = _room;
            _room = null;
            rest = _isBusy ? (_rest ??= NewSignal()).Task : Task.CompletedTask;
        }
        room?.TrySetResult();
        return rest;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WorkAsync(ValueTask work)
    {
        await work;
        while (TryTake(out var message))
        {
            await handle(message);
        }
    }

    // Takes the next message, or rests where there is none.
    private bool TryTake(out ClientMessage message)
    {
        TaskCompletionSource? signal;
        bool isTaken;
        lock (_gate)
        {
            message = default;
            isTaken = _waiting?.TryDequeue(out message) == true;
            if (!isTaken)
            {
                _waiting = null;
                _isBusy = false;
                signal = _rest;
            }
            else
            {
                signal = _waiting!.Count <= capacity / 2 ? Interlocked.Exchange(ref _room, null) : null;
            }
        }
        signal?.TrySetResult();
        return isTaken;
    }
}
