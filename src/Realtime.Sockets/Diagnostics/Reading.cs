namespace Realtime.Sockets;

/// <summary>A number that is costly to find out, so that it is found out once in a while however often it is asked for.</summary>
/// <param name="measure">Finds it out.</param>
/// <param name="age">How old it may be.</param>
/// <param name="time">The clock.</param>
internal sealed class Reading(Func<long> measure, TimeSpan age, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long? _takenAt;
    private long _value;

    public long Read()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_takenAt is not { } takenAt || time.GetElapsedTime(takenAt, now) >= age)
            {
                _value = measure();
                _takenAt = now;
            }
            return _value;
        }
    }
}
