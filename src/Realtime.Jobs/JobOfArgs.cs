using System.Data.Common;
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

    // Null for a job without keys of its own, which then costs nothing.
    private readonly JobOptions<TArgs>? _keys;

    internal Job(JobQueue queue, string name, Delegate? handler, JobOptions options)
        : base(queue, name, handler, options)
    {
        queue.Json.MakeReadOnly(populateMissingResolver: true);
        _json = (JsonTypeInfo<TArgs>)queue.Json.GetTypeInfo(typeof(TArgs));
        _keys = options as JobOptions<TArgs>;
        if (_keys is null && options.GetType() != typeof(JobOptions))
        {
            throw new InvalidOperationException($"The job '{name}' has options for other arguments than its own: give it JobOptions<{TypeName.Of(typeof(TArgs))}>.");
        }
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
        var enqueued = Owner.EnqueueAsync(Spec(args, delay, at, priority), cancellationToken);
        return enqueued.IsCompletedSuccessfully
            ? new ValueTask<JobHandle>(new JobHandle(Owner, enqueued.Result, Name))
            : AwaitAsync(enqueued);

        async ValueTask<JobHandle> AwaitAsync(ValueTask<EnqueueResult> pending) => new(Owner, await pending, Name);
    }

    /// <summary>Enqueues a job with more to say about it: a key, tags, another queue.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="options">What to say.</param>
    /// <param name="cancellationToken">Gives up waiting; the job may have been enqueued.</param>
    /// <exception cref="JobConflictException">Another job has the unique key, and <see cref="UniqueConflict.Reject"/> was asked for.</exception>
    /// <exception cref="JobStoreException">The store could not take the job; it was not enqueued.</exception>
    public async ValueTask<JobHandle> EnqueueAsync(TArgs args, EnqueueOptions options, CancellationToken cancellationToken = default) =>
        new(Owner, await Owner.EnqueueAsync(Spec(args, options), cancellationToken), Name);

    /// <summary>Enqueues a job inside a transaction on the database that the jobs are in: it comes with the commit, or never was.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="transaction">The transaction, which is left open.</param>
    /// <param name="options">What else to say; null for nothing.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <remarks>
    /// Nobody says when it is committed: workers find the job when they next look, within <see cref="JobQueueOptions.PollInterval"/>; and a job that
    /// this one replaces is told of within the same, if the commit comes within sixty of them.
    /// </remarks>
    /// <exception cref="JobConflictException">Another job has the unique key, and <see cref="UniqueConflict.Reject"/> was asked for.</exception>
    /// <exception cref="JobStoreException">Jobs are kept elsewhere than in the transaction's database, or could not be stored.</exception>
    public async ValueTask<JobHandle> EnqueueAsync(
        TArgs args, DbTransaction transaction, EnqueueOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var results = await Owner.EnqueueAsync([Spec(args, options ?? EnqueueOptions.None)], transaction, cancellationToken);
        return new JobHandle(Owner, results[0], Name);
    }

    /// <summary>Enqueues a job for each of many arguments in one write, all or none.</summary>
    /// <param name="args">The arguments, one per job. A store writes them at one go: pass thousands at a time, not millions.</param>
    /// <param name="delay">How long from now they are to run at the earliest; null for at once.</param>
    /// <param name="options">What else to say about each; null for nothing. Its delay or time counts where <paramref name="delay"/> is null.</param>
    /// <param name="transaction">A transaction that the jobs come and go with; null to write them at once.</param>
    /// <param name="cancellationToken">Gives up waiting; the jobs may have been enqueued.</param>
    /// <exception cref="JobConflictException">Another job has a unique key, and <see cref="UniqueConflict.Reject"/> was asked for; none was enqueued.</exception>
    /// <exception cref="JobStoreException">The store could not take the jobs; none was enqueued.</exception>
    public async ValueTask<IReadOnlyList<JobHandle>> EnqueueManyAsync(
        IEnumerable<TArgs> args,
        TimeSpan? delay = null,
        Func<TArgs, EnqueueOptions>? options = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default)
    {
        var results = await EnqueueAllAsync(args, delay, options, transaction, cancellationToken);
        return [.. results.Select(result => new JobHandle(Owner, result, Name))];
    }

    private protected ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAllAsync(
        IEnumerable<TArgs> args, TimeSpan? delay, Func<TArgs, EnqueueOptions>? options, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(args);
        return Owner.EnqueueAsync([.. args.Select(One)], transaction, cancellationToken);

        JobSpec One(TArgs one)
        {
            var more = options?.Invoke(one) ?? EnqueueOptions.None;
            return Spec(one, delay is null ? more : more with { Delay = delay });
        }
    }

    internal JobSpec Spec(TArgs args, EnqueueOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Spec(Serialize(args), options.Delay, options.At, options.Priority, WithKeys(args, options));
    }

    private protected JobSpec Spec(TArgs args, TimeSpan? delay, DateTimeOffset? at, int? priority) => _keys is null
        ? Spec(Serialize(args), delay, at, priority)
        : Spec(Serialize(args), delay, at, priority, WithKeys(args, EnqueueOptions.None));

    private EnqueueOptions WithKeys(TArgs args, EnqueueOptions options)
    {
        if (_keys is null)
        {
            return options;
        }
        if (options.UniqueKey is null && _keys.UniqueBy?.Invoke(args) is { } unique)
        {
            // Under the job's name: what two kinds of jobs call the same is not.
            options = options with { UniqueKey = $"{Name}: {unique}", OnConflict = _keys.OnConflict };
        }
        return WithLimitKey(args, options);
    }

    private EnqueueOptions WithLimitKey(TArgs args, EnqueueOptions options) =>
        options.LimitKey is null && _keys?.LimitBy?.Invoke(args) is { } key ? options with { LimitKey = key } : options;

    /// <summary>The job with its arguments, not enqueued yet: the smallest flow (Celery's signature), to be chained and grouped.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="options">
    /// What else to say about it; null for nothing. A delay begins when what comes before it has ended. Keys are not for jobs of flows.
    /// </param>
    public Flow With(TArgs args, EnqueueOptions? options = null) => new(Owner, Step(args, options));

    internal JobSpec Spec(TArgs args, JobOccurrence? occurrence)
    {
        // Nobody is there to be told of a conflict.
        var options = WithKeys(args, new EnqueueOptions { IdempotencyKey = occurrence?.Key }) with { OnConflict = UniqueConflict.ReturnExisting };
        return Spec(Serialize(args), delay: null, occurrence?.At, priority: null, options, occurrence is null ? null : new Dictionary<string, string>
        {
            [Schedule.OccurrenceHeader] = occurrence.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        });
    }

    private protected FlowStep Step(TArgs args, EnqueueOptions? options) => new(this, Serialize(args), WithLimitKey(args, options ?? EnqueueOptions.None));

    internal override object ParseArgs(ReadOnlySpan<byte> args) =>
        JsonSerializer.Deserialize(args, _json) ?? throw new JsonException("The arguments are null.");

    internal override JobSpec Parse(ReadOnlySpan<byte> args, EnqueueOptions options) => Spec((TArgs)ParseArgs(args), options);

    private protected override ParameterBinding<JobContext> BindArgs() => ParameterBinding<JobContext>.From("args", static job => (TArgs)job.Args);

    private protected byte[] Serialize(TArgs args) =>
        args is null ? throw new ArgumentNullException(nameof(args)) : JsonSerializer.SerializeToUtf8Bytes(args, _json);
}
