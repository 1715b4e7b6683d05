namespace Realtime.Hosting.Epoll;

/// <summary>
/// Waits for events of its connections and runs what they set off, requests included, on one thread. When a call does not come
/// back soon, because a handler blocks or computes, another thread takes the loop over, so that nobody waits for it.
/// </summary>
internal sealed class EpollLoop : IDisposable
{
    private const int BatchLength = 128;

    // For so long after a call that did not come back, every call gives the loop away before it begins: a switch of threads
    // each, but handlers that block then do so side by side at once.
    private const int HandingTicks = 100;

    // What keeps an app whose handlers all hang from taking all memory for stacks: beyond it, they do hold up others.
    private const int MostThreads = 512;

    private static readonly TimeSpan SpareTime = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly EventQueue _queue = new(BatchLength);
    private readonly StallWatch _watch;
    private readonly string _name;
    private readonly SemaphoreSlim _vacant = new(0);
    private readonly Stack<int> _free = new();
    private IWatchedSocket?[] _connections = [];
    private uint _generation;
    private int _load;

    /// <summary>The only thread that waits for events and begins calls; null for whichever comes first.</summary>
    private Thread? _owner;
    private int _threads;
    private int _spares;
    private int _handingTicks;
    private bool _calling;
    private long _calls;
    private long _callsSeen;
    private int _next;
    private int _count;
    private bool _stopped;

    public EpollLoop(string name, StallWatch watch)
    {
        _name = name;
        _watch = watch;
        Hand();
    }

    /// <summary>How many connections it has.</summary>
    public int Load => Volatile.Read(ref _load);

    /// <summary>Tells a connection of its socket's events, until the socket is closed.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The kernel refuses to watch one more.</exception>
    public void Add(IWatchedSocket connection)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out var slot))
            {
                slot = _connections.Length;
                Array.Resize(ref _connections, Math.Max(16, slot * 2));
                for (var free = _connections.Length - 1; free > slot; free--)
                {
                    _free.Push(free);
                }
            }
            // The generation keeps an event of a socket that is gone from the next one in its slot.
            connection.Key = ((ulong)++_generation << 32) | (uint)slot;
            _connections[slot] = connection;
            _load++;
        }
        try
        {
            _queue.Watch(connection.Descriptor, connection.Key);
        }
        catch
        {
            Remove(connection);
            throw;
        }
    }

    /// <summary>Tells another than before of a socket's events.</summary>
    public void Replace(IWatchedSocket connection, IWatchedSocket successor)
    {
        lock (_gate)
        {
            successor.Key = connection.Key;
            _connections[(int)(uint)connection.Key] = successor;
        }
    }

    /// <summary>Forgets a connection, whose socket is closed or about to be.</summary>
    public void Remove(IWatchedSocket connection)
    {
        lock (_gate)
        {
            var slot = (int)(uint)connection.Key;
            _connections[slot] = null;
            _free.Push(slot);
            _load--;
        }
    }

    /// <summary>Looks whether a call has run for a whole tick, and if so lets another thread have the loop.</summary>
    /// <returns>Whether the loop did anything since the last look.</returns>
    public bool Check()
    {
        lock (_gate)
        {
            var active = _calling || _calls != _callsSeen || _handingTicks > 0;
            _handingTicks = Math.Max(0, _handingTicks - 1);
            if (_calling && _calls == _callsSeen && !_stopped)
            {
                _handingTicks = HandingTicks;
                Hand();
            }
            _callsSeen = _calls;
            return active;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            // Under the lock, because the owner may be about to close what this writes to.
            _queue.Wake();
        }
        _vacant.Release(MostThreads);
    }

    private void Run()
    {
        while (Claim(out var connection, out var events))
        {
            if (connection is not null)
            {
                _watch.Watch();
                connection.OnEvents(events);
            }
            else
            {
                // Only the owner comes here, and nobody takes the loop from an owner that is not in a call.
                _count = _queue.Wait();
                _next = 0;
            }
        }
    }

    /// <summary>What the calling thread, if the loop is its own, is to do next: an event, or to wait for more.</summary>
    /// <returns>False where there is nothing more to do for the thread.</returns>
    private bool Claim(out IWatchedSocket? connection, out uint events)
    {
        connection = null;
        events = 0;
        var thread = Thread.CurrentThread;
        while (true)
        {
            lock (_gate)
            {
                _owner ??= thread;
                if (_stopped)
                {
                    if (_owner == thread)
                    {
                        _queue.Dispose();
                    }
                    return false;
                }
                if (_owner == thread)
                {
                    _calling = false;
                    while (connection is null && _next < _count)
                    {
                        (var key, events) = _queue.Read(_next++);
                        var slot = (uint)key;
                        connection = slot < _connections.Length && _connections[slot] is { } found && found.Key == key ? found : null;
                    }
                    if (connection is not null)
                    {
                        _calling = true;
                        _calls++;
                        if (_handingTicks > 0)
                        {
                            Hand();
                        }
                    }
                    return true;
                }
                _spares++;
            }
            // Came back late: another thread has the loop. This one waits to be the next.
            while (!_vacant.Wait(SpareTime))
            {
                if (Retire())
                {
                    return false;
                }
            }
        }
    }

    /// <summary>Lets a spare thread or a new one have the loop. Under the lock.</summary>
    private void Hand()
    {
        if (_spares > 0)
        {
            _spares--;
            _vacant.Release();
        }
        else if (_threads < MostThreads)
        {
            _threads++;
            new Thread(static loop => ((EpollLoop)loop!).Run()) { IsBackground = true, Name = _name }.UnsafeStart(this);
        }
        else
        {
            return;
        }
        _owner = null;
        _calling = false;
    }

    private bool Retire()
    {
        lock (_gate)
        {
            // None is counted as spare: this one was called at the last moment.
            if (_spares == 0)
            {
                return false;
            }
            _spares--;
            _threads--;
            return true;
        }
    }
}
