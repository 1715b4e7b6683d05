namespace Realtime;

/// <summary>One thing at a time that is to happen later, inside the client's gate. All members are called inside it.</summary>
internal sealed class Alarm(Gate gate, TimeProvider time)
{
    // A longer wait is as good as none: the system's timers take at most 49 days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    private ITimer? _timer;
    private object? _set;

    /// <summary>Whether something is to happen.</summary>
    public bool IsSet => _set is not null;

    /// <summary>Has something done after a time, instead of what was to be done until now.</summary>
    public void Set(TimeSpan delay, Action action)
    {
        Clear();
        var set = _set = new object();
        _timer = time.CreateTimer(_ => Ring(set, action), state: null, delay < Longest ? delay : Longest, System.Threading.Timeout.InfiniteTimeSpan);
    }

    /// <summary>Has nothing done.</summary>
    public void Clear()
    {
        _timer?.Dispose();
        _timer = null;
        _set = null;
    }

    private void Ring(object set, Action action)
    {
        using var scope = gate.Enter();
        // Cleared or set anew while this was on its way.
        if (set == _set)
        {
            Clear();
            action();
        }
    }
}
