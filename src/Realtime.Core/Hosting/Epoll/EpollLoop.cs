namespace Realtime.Hosting.Epoll;

/// <summary>
/// Waits for events of its connections and runs what they set off, requests included, on one thread. When a call does not come
/// back soon, because a handler blocks or computes, another thread takes the loop over, so that nobody waits for it.
/// </summary>
internal sealed class EpollLoop : IDisposable
{
    private const int BatchLength = 128;

    // For so long after a call that did not come back, what is read is handled on the thread pool: a hop each, but
    // handlers that block do so side by side.
    private const int TicksOnPool = 100;

    private readonly Lock _gate = new();
    private readonly EventQueue _queue = new(BatchLength);
    private readonly StallWatch _watch;
    private readonly string _name;
    private readonly Stack<int> _free = new();
    private EpollConnection?[] _connections = [];
    private uint _generation;
    private int _load;
    private Thread? _owner;
    private bool _calling;
    private long _calls;
    private long _callsSeen;
    private int _next;
    private int _count;
    private int _ticksOnPool;
    private bool _stopped;

    public EpollLoop(string name, StallWatch watch)
    {
        _name = name;
        _watch = watch;
        Hand();
    }

    /// <summary>How many connections it has.</summary>
    public int Load => Volatile.Read(ref _load);

    /// <summary>Whether what is read goes to the thread pool at the moment.</summary>
    public bool UsesPool => Volatile.Read(ref _ticksOnPool) > 0;

    /// <summary>Tells a connection of its socket's events, until the socket is closed.</summary>
    public void Add(EpollConnection connection)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out var slot))
            {
                slot = _connections.Length;
                var grown = new EpollConnection?[Math.Max(16, slot * 2)];
                _connections.CopyTo(grown, 0);
                for (var free = grown.Length - 1; free > slot; free--)
                {
                    _free.Push(free);
                }
                _connections = grown;
            }
            // The generation keeps an event of a socket that is gone from the next one in its slot.
            connection.Key = ((ulong)++_generation << 32) | (uint)slot;
            _connections[slot] = connection;
            _load++;
        }
        _queue.Watch(connection.Descriptor, connection.Key);
    }

    /// <summary>Forgets a connection, whose socket is closed.</summary>
    public void Remove(EpollConnection connection)
    {
        lock (_gate)
        {
            var slot = (int)(uint)connection.Key;
            if (slot < _connections.Length && _connections[slot] == connection)
            {
                _connections[slot] = null;
                _free.Push(slot);
                _load--;
            }
        }
    }

    /// <summary>Looks whether a call has run for a whole tick, and if so lets another thread have the loop.</summary>
    /// <returns>Whether the loop did anything since the last look.</returns>
    public bool Check()
    {
        lock (_gate)
        {
            var active = _calling || _calls != _callsSeen;
            if (_ticksOnPool > 0)
            {
                _ticksOnPool--;
                active = true;
            }
            if (_calling && _calls == _callsSeen && !_stopped)
            {
                _ticksOnPool = TicksOnPool;
                _calling = false;
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
        }
        _queue.Wake();
    }

    private void Hand()
    {
        _owner = new Thread(static loop => ((EpollLoop)loop!).Run()) { IsBackground = true, Name = _name };
        _owner.UnsafeStart(this);
    }

    private void Run()
    {
        while (true)
        {
            var isOver = false;
            EpollConnection? connection = null;
            uint events = 0;
            lock (_gate)
            {
                // Another thread has the loop; this one came back late.
                if (_owner != Thread.CurrentThread)
                {
                    return;
                }
                _calling = false;
                isOver = _stopped;
                if (!isOver && _next < _count)
                {
                    (var key, events) = _queue.Read(_next++);
                    var slot = (uint)key;
                    connection = slot < _connections.Length && _connections[slot] is { } found && found.Key == key ? found : null;
                    if (connection is null)
                    {
                        continue;
                    }
                    _calling = true;
                    _calls++;
                }
            }
            if (isOver)
            {
                _queue.Dispose();
                return;
            }
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
}
