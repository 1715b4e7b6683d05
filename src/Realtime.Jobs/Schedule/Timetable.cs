namespace Realtime.Jobs;

/// <summary>The moments at which a schedule is due.</summary>
internal abstract class Timetable
{
    // How far back is looked first for what was missed, and how many times further each time that was not far enough.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMinutes(1);
    private const int Further = 4;

    /// <summary>The first moment behind another; null if none comes any more.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after);

    /// <summary>The newest moments behind one and up to another, in order: bounded work however long ago the first was.</summary>
    /// <param name="after">Itself not counted.</param>
    /// <param name="until">Itself counted.</param>
    /// <param name="limit">The most to return; at least 1.</param>
    public IReadOnlyList<DateTimeOffset> Newest(DateTimeOffset after, DateTimeOffset until, int limit)
    {
        var moments = new Queue<DateTimeOffset>();
        for (var look = FirstLook; ; look *= Further)
        {
            var isAll = until - after <= look;
            moments.Clear();
            for (var moment = Next(isAll ? after : until - look); moment <= until; moment = Next(moment.Value))
            {
                moments.Enqueue(moment.Value);
                if (moments.Count > limit)
                {
                    moments.Dequeue();
                }
            }
            if (isAll || moments.Count == limit)
            {
                return [.. moments];
            }
        }
    }

    /// <summary>What it is, the same in every process that has it: a change of it begins the schedule anew.</summary>
    public abstract override string ToString();
}
