using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Realtime.Binding;
using Realtime.Jobs;

namespace Realtime;

/// <summary>A kind of job that is enqueued with a <typeparamref name="TArgs"/>.</summary>
/// <typeparam name="TArgs">The arguments, which are stored as JSON.</typeparam>
public class Job<TArgs> : Job
{
    private readonly JsonTypeInfo<TArgs> _json;

    internal Job(JobQueue queue, string name, Delegate? handler, JobOptions options)
        : base(queue, name, handler, options)
    {
        queue.Json.MakeReadOnly(populateMissingResolver: true);
        _json = (JsonTypeInfo<TArgs>)queue.Json.GetTypeInfo(typeof(TArgs));
    }

    internal override Type ArgsType => typeof(TArgs);

    /// <summary>Enqueues a job. Once this returns, the job is as durable as the store.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="delay">How long from now it is to run at the earliest; null or zero for at once.</param>
    /// <param name="at">When it is to run at the earliest, instead of a delay; null for at once.</param>
    /// <param name="priority">Higher runs earlier within the queue; null for <see cref="JobOptions.Priority"/>.</param>
    /// <param name="cancellationToken">Gives up waiting; the job may have been enqueued.</param>
    /// <exception cref="InvalidOperationException">The app has not started, or the queue is not open.</exception>
    /// <exception cref="JobStoreException">The store could not take the job; it was not enqueued.</exception>
    public ValueTask<JobHandle> EnqueueAsync(
        TArgs args, TimeSpan? delay = null, DateTimeOffset? at = null, int? priority = null, CancellationToken cancellationToken = default)
    {
        var enqueued = StoreAsync(args, delay, at, priority, uniqueKey: null, cancellationToken);
        return enqueued.IsCompletedSuccessfully
            ? new ValueTask<JobHandle>(new JobHandle(Owner, enqueued.Result, Name))
            : AwaitAsync(enqueued);

        async ValueTask<JobHandle> AwaitAsync(ValueTask<Guid> pending) => new(Owner, await pending, Name);
    }

    /// <summary>Enqueues a job for each of many arguments in one write, all or none.</summary>
    /// <param name="args">The arguments, one per job.</param>
    /// <param name="delay">How long from now they are to run at the earliest; null for at once.</param>
    /// <param name="cancellationToken">Gives up waiting; the jobs may have been enqueued.</param>
    /// <exception cref="JobStoreException">The store could not take the jobs; none was enqueued.</exception>
    public async ValueTask<IReadOnlyList<JobHandle>> EnqueueManyAsync(
        IEnumerable<TArgs> args, TimeSpan? delay = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(args);
        JobSpec[] specs = [.. args.Select(one => Spec(Serialize(one), delay, at: null, priority: null, uniqueKey: null))];
        var ids = await Owner.Runtime.EnqueueAsync(specs, cancellationToken);
        return [.. ids.Select(id => new JobHandle(Owner, id, Name))];
    }

    internal ValueTask<Guid> StoreAsync(
        TArgs args, TimeSpan? delay, DateTimeOffset? at, int? priority, string? uniqueKey, CancellationToken cancellationToken) =>
        Owner.Runtime.EnqueueAsync(Spec(Serialize(args), delay, at, priority, uniqueKey), cancellationToken);

    internal JobSpec Spec(TArgs args, JobOccurrence? occurrence) => occurrence is null
        ? Spec(Serialize(args), delay: null, at: null, priority: null, uniqueKey: null)
        : Spec(Serialize(args), delay: null, occurrence.At, priority: null, occurrence.Key, new Dictionary<string, string>
        {
            [Schedule.OccurrenceHeader] = occurrence.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        });

    internal override object ParseArgs(byte[] args) =>
        JsonSerializer.Deserialize(args, _json) ?? throw new JsonException("The arguments are null.");

    private protected override ParameterBinding<JobContext> BindArgs() => ParameterBinding<JobContext>.From("args", static job => (TArgs)job.Args);

    private byte[] Serialize(TArgs args) =>
        args is null ? throw new ArgumentNullException(nameof(args)) : JsonSerializer.SerializeToUtf8Bytes(args, _json);
}
