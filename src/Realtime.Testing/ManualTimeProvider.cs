namespace Realtime.Testing;

/// <summary>A clock that stands still until a test advances it, and then fires the timers that are due, in order.</summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now;
    private long _sequence;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">What it shows first; null for 2026-01-01 00:00 UTC.</param>
    public ManualTimeProvider(DateTimeOffset? start = null) => _now = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>
    /// Moves the clock forward. Timers that come due on the way fire on this thread, each at its own time, so a timer sees the
    /// clock as it would in life; one that is set by another's callback fires too if it is due.
    /// </summary>
    /// <param name="by">How far, zero or more.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = GetUtcNow() + by;
        while (TakeDue(end) is { } timer)
        {
            timer.Fire();
        }
        lock (_lock)
        {
            _now = _now < end ? end : _now;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? TakeDue(DateTimeOffset end)
    {
        lock (_lock)
        {
            // A plain loop: a season of virtual time is millions of turns.
            ManualTimer? next = null;
            foreach (var timer in _timers)
            {
                if (timer.Due <= end && (next is null || timer.Due < next.Due || (timer.Due == next.Due && timer.Order < next.Order)))
                {
                    next = timer;
                }
            }
            if (next is null)
            {
                return null;
            }
            _now = next.Due > _now ? next.Due : _now;
            if (next.Period > TimeSpan.Zero)
            {
                next.Due = _now + next.Period;
            }
            else
            {
                _timers.Remove(next);
            }
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public long Order { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isDue = false;
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock._now + dueTime;
                    Period = period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : period;
                    Order = clock._sequence++;
                    isDue = dueTime <= TimeSpan.Zero;
                    if (!isDue || Period > TimeSpan.Zero)
                    {
                        Due = isDue ? clock._now + Period : Due;
                        clock._timers.Add(this);
                    }
                }
            }
            if (isDue)
            {
                // As the system's timers do: on the pool, never inside the caller.
                ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Fire(), this, preferLocal: false);
            }
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
