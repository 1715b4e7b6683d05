namespace Realtime.Jobs;

/// <summary>
/// The multiples of an interval since the beginning of time, so that every process knows the same moments without asking another.
/// </summary>
internal sealed class IntervalTimetable(TimeSpan interval) : Timetable
{
    public override DateTimeOffset? Next(DateTimeOffset after)
    {
        var turn = (after.UtcTicks / interval.Ticks) + 1;
        return turn <= DateTime.MaxValue.Ticks / interval.Ticks ? new DateTimeOffset(turn * interval.Ticks, TimeSpan.Zero) : null;
    }

    public override string ToString() => $"every {interval:c}";
}
