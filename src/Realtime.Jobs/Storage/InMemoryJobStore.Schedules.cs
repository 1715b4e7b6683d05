namespace Realtime.Jobs;

public sealed partial class InMemoryJobStore
{
    private readonly SortedDictionary<string, ScheduleRecord> _schedules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Node, DateTimeOffset Until)> _turns = [];

    /// <inheritdoc/>
    public ValueTask<ScheduleRecord> AddScheduleAsync(string name, string times, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        using (Enter())
        {
            if (!_schedules.TryGetValue(name, out var schedule))
            {
                schedule = new ScheduleRecord(name, times, now, IsPaused: false);
            }
            else if (schedule.Times != times)
            {
                schedule = schedule with { Times = times, LastOccurrence = Later(schedule.LastOccurrence, now) };
            }
            _schedules[name] = schedule;
            return new ValueTask<ScheduleRecord>(schedule);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Guid>> FireAsync(string name, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var fired = new List<Guid>();
        using (Enter())
        {
            if (_schedules.TryGetValue(name, out var schedule) && !schedule.IsPaused)
            {
                foreach (var job in jobs.Where(job => job.DueAt > schedule.LastOccurrence))
                {
                    if (Add(job) is { Status: EnqueueStatus.Added } added)
                    {
                        fired.Add(added.Id);
                    }
                    schedule = schedule with { LastOccurrence = job.DueAt!.Value };
                }
                _schedules[name] = schedule;
                _turns.Remove(name);
            }
        }
        return new ValueTask<IReadOnlyList<Guid>>(fired);
    }

    /// <inheritdoc/>
    public ValueTask<ScheduleTurn> TakeTurnAsync(long node, string name, DateTimeOffset occurrence, TimeSpan time, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        using (Enter())
        {
            if (!_schedules.TryGetValue(name, out var schedule) || schedule.IsPaused || schedule.LastOccurrence >= occurrence)
            {
                return new ValueTask<ScheduleTurn>(ScheduleTurn.Over);
            }
            if (_turns.TryGetValue(name, out var turn) && turn.Node != node && turn.Until > now)
            {
                return new ValueTask<ScheduleTurn>(ScheduleTurn.Others);
            }
            _turns[name] = (node, now + time);
            return new ValueTask<ScheduleTurn>(ScheduleTurn.Yours);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> PauseScheduleAsync(string name, bool isPaused, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        using (Enter())
        {
            if (!_schedules.TryGetValue(name, out var schedule))
            {
                return new ValueTask<bool>(false);
            }
            _schedules[name] = schedule with
            {
                IsPaused = isPaused,
                LastOccurrence = schedule.IsPaused && !isPaused ? Later(schedule.LastOccurrence, now) : schedule.LastOccurrence,
            };
            return new ValueTask<bool>(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ScheduleRecord>> SchedulesAsync(CancellationToken cancellationToken)
    {
        using (Enter())
        {
            return new ValueTask<IReadOnlyList<ScheduleRecord>>([.. _schedules.Values]);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
