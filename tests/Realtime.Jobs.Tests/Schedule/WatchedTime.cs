using Realtime.Testing;

namespace Realtime.Jobs;

/// <summary>A clock that tells when somebody has begun to wait on it for a certain time, and so has done what comes before.</summary>
internal sealed class WatchedTime(ManualTimeProvider clock, TimeSpan watched) : TimeProvider
{
    private readonly SemaphoreSlim _waits = new(0);

    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override long TimestampFrequency => clock.TimestampFrequency;

    /// <summary>Returns once for each wait that has begun.</summary>
    public async Task WaitedForAsync() => Assert.True(await _waits.WaitAsync(Workbench.Limit));

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = clock.CreateTimer(callback, state, dueTime, period);
        if (dueTime == watched)
        {
            _waits.Release();
        }
        return timer;
    }
}
