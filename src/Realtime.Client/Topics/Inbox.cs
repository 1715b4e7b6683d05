namespace Realtime;

/// <summary>
/// Gives a topic's events to whoever reads them. What nobody reads yet waits for the first who asks for it, up to a limit; the oldest
/// is then dropped.
/// </summary>
/// <param name="limit">How many events may wait, here and at each reader.</param>
/// <param name="policy">What becomes of a reader who is further behind.</param>
internal sealed class Inbox(int limit, SlowReaderPolicy policy)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Arrival> _waiting = new();
    private readonly List<EventReader> _readers = [];
    private Exception? _fault;
    private bool _isOver;
    private long _count;

    /// <summary>How many events were dropped because nobody read them in time, here or by the server.</summary>
    public long Dropped
    {
        get
        {
            lock (_lock)
            {
                return field;
            }
        }
        private set;
    }

    /// <summary>The events that nobody has read or reads yet, oldest first.</summary>
    public ReceivedEvent[] Waiting
    {
        get
        {
            lock (_lock)
            {
                return [.. _waiting.Select(static arrival => arrival.Event)];
            }
        }
    }

    public void Add(ReceivedEvent item)
    {
        lock (_lock)
        {
            var readers = 0;
            foreach (var reader in _readers)
            {
                readers += reader.Wants(item) ? 1 : 0;
            }
            var arrival = new Arrival(_count++, item, readers > 1);
            var taken = 0;
            for (var index = _readers.Count - 1; readers > 0 && index >= 0; index--)
            {
                if (_readers[index].Wants(item) && Give(_readers[index], arrival))
                {
                    taken++;
                }
            }
            if (taken == 0)
            {
                _waiting.AddLast(arrival with { IsShared = false });
                Trim();
            }
        }
    }

    /// <summary>The server left events out.</summary>
    public void Drop(long count)
    {
        lock (_lock)
        {
            Dropped += count;
        }
    }

    /// <summary>Begins to read; it gets what waits for it first.</summary>
    /// <param name="name">The name of the events to read; null for all.</param>
    public EventReader Read(string? name)
    {
        var reader = new EventReader(this, name, limit);
        lock (_lock)
        {
            for (var node = _waiting.First; node is not null;)
            {
                var next = node.Next;
                if (reader.Wants(node.Value.Event) && reader.TryAdd(node.Value))
                {
                    _waiting.Remove(node);
                }
                node = next;
            }
            if (_isOver)
            {
                reader.Complete(_fault);
            }
            else
            {
                _readers.Add(reader);
            }
        }
        return reader;
    }

    /// <summary>Ends a reader: what it alone was given and has not read waits for the next.</summary>
    public void Remove(EventReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
            var node = _waiting.First;
            while (reader.TryRead(out var arrival))
            {
                if (arrival.IsShared)
                {
                    continue;
                }
                while (node is not null && node.Value.Number < arrival.Number)
                {
                    node = node.Next;
                }
                if (node is null)
                {
                    _waiting.AddLast(arrival);
                }
                else
                {
                    _waiting.AddBefore(node, arrival);
                }
            }
            Trim();
        }
    }

    /// <summary>No more will come.</summary>
    /// <param name="fault">Why; null where that was wished for.</param>
    public void Complete(Exception? fault)
    {
        lock (_lock)
        {
            _isOver = true;
            _fault = fault;
            _readers.ForEach(reader => reader.Complete(fault));
            _readers.Clear();
        }
    }

    private bool Give(EventReader reader, Arrival arrival)
    {
        if (reader.TryAdd(arrival))
        {
            return true;
        }
        if (policy == SlowReaderPolicy.DropOldest)
        {
            // Somebody may just have read what was to be dropped: then there is room without it.
            Dropped += reader.TryRead(out _) ? 1 : 0;
            return reader.TryAdd(arrival);
        }
        _readers.Remove(reader);
        reader.Complete(new RealtimeException("too_slow", $"This reader is more than {limit} events behind: read faster, raise RealtimeClientOptions.EventBuffer, or drop the oldest (SlowReaderPolicy.DropOldest)."));
        return false;
    }

    private void Trim()
    {
        while (_waiting.Count > limit)
        {
            _waiting.RemoveFirst();
            Dropped++;
        }
    }
}
