using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Realtime.Binding;
using Realtime.Jobs;

namespace Realtime;

/// <summary>
/// Background jobs: knows the kinds of jobs, keeps them in a store, and runs them. In an app it is <c>app.Jobs</c> and starts and stops
/// with it; by itself it lives from <see cref="OpenAsync"/> or <see cref="StartAsync"/> to <see cref="DisposeAsync"/>.
/// </summary>
public sealed partial class JobQueue : IAsyncDisposable
{
    private readonly Dictionary<string, Job> _jobs = [];
    private readonly Dictionary<string, QueueSettings> _queues = [];
    private readonly List<Schedule> _schedules = [];
    private Func<TimeProvider, IJobStore> _createStore = static time => new InMemoryJobStore(time);
    private JobQueueOptions _options = new();
    private readonly JobFeed _feed = new();
    private JobRuntime? _runtime;
    private JobServer? _server;
    private CommitWatch? _commits;
    private bool _compiled;
    private bool _closed;

    /// <summary>Makes a queue that keeps its jobs in memory until told otherwise.</summary>
    /// <param name="json">How arguments and results are written; null for camel case (<see cref="JsonSerializerDefaults.Web"/>).</param>
    public JobQueue(JsonSerializerOptions? json = null) => Json = json ?? new JsonSerializerOptions(JsonSerializerDefaults.Web);

    /// <summary>How the queue works. Set before it opens.</summary>
    public JobQueueOptions Options
    {
        get => _options;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            ThrowIfOpen();
            value.Validate();
            _options = value;
        }
    }

    /// <summary>How arguments, results and steps are written.</summary>
    public JsonSerializerOptions Json { get; }

    /// <summary>Where jobs are looked at over HTTP, the start of <see cref="JobHandle.Location"/>. <c>/jobs</c> unless set.</summary>
    public string RoutePrefix { get; set; } = "/jobs";

    internal JobRuntime Runtime => _runtime ?? throw new InvalidOperationException(_closed
        ? "The job queue is closed: the app has stopped."
        : "The job queue is not open yet. In an app it opens when the app starts: enqueue from a handler or a later start hook. By itself: await jobs.OpenAsync() first.");

    /// <summary>Where services of an app come from; set by the app the queue belongs to.</summary>
    internal Func<ParameterInfo, ParameterBinding<JobContext>?>? ResolveService { get; set; }

    /// <summary>What goes between the queue and its store; null for nothing.</summary>
    internal Func<IJobStore, IJobStore>? AroundStore { get; set; }

    /// <summary>Keeps jobs elsewhere than in memory.</summary>
    /// <param name="create">Makes the store, given the clock to use. Called once, when the queue opens; the queue disposes of it.</param>
    public void UseStore(Func<TimeProvider, IJobStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        ThrowIfOpen();
        _createStore = create;
    }

    /// <summary>Says how many jobs of a queue run at once in this process, and what all processes keep to together.</summary>
    /// <param name="name">The queue's name, as in <see cref="JobOptions.Queue"/>. This process runs its jobs, whether or not a job names it.</param>
    /// <param name="concurrency">At least 1.</param>
    /// <param name="limits">What all processes of the store keep to together; null for no limit, which costs nothing.</param>
    /// <exception cref="InvalidOperationException">A limit is out of range.</exception>
    public void Queue(string name, int concurrency, QueueLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        ThrowIfOpen();
        limits?.Validate(name);
        _queues[name] = new QueueSettings(concurrency, limits is { AreNone: false } ? limits : null);
    }

    /// <summary>Adds a kind of job, with a handler of any shape, or none.</summary>
    /// <typeparam name="TArgs">The arguments.</typeparam>
    /// <param name="name">The name that stored jobs carry, for good: a rename keeps the old one in <see cref="JobOptions.Aliases"/>.</param>
    /// <param name="handler">
    /// Sync or async, with or without a result, whose parameters are the arguments, <see cref="JobContext"/>,
    /// <see cref="CancellationToken"/> and services. Null in a program that only enqueues.
    /// </param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The name is taken, or an option is out of range.</exception>
    public Job<TArgs> Define<TArgs>(string name, Delegate? handler = null, JobOptions? options = null) =>
        Add(new Job<TArgs>(this, name, handler, options ?? new JobOptions()));

    /// <inheritdoc cref="Define{TArgs}"/>
    /// <typeparam name="TArgs">The arguments.</typeparam>
    /// <typeparam name="TResult">What the handler returns once awaited.</typeparam>
    public Job<TArgs, TResult> Define<TArgs, TResult>(string name, Delegate? handler = null, JobOptions? options = null) =>
        Add(new Job<TArgs, TResult>(this, name, handler, options ?? new JobOptions()));

    /// <summary>The names of its jobs.</summary>
    internal IEnumerable<string> JobNames => _jobs.Keys;

    internal bool TryFind(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Job? job) => _jobs.TryGetValue(name, out job);

    private TJob Add<TJob>(TJob job)
        where TJob : Job
    {
        ThrowIfOpen();
        if (string.IsNullOrWhiteSpace(job.Name))
        {
            throw new InvalidOperationException("A job needs a name: stored jobs are found by it.");
        }
        job.Options.Validate(job.Name);
        foreach (var name in job.Options.Aliases.Prepend(job.Name))
        {
            if (!_jobs.TryAdd(name, job))
            {
                throw new InvalidOperationException($"There are two jobs called '{name}', or one has it as an alias. Stored jobs are found by name: give each its own.");
            }
        }
        return job;
    }

    private void ThrowIfOpen()
    {
        if (_compiled || _closed)
        {
            throw new InvalidOperationException("The app has started: add jobs, queues, schedules and stores before that.");
        }
    }

    private Func<ParameterInfo, ParameterBinding<JobContext>?> ServicesOf(IServiceProvider services)
    {
        var known = services.GetService<IServiceProviderIsService>();
        return parameter => known?.IsService(parameter.ParameterType) is true
            ? ParameterBinding<JobContext>.From("service", ServiceOf(parameter.ParameterType))
            : null;

        static System.Linq.Expressions.LambdaExpression ServiceOf(Type type)
        {
            System.Linq.Expressions.Expression<Func<JobContext, object>> ask = job => job.Services.GetRequiredService(type);
            return ask;
        }
    }

    private static ServiceProvider NoServices()
    {
        var services = new ServiceCollection();
        services.TryAddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        return services.BuildServiceProvider();
    }
}
