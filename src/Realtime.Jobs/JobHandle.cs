using System.Text.Json;
using Realtime.Jobs;

namespace Realtime;

/// <summary>A job that was enqueued: where it stands, what came out of it, and the way to cancel it.</summary>
public class JobHandle : IHasLocation
{
    internal JobHandle(JobQueue queue, Guid id, string name)
    {
        Queue = queue;
        Id = id;
        Name = name;
    }

    internal JobHandle(JobQueue queue, EnqueueResult enqueued, string name)
        : this(queue, enqueued.Id, name) => IsNew = enqueued.Status == EnqueueStatus.Added;

    /// <summary>
    /// The job's id. It is unguessable (74 random bits), so knowing it may serve as the right to see the job, unless routes ask for more.
    /// </summary>
    public Guid Id { get; }

    /// <summary>
    /// Whether the enqueue that gave this handle added the job. False where it found one with its key already, and for a handle that
    /// was made from an id.
    /// </summary>
    public bool IsNew { get; }

    /// <summary>The job's name, as in <c>app.Job("image.shrink", …)</c>.</summary>
    public string Name { get; }

    /// <summary>Where the job can be looked at over HTTP, if the app has <c>app.JobRoutes(…)</c>: <c>/jobs/{id}</c>.</summary>
    public string Location => $"{Queue.RoutePrefix}/{Id}";

    private protected JobQueue Queue { get; }

    /// <summary>Where the job stands now.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeyNotFoundException">The job is not there any more: its retention is over.</exception>
    public async ValueTask<JobStatus> GetAsync(CancellationToken cancellationToken = default) =>
        await Queue.FindAsync(Id, cancellationToken) ?? throw NotThere();

    /// <summary>Waits until the job has ended, wherever it runs.</summary>
    /// <param name="cancellationToken">Gives up waiting; the job goes on.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="KeyNotFoundException">The job is not there any more: its retention is over.</exception>
    public async Task<JobStatus> WaitAsync(CancellationToken cancellationToken = default)
    {
        return await Queue.WaitAsync(Id, cancellationToken) ?? throw NotThere();
    }

    /// <summary>Waits for the job to succeed and reads its result.</summary>
    /// <typeparam name="T">What its handler returns.</typeparam>
    /// <param name="cancellationToken">Gives up waiting; the job goes on.</param>
    /// <exception cref="JobFailedException">The job ended without success.</exception>
    /// <exception cref="KeyNotFoundException">The job is not there any more: its retention is over.</exception>
    public async Task<T> ResultAsync<T>(CancellationToken cancellationToken = default)
    {
        var status = await WaitAsync(cancellationToken);
        if (status.State != JobState.Succeeded)
        {
            throw new JobFailedException(Id, Name, status.State, status.Error);
        }
        return status.Result is { } result ? result.Deserialize<T>(Queue.Json)! : default!;
    }

    /// <summary>The jobs that belong to this one, in the order they were enqueued: of a flow all the others, of a running job what it enqueued under itself.</summary>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<JobStatus>> ChildrenAsync(int limit = 1000, CancellationToken cancellationToken = default) =>
        [.. (await Queue.Runtime.Store.ChildrenAsync(Id, limit, cancellationToken)).Select(JobStatus.From)];

    /// <summary>
    /// What happens to the job, from what is kept of it so far to its end: attempts, lines of its log, progress, and at last
    /// <see cref="JobFinished"/>. All lines come, and of progress the newest. It is the same from every process of the store; where the job runs
    /// in another one, it is looked for every <see cref="JobQueueOptions.PollInterval"/>.
    /// </summary>
    /// <param name="cancellationToken">Stops watching; the job goes on.</param>
    /// <exception cref="KeyNotFoundException">The job is not there, or not any more: its retention is over.</exception>
    public IAsyncEnumerable<JobEvent> EventsAsync(CancellationToken cancellationToken = default) =>
        new JobWatch(Queue.Runtime, Queue.Options.PollInterval, Id).RunAsync(cancellationToken);

    /// <summary>Lines that the job wrote with <see cref="JobContext.Log"/>, oldest first.</summary>
    /// <param name="after">The <see cref="JobLogLine.Number"/> of the line behind which to begin; 0 for the oldest kept.</param>
    /// <param name="limit">The most to return.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<IReadOnlyList<JobLogLine>> LogAsync(long after = 0, int limit = JobLogLine.MostKept, CancellationToken cancellationToken = default) =>
        Queue.Runtime.Store.ReadLogAsync(Id, after, limit, cancellationToken);

    /// <summary>
    /// Asks for the job, and all that belongs to it, to be cancelled. One that waits is cancelled at once; one that runs sees
    /// <see cref="JobContext.Cancellation"/> fire (in another process within a heartbeat) and is not tried again.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting; the job may be cancelled all the same.</param>
    /// <returns>The state the job is in now.</returns>
    /// <exception cref="KeyNotFoundException">The job is not there any more: its retention is over.</exception>
    public async ValueTask<JobState> CancelAsync(CancellationToken cancellationToken = default) =>
        await Queue.CancelAsync(Id, cancellationToken) ?? throw NotThere();

    private KeyNotFoundException NotThere() =>
        new($"There is no job {Id} any more: it finished and its retention is over. Set JobOptions.Retention to keep jobs longer.");
}
