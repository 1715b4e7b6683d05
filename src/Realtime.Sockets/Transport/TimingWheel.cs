namespace Realtime.Sockets;

/// <summary>
/// One timer for all connections: each link waits in the slot of the tick at which it is to be looked at. It is also the
/// list of all links that are open.
/// </summary>
/// <remarks>The timer runs only while there are links.</remarks>
internal sealed class TimingWheel : IDisposable
{
    private const int Slots = 256;

    private readonly Link?[] _slots = new Link?[Slots];
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly ITimer _timer;
    private long _now;
    private int _count;
    private bool _isStopping;

    /// <summary>Makes a wheel at rest.</summary>
    /// <param name="tick">How exact it is; also the longest time by which it may be late.</param>
    /// <param name="time">The clock.</param>
    public TimingWheel(TimeSpan tick, TimeProvider time)
    {
        Tick = tick;
        _time = time;
        _started = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((TimingWheel)state!).Turn(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The length of a tick.</summary>
    public TimeSpan Tick { get; }

    /// <summary>The current tick: a clock that costs one read.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>How many links are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many ticks a time span takes, at least one.</summary>
    public long TicksOf(TimeSpan span) => (long)Math.Max(Math.Ceiling(span / Tick), 1);

    /// <summary>Takes a link in; false where the server is stopping, and the link is to be told so.</summary>
    public bool Add(Link link)
    {
        lock (_gate)
        {
            if (_count++ == 0)
            {
                // While it was at rest the wheel's clock stood.
                _now = CurrentTick();
                _timer.Change(Tick, Tick);
            }
            link.Heard();
            Insert(link, link.NextLook(_now));
            return !_isStopping;
        }
    }

    /// <summary>Forgets a link.</summary>
    public void Remove(Link link)
    {
        lock (_gate)
        {
            Unlink(link);
            if (--_count == 0)
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Puts a link where its changed deadline wants it.</summary>
    public void Reschedule(Link link)
    {
        lock (_gate)
        {
            if (link.Slot < 0)
            {
                return;
            }
            Unlink(link);
            Insert(link, link.NextLook(_now));
        }
    }

    /// <summary>Lists every open link, and has <see cref="Add"/> say from now on that the server is stopping.</summary>
    public IReadOnlyList<Link> Stop()
    {
        lock (_gate)
        {
            _isStopping = true;
            return List();
        }
    }

    /// <summary>Lists every open link.</summary>
    public IReadOnlyList<Link> List()
    {
        lock (_gate)
        {
            var links = new List<Link>(_count);
            foreach (var head in _slots)
            {
                for (var link = head; link is not null; link = link.Next)
                {
                    links.Add(link);
                }
            }
            return links;
        }
    }

    /// <summary>Adds up a number of every open link. Slot by slot, so that nobody waits for long: a link that moves meanwhile may count twice or not at all.</summary>
    public long Sum(Func<Link, long> number)
    {
        var sum = 0L;
        for (var slot = 0; slot < Slots; slot++)
        {
            lock (_gate)
            {
                for (var link = _slots[slot]; link is not null; link = link.Next)
                {
                    sum += number(link);
                }
            }
        }
        return sum;
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>The tick that the clock shows, which the wheel may not have reached yet.</summary>
    public long CurrentTick() => (long)(_time.GetElapsedTime(_started) / Tick);

    private void Turn()
    {
        lock (_gate)
        {
            var current = CurrentTick();
            // A late timer looks at all it has missed; one round sees every slot.
            for (var tick = Math.Max(_now + 1, current - Slots + 1); tick <= current; tick++)
            {
                Volatile.Write(ref _now, tick);
                LookAt(tick);
            }
        }
    }

    private void LookAt(long tick)
    {
        var link = _slots[(int)(tick % Slots)];
        while (link is not null)
        {
            var next = link.Next;
            if (link.Due <= tick)
            {
                // It only decides; what follows from it runs on the pool, outside of this lock.
                link.Look(tick);
                Unlink(link);
                Insert(link, link.NextLook(tick));
            }
            link = next;
        }
    }

    private void Insert(Link link, long due)
    {
        // Never the current tick: its slot has been looked at.
        link.Due = Math.Max(due, _now + 1);
        link.Slot = (int)(link.Due % Slots);
        ref var head = ref _slots[link.Slot];
        link.Next = head;
        if (head is not null)
        {
            head.Previous = link;
        }
        head = link;
    }

    private void Unlink(Link link)
    {
        if (link.Slot < 0)
        {
            return;
        }
        if (link.Previous is null)
        {
            _slots[link.Slot] = link.Next;
        }
        else
        {
            link.Previous.Next = link.Next;
        }
        if (link.Next is not null)
        {
            link.Next.Previous = link.Previous;
        }
        (link.Next, link.Previous, link.Slot) = (null, null, -1);
    }
}
