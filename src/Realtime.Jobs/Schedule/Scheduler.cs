namespace Realtime.Jobs;

/// <summary>
/// Enqueues the jobs of schedules. Correct without a leader: every node offers every occurrence to the store, which takes the first
/// and remembers how far the schedule is, also for the next start.
/// </summary>
internal sealed class Scheduler(JobRuntime runtime, long node, IReadOnlyList<Schedule> schedules) : IDisposable
{
    // Short enough that a clock that was put forward is noticed.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(5);

    // Longer than what is around an enqueue should take: a node that dies at it delays the occurrence by this.
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    private readonly Place[] _places = [.. schedules.Select(static schedule => new Place(schedule))];
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Wake _wake = new();

    /// <summary>When the next occurrence is due; null if none comes any more.</summary>
    public DateTimeOffset? NextAt => _places.Min(static place => place.NextAt);

    /// <summary>Makes the schedules known to the store, and learns how far they are.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        foreach (var place in _places)
        {
            var record = await runtime.Store.AddScheduleAsync(place.Schedule.Name, place.Schedule.Times, cancellationToken);
            place.After = record.LastOccurrence;
            place.NextAt = place.Schedule.Timetable.Next(place.After);
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        if (_places.Length == 0)
        {
            return;
        }
        using var alarm = new Alarm(runtime.Time, _wake);
        _wake.Set();
        try
        {
            while (true)
            {
                await _wake.WaitAsync(stopping);
                await FireDueAsync(stopping);
                var latest = runtime.Time.GetUtcNow() + LongestWait;
                alarm.Set(NextAt is { } next && next < latest ? next : latest);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>Enqueues the jobs of all occurrences that are due.</summary>
    public async ValueTask FireDueAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            foreach (var place in _places)
            {
                if (place.NextAt <= runtime.Time.GetUtcNow())
                {
                    await FireAsync(place, cancellationToken);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask FireAsync(Place place, CancellationToken cancellationToken)
    {
        var now = runtime.Time.GetUtcNow();
        var schedule = place.Schedule;
        try
        {
            if (schedule.DueJobs(place.After, now) is { Count: > 0 } due)
            {
                switch (await TurnAsync(schedule.Name, due[^1].DueAt!.Value, cancellationToken))
                {
                    case ScheduleTurn.Yours:
                        await runtime.FireAsync(schedule.Name, due, cancellationToken);
                        break;
                    case ScheduleTurn.Others:
                        place.NextAt = now + RetryWait;
                        return;
                }
            }
            place.After = now;
            place.NextAt = schedule.Timetable.Next(now);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            JobLog.ScheduleFailed(runtime.Logger, exception, schedule.Name, place.NextAt!.Value);
            // What is missed meanwhile is caught up with, as the schedule has it.
            place.NextAt = now + RetryWait;
        }
    }

    /// <summary>Whose turn it is, which only matters where something is around the enqueue that is to run once.</summary>
    private ValueTask<ScheduleTurn> TurnAsync(string schedule, DateTimeOffset occurrence, CancellationToken cancellationToken) => runtime.Intake.IsOpen
        ? new ValueTask<ScheduleTurn>(ScheduleTurn.Yours)
        : runtime.Store.TakeTurnAsync(node, schedule, occurrence, Turn, cancellationToken);

    /// <summary>A schedule and how far this node is with it.</summary>
    private sealed class Place(Schedule schedule)
    {
        public Schedule Schedule { get; } = schedule;

        public DateTimeOffset After { get; set; }

        public DateTimeOffset? NextAt { get; set; }
    }
}
