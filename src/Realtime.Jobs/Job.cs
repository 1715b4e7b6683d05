using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Realtime.Binding;
using Realtime.Jobs;

namespace Realtime;

/// <summary>A kind of job: its name, how it is run, and the way to enqueue one.</summary>
public abstract class Job
{
    private CompiledHandler<JobContext>? _handler;
    private JsonTypeInfo? _resultJson;

    private protected Job(JobQueue queue, string name, Delegate? handler, JobOptions options)
    {
        Owner = queue;
        Name = name;
        Handler = handler;
        Options = options;
    }

    /// <summary>The name that stored jobs carry.</summary>
    public string Name { get; }

    /// <summary>How its jobs are run.</summary>
    public JobOptions Options { get; }

    internal JobQueue Owner { get; }

    internal ILogger Logger { get; private set; } = NullLogger.Instance;

    /// <summary>What runs it; null in a program that only enqueues it.</summary>
    internal Delegate? Handler { get; }

    /// <summary>The class that runs it; null if it is run by a function.</summary>
    internal HandlerClass? HandlerClass { get; init; }

    internal bool CanRun => _handler is not null;

    internal abstract Type ArgsType { get; }

    /// <summary>Makes the handler callable, once the services are known.</summary>
    internal void Compile(Func<ParameterInfo, ParameterBinding<JobContext>?> resolveService, ILoggerFactory loggers)
    {
        Logger = loggers.CreateLogger("Realtime.Jobs." + Name);
        if (Handler is null)
        {
            return;
        }
        _handler = HandlerCompiler.Compile<JobContext>(Handler, Resolve, $"The job '{Name}'");
        _resultJson = _handler.ResultType == typeof(void) ? null : Owner.Json.GetTypeInfo(_handler.ResultType);

        ParameterBinding<JobContext>? Resolve(ParameterInfo parameter) =>
            parameter.ParameterType == ArgsType ? BindArgs()
            : parameter.ParameterType == typeof(JobContext) ? ParameterBinding<JobContext>.From("context", static job => job)
            : parameter.ParameterType == typeof(CancellationToken) ? ParameterBinding<JobContext>.From("cancellation", static job => job.Cancellation)
            : resolveService(parameter);
    }

    internal ValueTask<object?> InvokeAsync(JobContext job) => _handler!.Invoke(job);

    /// <summary>Writes what the handler returned as JSON; null for nothing.</summary>
    internal byte[]? WriteResult(object? result) =>
        result is null || _resultJson is null ? null : JsonSerializer.SerializeToUtf8Bytes(result, _resultJson);

    /// <summary>Reads stored arguments.</summary>
    /// <exception cref="JsonException">They do not parse.</exception>
    internal abstract object ParseArgs(ReadOnlySpan<byte> args);

    /// <summary>Describes a job whose arguments somebody has written.</summary>
    /// <exception cref="JsonException">They do not parse.</exception>
    internal abstract JobSpec Parse(ReadOnlySpan<byte> args, EnqueueOptions options);

    private protected abstract ParameterBinding<JobContext> BindArgs();

    internal JobSpec Describe(byte[] args, EnqueueOptions options) => Spec(args, options.Delay, options.At, options.Priority, options);

    private protected JobSpec Spec(
        byte[] args, TimeSpan? delay, DateTimeOffset? at, int? priority, EnqueueOptions? more = null, IReadOnlyDictionary<string, string>? headers = null)
    {
        if (delay is not null && at is not null)
        {
            throw new ArgumentException("Give a delay or an exact time, not both.", nameof(at));
        }
        more ??= EnqueueOptions.None;
        var now = Owner.Runtime.Time.GetUtcNow();
        DateTimeOffset? due = at ?? (delay is { } wait && wait > TimeSpan.Zero ? now + wait : null);
        if ((more.Expires ?? Options.Expires) is { } expires)
        {
            headers = Expiry.Add(headers, due ?? now, expires);
        }
        return new JobSpec
        {
            Id = JobId.New(now),
            Name = Name,
            Queue = more.Queue ?? Options.Queue,
            Args = args,
            Priority = priority ?? Options.Priority,
            MaxAttempts = Options.MaxAttempts,
            EnqueuedAt = now,
            DueAt = due,
            Retention = more.Retention ?? Options.Retention,
            FailedRetention = more.Retention ?? Options.FailedRetention,
            CancelledRetention = more.Retention ?? Options.CancelledRetention,
            UniqueKey = more.UniqueKey,
            OnConflict = more.OnConflict,
            IdempotencyKey = more.IdempotencyKey,
            LimitKey = string.IsNullOrEmpty(more.LimitKey) ? null : more.LimitKey,
            Tags = more.Tags is { Count: > 0 } tags ? [.. tags.Distinct()] : more.Tags,
            Headers = headers,
        };
    }
}
