namespace Realtime.Jobs;

/// <summary>A timer that is set to a moment and wakes a loop then, whatever the clock does while it is set.</summary>
internal sealed class Alarm(TimeProvider time, Wake wake) : IDisposable
{
    // More than passes between two calls, except where the machine is so busy that one more turn does not matter.
    private static readonly TimeSpan Jump = TimeSpan.FromMilliseconds(1);

    private readonly ITimer _timer = time.CreateTimer(static state => ((Wake)state!).Set(), wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Set(DateTimeOffset at)
    {
        DateTimeOffset now;
        do
        {
            now = time.GetUtcNow();
            // A timer rounds down to milliseconds: firing early would only spin.
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((at - now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        }
        // A clock that was put forward in between, as a test's is, would fire late by as much.
        while (time.GetUtcNow() - now >= Jump);
    }

    public void Dispose() => _timer.Dispose();
}
