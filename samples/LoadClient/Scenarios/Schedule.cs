using Realtime.LoadClient.Measuring;

namespace Realtime.LoadClient.Scenarios;

/// <summary>
/// When each message is due: it does not wait for anybody, and latencies count from here, so that a server that stalls the sender is charged for
/// the stall (no coordinated omission).
/// </summary>
internal sealed class Schedule
{
    private const double WarmUpShare = 0.25;
    private readonly double _rate;
    private readonly int _warmUp;

    public Schedule(double rate, TimeSpan warmUp, TimeSpan settle, TimeSpan duration, int most)
    {
        _rate = Math.Max(rate, 1e-9);
        _warmUp = (int)(rate * WarmUpShare * warmUp.TotalSeconds);
        Uncounted = Math.Min(most, _warmUp + (int)(rate * settle.TotalSeconds));
        Messages = (int)Math.Min(most, Uncounted + (rate * duration.TotalSeconds));
        MeasuredFrom = (long)((warmUp + settle).TotalSeconds * Clock.Second);
        End = Messages < most || rate == 0 ? MeasuredFrom + (long)(duration.TotalSeconds * Clock.Second) : DueAt(Messages);
    }

    /// <summary>How many go before those that count.</summary>
    public int Uncounted { get; }

    public int Messages { get; }

    /// <summary>When the clock begins to count, in nanoseconds from the start.</summary>
    public long MeasuredFrom { get; }

    public long End { get; }

    /// <summary>When a message (0, 1, 2, …) is due, in nanoseconds from the start.</summary>
    public long DueAt(int message)
    {
        var slow = Math.Min(message, _warmUp);
        return (long)(Clock.Second * ((slow / (_rate * WarmUpShare)) + ((message - slow) / _rate)));
    }
}
