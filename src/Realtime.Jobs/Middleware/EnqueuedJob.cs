using Realtime.Jobs;

namespace Realtime;

/// <summary>A job on its way into the store, as enqueue middleware sees it.</summary>
public sealed class EnqueuedJob
{
    private readonly JobSpec _spec;

    internal EnqueuedJob(JobSpec spec) => _spec = spec;

    /// <summary>The job's id. If the store has a job with its key already, the enqueue yields that one's.</summary>
    public Guid Id => _spec.Id;

    /// <summary>The job's name.</summary>
    public string Name => _spec.Name;

    /// <summary>The queue it will wait in.</summary>
    public string Queue => _spec.Queue;

    /// <summary>Higher runs earlier within the queue.</summary>
    public int Priority => _spec.Priority;

    /// <summary>When it is enqueued.</summary>
    public DateTimeOffset EnqueuedAt => _spec.EnqueuedAt;

    /// <summary>When it is to run at the earliest; null for at once.</summary>
    public DateTimeOffset? DueAt => _spec.DueAt;

    /// <summary>
    /// The arguments, which the store keeps as they are: UTF-8 JSON. Middleware that writes something else than the job's arguments has a counterpart around
    /// the run that sets <see cref="JobContext.ArgsJson"/> back.
    /// </summary>
    public ReadOnlyMemory<byte> ArgsJson
    {
        get => _spec.Args;
        set => _spec.Replace(value.ToArray(), _spec.Headers);
    }

    /// <summary>The notes that travel with the job to its run.</summary>
    public IReadOnlyDictionary<string, string> Headers => _spec.Headers ?? JobHeaders.None;

    /// <summary>Adds a note that travels with the job to its run (<see cref="JobContext.Headers"/>), or replaces one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public void SetHeader(string name, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        _spec.Replace(_spec.Args, new Dictionary<string, string>(Headers) { [name] = value });
    }
}
