namespace Realtime.Jobs;

/// <summary>The starts of a queue's keys that still count against its rate limit per key, in memory.</summary>
internal sealed class KeyRates
{
    private readonly Dictionary<string, RateWindow> _windows = [];
    private RateLimit _rate = null!;
    private DateTimeOffset _now;
    private DateTimeOffset _sweepAt;

    /// <summary>How long until one of the keys that were full may start another; null if none was.</summary>
    public TimeSpan? Wait { get; private set; }

    /// <summary>A claim begins.</summary>
    public KeyRates At(RateLimit rate, DateTimeOffset now)
    {
        (_rate, _now, Wait) = (rate, now, null);
        if (now >= _sweepAt)
        {
            // Keys come and go; those without a start in the span are not remembered.
            foreach (var (key, window) in _windows)
            {
                if (window.Room(rate, now) == rate.Count)
                {
                    _windows.Remove(key);
                }
            }
            _sweepAt = now + rate.Per;
        }
        return this;
    }

    public bool IsFull(string key)
    {
        if (!_windows.TryGetValue(key, out var window) || window.Room(_rate, _now) > 0)
        {
            return false;
        }
        var wait = window.Wait(_rate, _now);
        Wait = Wait < wait ? Wait : wait;
        return true;
    }

    public void Add(string key)
    {
        if (!_windows.TryGetValue(key, out var window))
        {
            _windows.Add(key, window = new RateWindow());
        }
        window.Add(_rate, _now, 1);
    }
}
