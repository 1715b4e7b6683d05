namespace Realtime.Jobs;

public partial interface IJobStore
{
    /// <summary>
    /// Adds lines to the logs of jobs. Fenced. A line whose number is there already stays as it is, so that a write may be repeated. Of each
    /// job the newest <see cref="JobLogLine.MostKept"/> are kept, for as long as the job is.
    /// </summary>
    /// <param name="node">The node that runs the jobs.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>For each job, whether the attempt still held it.</returns>
    ValueTask<IReadOnlyList<bool>> LogAsync(long node, IReadOnlyList<JobLogLines> lines, CancellationToken cancellationToken);

    /// <summary>Lines of a job's log, oldest first.</summary>
    /// <param name="id">The job.</param>
    /// <param name="after">The number of the line behind which to begin; 0 for the oldest kept.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<JobLogLine>> ReadLogAsync(Guid id, long after, int limit, CancellationToken cancellationToken);

    /// <summary>Records where a job's loop is, in place of what was recorded. Fenced. Found again with <see cref="StepsAsync"/>.</summary>
    /// <param name="node">The node that runs the job.</param>
    /// <param name="id">The job.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cursor">The cursor's name, unique within the job among its steps and cursors.</param>
    /// <param name="position">The position as UTF-8 JSON.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether the attempt still held the job.</returns>
    ValueTask<bool> SaveCursorAsync(long node, Guid id, int attempt, string cursor, byte[] position, CancellationToken cancellationToken);
}
