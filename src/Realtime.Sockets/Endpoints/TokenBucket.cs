namespace Realtime.Sockets;

/// <summary>Limits how many messages a connection may send; not safe for use by several threads.</summary>
/// <param name="burst">How many at once.</param>
/// <param name="perSecond">How many a second in the long run.</param>
/// <param name="time">The clock.</param>
internal struct TokenBucket(int burst, double perSecond, TimeProvider time)
{
    private double _tokens = burst;
    private long _filled = time.GetTimestamp();

    /// <summary>Takes a token; false where there is none left.</summary>
    public bool TryTake()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_filled, now).TotalSeconds * perSecond));
        _filled = now;
        if (_tokens < 1)
        {
            return false;
        }
        _tokens--;
        return true;
    }
}
