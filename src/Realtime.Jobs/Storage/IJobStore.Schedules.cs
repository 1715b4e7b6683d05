namespace Realtime.Jobs;

public partial interface IJobStore
{
    /// <summary>Makes a schedule known. A new one, or one whose times have changed, counts from now; another stays as it is.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="times">What its times are, in words that tell it from other times.</param>
    /// <param name="cancellationToken">Gives up waiting; it may have been made known.</param>
    ValueTask<ScheduleRecord> AddScheduleAsync(string name, string times, CancellationToken cancellationToken);

    /// <summary>
    /// Enqueues the jobs of occurrences and remembers the last, in one write. An occurrence that is not later than the last one remembered is
    /// left out, so that of several nodes that offer it one enqueues it, whatever has become of its job since. So are all while the
    /// schedule is paused; and one whose unique key another job has, which counts as remembered.
    /// </summary>
    /// <param name="name">The schedule's name; for one that is not known nothing is enqueued.</param>
    /// <param name="jobs">The jobs, oldest first, each due at its occurrence.</param>
    /// <param name="cancellationToken">Gives up waiting; the jobs may have been enqueued.</param>
    /// <returns>The ids of those that were enqueued.</returns>
    ValueTask<IReadOnlyList<Guid>> FireAsync(string name, IReadOnlyList<JobSpec> jobs, CancellationToken cancellationToken);

    /// <summary>
    /// Asks whether a node is the one to enqueue the job of an occurrence, so that what is around an enqueue runs once for each occurrence and
    /// not once on every node. Only that depends on it: <see cref="FireAsync"/>, which ends the turn, does not ask whose it is.
    /// </summary>
    /// <param name="node">The node. It may take a turn again that it has.</param>
    /// <param name="name">The schedule's name.</param>
    /// <param name="occurrence">The occurrence, the newest of several.</param>
    /// <param name="time">How long the turn is the node's, should it not come to enqueue.</param>
    /// <param name="cancellationToken">Gives up waiting; the turn may have been taken.</param>
    ValueTask<ScheduleTurn> TakeTurnAsync(long node, string name, DateTimeOffset occurrence, TimeSpan time, CancellationToken cancellationToken);

    /// <summary>Pauses a schedule, or lets it go on, counting from now.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="isPaused">Whether it is to enqueue nothing.</param>
    /// <param name="cancellationToken">Gives up waiting; it may have been done.</param>
    /// <returns>Whether there is such a schedule.</returns>
    ValueTask<bool> PauseScheduleAsync(string name, bool isPaused, CancellationToken cancellationToken);

    /// <summary>The schedules that are known, by name.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<ScheduleRecord>> SchedulesAsync(CancellationToken cancellationToken);
}
