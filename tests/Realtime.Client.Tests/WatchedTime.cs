using Realtime.Testing;

namespace Realtime.Client.Tests;

/// <summary>A clock that stands still and notes each wait that is set on it.</summary>
internal sealed class WatchedTime : TimeProvider
{
    private readonly ManualTimeProvider _clock = new();
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _delays = [];

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override long TimestampFrequency => _clock.TimestampFrequency;

    /// <summary>All waits that were set so far, in order.</summary>
    public TimeSpan[] Delays
    {
        get
        {
            lock (_lock)
            {
                return [.. _delays];
            }
        }
    }

    /// <summary>Whether a wait of so many seconds was set.</summary>
    public bool Has(double seconds) => Delays.Contains(TimeSpan.FromSeconds(seconds));

    public void Advance(TimeSpan by) => _clock.Advance(by);

    public void Advance(double seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _delays.Add(dueTime);
        }
        return _clock.CreateTimer(callback, state, dueTime, period);
    }
}
